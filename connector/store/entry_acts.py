"""What persons did about entries and about labels without an order: kept, and told to the keeper."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.acts import ActOutdated, ActRefused
from connector.domain.decision import Person
from connector.domain.entry import EntryState, same_number
from connector.domain.entry_acts import (
    NUMBER_CHECKED,
    EntryAct,
    EntryActKind,
    LabelAct,
    PersonStep,
    Standing,
    checked_entry_act,
    checked_label_act,
    confirmation,
    label_refusal,
    refusal,
)
from connector.domain.language import Said
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store.conflicts import lines_in_conflict
from connector.store.history import Step, add_steps
from connector.store.parcels import parcels_by_id
from connector.store.part import Part, Reader, Submit
from connector.store.schema import entry, history, parcel
from connector.store.voids import void_number

_STEPS = {
    EntryActKind.RELEASE: PersonStep.RELEASED,
    EntryActKind.RETRY: PersonStep.RETRIED,
    EntryActKind.LOOKED_AT: PersonStep.LOOKED_AT,
    EntryActKind.VOID: PersonStep.VOIDED,
    EntryActKind.ASSIGN: PersonStep.ASSIGNED,
}


class EntryActs(Part):
    """The acts. ``wake`` gives what wakes the keeper of a shop."""

    def __init__(self, submit: Submit, reader: Reader, wake: Callable[[str], asyncio.Event]) -> None:
        super().__init__(submit, reader)
        self._wake = wake

    async def on_entry(self, act: EntryAct) -> None:
        """Keeps an act on an entry; its keeper goes on with it at once.

        Raises:
            ActIncomplete: the act lacks something.
            ActOutdated: the entry is no more as it was seen.
            ActRefused: the act does not fit the entry.
        """
        self._wake(await self._submit(act_on_entries, checked_entry_act(act))).set()

    async def on_label(self, act: LabelAct) -> None:
        """Keeps an act on a label without an order.

        Raises:
            ActIncomplete: the act lacks something.
            ActOutdated: the label is no more as it was seen.
            ActRefused: the act does not fit the label.
        """
        self._wake(await self._submit(act_on_labels, checked_label_act(act))).set()


async def act_on_entries(connection: AsyncConnection, acts: Sequence[EntryAct]) -> list[str]:
    """Keeps acts; gives the shop of each.

    Raises:
        ActRefused: there is no such entry, or the act does not fit it.
    """
    shops = []
    for act in acts:
        row = await _row(connection, act.entry_id)
        if row is None:
            raise ActRefused(Said("この入力はありません", f"there is no entry {act.entry_id}"))
        await _require_seen(connection, act.seen, row.id, None)
        standing = await standing_of(connection, row)
        if (why_not := refusal(act.kind, standing)) is not None:
            raise ActRefused(why_not)
        _require_number(act, row, standing)
        await _DO[act.kind](connection, row, act)
        shops.append(row.shop)
    return shops


async def act_on_labels(connection: AsyncConnection, acts: Sequence[LabelAct]) -> list[str]:
    """Keeps acts; gives the shop of each.

    Raises:
        ActRefused: there is no such label, or its order is known, or it is void.
    """
    shops = []
    for act in acts:
        row = (await connection.execute(select(parcel).where(parcel.c.id == act.parcel_id))).one_or_none()
        if row is None:
            raise ActRefused(Said("このラベルはありません", f"there is no label {act.parcel_id}"))
        await _require_seen(connection, act.seen, None, row.id)
        label = (await parcels_by_id(connection, [row.id]))[row.id].label
        if (why_not := label_refusal(ParcelState(row.state), label)) is not None:
            raise ActRefused(why_not)
        if act.kind is EntryActKind.VOID:
            await void_number(connection, row.shop, row.tracking_number, row.created_at, act.who, act.at)
        else:
            assigned = {"assigned_order_no": act.order_no, "assigned_pack_no": act.pack_no}
            values = {**assigned, "reason": Reason.NEW, "detail": "", "attempts": 0, "due_at": act.at}
            await connection.execute(update(parcel).where(parcel.c.id == row.id).values(**values))
        said = ": ".join(word for word in (act.order_no or act.pack_no, act.why) if word)
        step = Step(act.at, row.shop, _STEPS[act.kind], "", f"person {act.who}", parcel_id=row.id, detail=said)
        await add_steps(connection, [step])
        shops.append(row.shop)
    return shops


async def _row(connection: AsyncConnection, entry_id: int) -> Row[Any] | None:
    return (await connection.execute(select(entry).where(entry.c.id == entry_id))).one_or_none()


async def standing_of(connection: AsyncConnection, row: Row[Any]) -> Standing:
    """What decides which acts are possible on the entry of this row."""
    of = (await parcels_by_id(connection, [row.parcel_id]))[row.parcel_id]
    in_conflict = await lines_in_conflict(connection, row.shop, [row.order_no])
    person = Person(row.person) if row.person else Person.NONE
    return Standing(EntryState(row.state), Reason(row.reason), person, of.label, in_conflict=bool(in_conflict))


async def version_of(connection: AsyncConnection, entry_id: int | None, parcel_id: int | None) -> int:
    """The newest row in the history of an entry or a label: every change of state or reason and every act adds one."""
    which = history.c.entry_id == entry_id if entry_id is not None else history.c.parcel_id == parcel_id
    return (await connection.execute(select(func.max(history.c.id)).where(which))).scalar() or 0


async def _require_seen(
    connection: AsyncConnection, seen: int | None, entry_id: int | None, parcel_id: int | None
) -> None:
    if seen is not None and seen != await version_of(connection, entry_id, parcel_id):
        raise ActOutdated


def _require_number(act: EntryAct, row: Row[Any], standing: Standing) -> None:
    """A release from the check digit repeats the number, so that it is the one that was compared."""
    if act.kind is not EntryActKind.RELEASE or not confirmation(act.kind, standing):
        return
    if act.confirmed != NUMBER_CHECKED:
        raise ActRefused(
            Said(
                "検査数字が合わない番号です。ラベルと見比べたことを確認し、番号を入力してください",
                f"this entry is held for its check digit: confirm with {NUMBER_CHECKED}, and name the number",
            )
        )
    if same_number(act.number) != same_number(row.tracking_no):
        raise ActRefused(
            Said(
                f"この入力の番号は {row.tracking_no} で、{act.number} ではありません",
                f"the number of this entry is {row.tracking_no}, not {act.number}",
            )
        )


async def _hold(connection: AsyncConnection, row: Row[Any], act: EntryAct) -> None:
    """It rests from now on; the keeper looks at its line all the same, for a cancel request that meets it."""
    values = {"state": EntryState.HELD, "reason": Reason.HELD_BY_PERSON, "detail": "", "attempts": 0}
    await _keep(connection, row, act, EntryState.HELD, Reason.HELD_BY_PERSON, person=Person.HOLD, **values)


async def _release(connection: AsyncConnection, row: Row[Any], act: EntryAct) -> None:
    """From a hold it goes on as before: a number that was once checked stays so."""
    if row.person != Person.HOLD:
        await _keep(connection, row, act, PersonStep.RELEASED, NUMBER_CHECKED, person=Person.NUMBER_CHECKED)
        return
    query = select(history.c.id).where(
        history.c.entry_id == row.id, history.c.what == PersonStep.RELEASED, history.c.reason == NUMBER_CHECKED
    )
    checked_before = (await connection.execute(query.limit(1))).first() is not None
    person = Person.NUMBER_CHECKED if checked_before else Person.NONE
    await _keep(connection, row, act, PersonStep.RELEASED, Reason.HELD_BY_PERSON, person=person)


async def _void(connection: AsyncConnection, row: Row[Any], act: EntryAct) -> None:
    """Of a cart the label of all its lines. They are due, so that none of them goes out on what was known before."""
    of = (await connection.execute(select(parcel.c.created_at).where(parcel.c.id == row.parcel_id))).scalar_one()
    await void_number(connection, row.shop, row.tracking_no, of, act.who, act.at)
    others = update(entry).where(entry.c.parcel_id == row.parcel_id, entry.c.state != EntryState.DROPPED)
    await connection.execute(others.values(due_at=act.at))
    await _keep(connection, row, act, PersonStep.VOIDED, Reason.VOIDED)


async def _retry(connection: AsyncConnection, row: Row[Any], act: EntryAct) -> None:
    await _keep(connection, row, act, PersonStep.RETRIED, row.reason)


async def _looked_at(connection: AsyncConnection, row: Row[Any], act: EntryAct) -> None:
    await add_steps(connection, [_step(row, act, PersonStep.LOOKED_AT, row.reason)])


_DO: Mapping[EntryActKind, Callable[[AsyncConnection, Row[Any], EntryAct], Awaitable[None]]] = {
    EntryActKind.HOLD: _hold,
    EntryActKind.RELEASE: _release,
    EntryActKind.RETRY: _retry,
    EntryActKind.LOOKED_AT: _looked_at,
    EntryActKind.VOID: _void,
}


async def _keep(
    connection: AsyncConnection, row: Row[Any], act: EntryAct, what: str, why: str, **values: object
) -> None:
    await connection.execute(update(entry).where(entry.c.id == row.id).values(due_at=act.at, **values))
    await add_steps(connection, [_step(row, act, what, why)])


def _step(row: Row[Any], act: EntryAct, what: str, reason: str) -> Step:
    return Step(
        at=act.at,
        shop=row.shop,
        what=what,
        reason=reason,
        who=f"person {act.who}",
        order_no=row.order_no,
        parcel_id=row.parcel_id,
        entry_id=row.id,
        detail=act.why,
    )
