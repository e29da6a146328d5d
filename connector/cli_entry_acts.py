"""The commands ``entries release | retry | hold | void | looked-at | assign``: what a person does about a number.

Through the daemon while it runs, as its user or as root, else in the store.
"""

import asyncio
import getpass
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from connector.cli_act import ActFailed
from connector.cli_perform import perform
from connector.cli_store import CONFIG, EXIT_WRONG_USE, ConfigOption, fail, read_store, settings_or_exit
from connector.clock import utc_now
from connector.domain.acts import ActRefused
from connector.domain.decision import Person
from connector.domain.entry import same_number
from connector.domain.entry_acts import (
    ENTRY_ASKS,
    LABEL_DESTROYED,
    NUMBER_CHECKED,
    STANDS_STILL,
    EntryAct,
    EntryActKind,
    LabelAct,
    checked_entry_act,
    checked_label_act,
)
from connector.settings import Settings
from connector.store.listing import Listed, listed_of_lines, unresolved_of_numbers

output = Console()

ShopOption = Annotated[str, typer.Option(help="One shop; without it all of them.")]
OrderArgument = Annotated[str, typer.Argument(help="The order number, as `entries list` shows it.")]
LabelArgument = Annotated[str, typer.Argument(help="The tracking number of a label whose order is not known.")]
OneNumberOption = Annotated[str, typer.Option(help="One tracking number; without it all of the order.")]
WhoOption = Annotated[str, typer.Option(help="The name of whoever does this.")]
WhyOption = Annotated[str, typer.Option(help="The reason, in words; no personal data of the buyer.")]


def release(
    order_no: OrderArgument,
    config: ConfigOption = CONFIG,
    *,
    number: Annotated[str, typer.Option(help="The tracking number, as it stands on the label.")] = "",
    who: WhoOption,
    why: WhyOption,
    confirm: Annotated[str, typer.Option(help=f"What you have done before: {NUMBER_CHECKED}.")] = "",
    shop: ShopOption = "",
) -> None:
    """Lets numbers out that a person holds; or one that is held for its check digit, by its `--number`.

    It decides nothing about a cancel request: the number is held or entered as if nobody had said anything.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    wanted = _checked(EntryAct(EntryActKind.RELEASE, 0, who.strip(), why.strip(), utc_now()))
    of_line = _of_line(settings, order_no, shop, number)
    if held := [each for each in of_line if each.person is Person.HOLD]:
        _perform(settings, [replace(wanted, entry_id=each.entry_id or 0) for each in held])
        return
    if not number or len(of_line) != 1:
        there = ", ".join(f"{each.shop}: {each.tracking_no}" for each in of_line)
        fail(f"Nothing was done: name one entry by --number and --shop; order {order_no} has {there}.")
    confirm = confirm or _asked_for(EntryActKind.RELEASE, NUMBER_CHECKED)
    act = _checked(replace(wanted, entry_id=of_line[0].entry_id or 0, number=number, confirmed=confirm))
    _perform(settings, [act])


def retry(
    order_no: OrderArgument,
    config: ConfigOption = CONFIG,
    *,
    number: Annotated[
        str, typer.Option(help="One tracking number; without it all of the order that stand still.")
    ] = "",
    who: Annotated[str, typer.Option(help="The name of whoever does this; without it the name you work under.")] = "",
    why: WhyOption = "retry",
    shop: ShopOption = "",
) -> None:
    """Looks at an order at once whose number was refused, never shown, or stands still for another reason.

    A number is sent again only where Qoo10 was not seen to have it, and only if nothing speaks against it.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    act = _checked(EntryAct(EntryActKind.RETRY, 0, who.strip() or getpass.getuser(), why.strip(), utc_now()))
    of_line = _of_line(settings, order_no, shop, number)
    standing = [each for each in of_line if each.state in STANDS_STILL]
    if not standing:
        states = ", ".join(f"{each.tracking_no} is {each.state}" for each in of_line) or "no such number"
        fail(f"Nothing was done: nothing of order {order_no} stands still ({states}).")
    _perform(settings, [replace(act, entry_id=each.entry_id or 0) for each in standing])


def hold(
    order_no: OrderArgument,
    config: ConfigOption = CONFIG,
    *,
    number: OneNumberOption = "",
    who: WhoOption,
    why: WhyOption,
    shop: ShopOption = "",
) -> None:
    """Holds numbers back that are not written yet, until `entries release`.

    What is being written at this moment cannot be held, and says so.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    act = _checked(EntryAct(EntryActKind.HOLD, 0, who.strip(), why.strip(), utc_now()))
    of_line = _of_line(settings, order_no, shop, number)
    _perform(settings, [replace(act, entry_id=each.entry_id or 0) for each in of_line])


def looked_at(
    order_no: OrderArgument,
    config: ConfigOption = CONFIG,
    *,
    number: OneNumberOption = "",
    who: WhoOption,
    why: WhyOption,
    shop: ShopOption = "",
) -> None:
    """Says that a person has seen why numbers of an order stand still: the alarm about that falls silent.

    It comes back when they stand still for another reason. A conflict is looked at by `conflicts act`.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    act = _checked(EntryAct(EntryActKind.LOOKED_AT, 0, who.strip(), why.strip(), utc_now()))
    of_line = _of_line(settings, order_no, shop, number)
    _perform(settings, [replace(act, entry_id=each.entry_id or 0) for each in of_line])


def void(
    number: Annotated[str, typer.Argument(help="The order number; or the number of a label without an order.")],
    config: ConfigOption = CONFIG,
    *,
    who: WhoOption,
    why: WhyOption,
    confirm: Annotated[str, typer.Option(help=f"What you have done before: {LABEL_DESTROYED}.")] = "",
    shop: ShopOption = "",
) -> None:
    """Marks a label void, as if its source had said so: of a cart it is void for all its lines.

    A number that is not entered yet is dropped; one that stands at Qoo10 becomes a conflict for a person.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    confirm = confirm or _asked_for(EntryActKind.VOID, LABEL_DESTROYED)
    act = _checked(EntryAct(EntryActKind.VOID, 0, who.strip(), why.strip(), utc_now(), confirmed=confirm))
    shops = [shop] if shop else sorted(settings.shops)
    wanted = unicodedata.normalize("NFKC", number).strip()
    found = read_store(settings, lambda connection: listed_of_lines(connection, shops, wanted))
    if found:
        one_of_each = {each.parcel_id: each.entry_id or 0 for each in found}
        _perform(settings, [replace(act, entry_id=entry_id) for entry_id in one_of_each.values()])
        return
    labels = _unresolved(settings, number, shop)
    _perform(
        settings,
        [LabelAct(EntryActKind.VOID, each.parcel_id, act.who, act.why, act.at, confirmed=confirm) for each in labels],
    )


def assign(
    number: LabelArgument,
    config: ConfigOption = CONFIG,
    *,
    order_no: Annotated[str, typer.Option(help="The order number that the label is for.")] = "",
    pack_no: Annotated[str, typer.Option("--cart", help="The cart number: the label is for all its lines.")] = "",
    who: WhoOption,
    why: WhyOption,
    shop: ShopOption = "",
) -> None:
    """Says which order or cart a label is for whose own reference names none.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    act = LabelAct(EntryActKind.ASSIGN, 0, who.strip(), why.strip(), utc_now(), order_no=order_no, pack_no=pack_no)
    try:
        checked_label_act(act)
    except ActRefused as refused:
        fail(f"Nothing was done: {refused}.", EXIT_WRONG_USE)
    labels = _unresolved(settings, number, shop)
    if len(labels) != 1:
        there = ", ".join(f"{each.shop}: {each.order_ref}" for each in labels)
        fail(f"Nothing was done: {number} is the number of several labels ({there}); name one by --shop.")
    _perform(settings, [replace(act, parcel_id=labels[0].parcel_id)])


def _checked(act: EntryAct) -> EntryAct:
    """The act; exit code 2 where something is missing."""
    try:
        return checked_entry_act(act)
    except ActRefused as refused:
        fail(f"Nothing was done: {refused}.", EXIT_WRONG_USE)


def _asked_for(kind: EntryActKind, confirmation: str) -> str:
    """The confirmation that a person gives on a terminal; empty elsewhere."""
    ask = ENTRY_ASKS[kind]
    return confirmation if sys.stdin.isatty() and typer.confirm(f"{ask.confirm_ja}\n{ask.confirm_en}?") else ""


def _of_line(settings: Settings, order_no: str, shop: str, number: str) -> list[Listed]:
    """The entries of an order line, or the one with this number; exit code 1 where there are none."""
    shops = [shop] if shop else sorted(settings.shops)
    wanted = unicodedata.normalize("NFKC", order_no).strip()
    found = read_store(settings, lambda connection: listed_of_lines(connection, shops, wanted))
    if not found:
        fail(f"Nothing was done: order {order_no} has no entry in {', '.join(shops) or 'any shop'}.")
    matching = [each for each in found if not number or same_number(each.tracking_no) == same_number(number)]
    if not matching:
        there = ", ".join(f"{each.shop}: {each.tracking_no}" for each in found)
        fail(f"Nothing was done: name one entry by --number and --shop; order {order_no} has {there}.")
    return matching


def _unresolved(settings: Settings, number: str, shop: str) -> list[Listed]:
    """The labels with this tracking number whose order is not known; exit code 1 where there are none."""
    shops = [shop] if shop else sorted(settings.shops)
    found = read_store(settings, lambda connection: unresolved_of_numbers(connection, shops, same_number(number)))
    if not found:
        fail(f"Nothing was done: {number} is no order, nor a label without one, in {', '.join(shops) or 'any shop'}.")
    return found


def _perform(settings: Settings, wanted: Sequence[EntryAct | LabelAct]) -> None:
    try:
        said = asyncio.run(perform(settings, wanted))
    except ActFailed as failed:
        fail(str(failed))
    output.print(said, markup=False, highlight=False, soft_wrap=True)
