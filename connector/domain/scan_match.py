"""Whose label was scanned: from texts, and what the store knows of their numbers, to what may be kept. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from carriers.companies import CompanyService, Verdict, check_number
from connector.domain.scan import Meaning, Text


class Fault(StrEnum):
    """Why a scan says nothing of a parcel; it is kept, but no label event comes of it."""

    NONE = ""
    MISMATCH = "mismatch"
    """The label is known, and belongs to another order."""
    AMBIGUOUS = "ambiguous"
    """Either text may be the order, or the one text may be an order or a label."""
    TWO_ORDERS = "two_orders"
    TWO_LABELS = "two_labels"
    NOT_OURS = "not_ours"
    """No text is an order or a label that anybody knows."""
    CARRIER = "carrier"
    """The number has not the form that the chosen delivery company's numbers have."""
    ELSEWHERE = "elsewhere"
    """The label is known under another reference, and whether that is the same order is not known yet."""
    SOURCE = "source"
    """The table is no longer configured."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What texts mean: a text that names an order, a tracking number; either may be missing. Or what is wrong."""

    order: Text | None = None
    label: Text | None = None
    fault: Fault = Fault.NONE


def meant(texts: Sequence[Text], known_orders: Collection[str], known_numbers: Collection[str]) -> Meant:
    """Which of one or two texts is the order, and which the label.

    ``known_orders`` are those order and cart numbers of the texts that the store knows, ``known_numbers`` the same of
    tracking numbers. What the form leaves open they settle; where both are open still, nothing is guessed.
    """
    roles = [_roles(text, known_orders, known_numbers) for text in texts]
    if len(texts) == 1:
        (text,), (role,) = texts, roles
        if len(role) != 1:
            return Meant(fault=Fault.AMBIGUOUS if role else Fault.NOT_OURS)
        return Meant(order=text) if Meaning.ORDER in role else Meant(label=text)
    (first, second), (of_first, of_second) = texts, roles
    ways = []
    if Meaning.ORDER in of_first and Meaning.LABEL in of_second:
        ways.append(Meant(first, second))
    if Meaning.LABEL in of_first and Meaning.ORDER in of_second:
        ways.append(Meant(second, first))
    if len(ways) == 1:
        return ways[0]
    if ways:
        return Meant(fault=Fault.AMBIGUOUS)
    if not of_first or not of_second:
        return Meant(fault=Fault.NOT_OURS)
    return Meant(fault=Fault.TWO_ORDERS if Meaning.ORDER in of_first else Fault.TWO_LABELS)


def _roles(text: Text, known_orders: Collection[str], known_numbers: Collection[str]) -> frozenset[Meaning]:
    known = set()
    if any(order in known_orders for order in text.orders):
        known.add(Meaning.ORDER)
    if text.number and text.number in known_numbers:
        known.add(Meaning.LABEL)
    if known:
        return frozenset(known)
    by_form = {
        Meaning.ORDER: {Meaning.ORDER},
        Meaning.LABEL: {Meaning.LABEL},
        Meaning.EITHER: {Meaning.ORDER, Meaning.LABEL},
    }
    return frozenset(by_form.get(text.meaning, ()))


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """A parcel that the store has of a tracking number.

    ``references`` are what its reference may mean; ``lines`` are the order numbers that it turned out to mean, empty
    while they are not known; ``carts`` their cart numbers, None where one is not known yet.
    """

    order_ref: str
    source: str
    references: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    carts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the scanned order means: ``numbers`` as it stands there, ``lines`` of it that are known."""

    numbers: frozenset[str]
    lines: frozenset[str] = frozenset()


class Same(StrEnum):
    """Whether a label is known for the scanned order."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


def same_order(of: KnownLabel, asked: Asked) -> Same:
    """Whether a known label is the scanned order's. One line of a cart is not another line of it."""
    if of.lines & (asked.lines or asked.numbers) or of.references & asked.numbers:
        return Same.YES
    if not of.lines:
        return Same.OPEN
    if asked.lines:
        return Same.NO
    if of.carts is None:
        return Same.OPEN
    return Same.YES if of.carts & asked.numbers else Same.NO


@dataclass(frozen=True, slots=True)
class Admitted:
    """The reference that the scan counts for, as the label event's ``order_ref``; None where nothing is to be told."""

    order_ref: str | None = None
    fault: Fault = Fault.NONE


def admit(of: Meant, known: Sequence[KnownLabel], asked: Asked, carrier: CompanyService) -> Admitted:
    """Which parcel a scan tells of.

    ``known`` is what the store has of the label's number, newest first, without what has no reference. ``carrier`` is
    what was chosen at the table, for a label that nobody knows.
    """
    if of.fault is not Fault.NONE or of.label is None:
        return Admitted(fault=of.fault)
    if of.order is None:
        # A label by itself tells something only of a parcel that is known.
        resolved = [each for each in known if each.lines] or known
        return Admitted(resolved[0].order_ref if resolved else None)
    if not known:
        check = check_number(carrier.company_id, carrier.service_id, of.label.number)
        if check.verdict is Verdict.WRONG or check.reason == "shape":
            return Admitted(fault=Fault.CARRIER)
        return Admitted(of.order.text)
    compared = [same_order(each, asked) for each in known]
    if Same.YES in compared:
        return Admitted(known[compared.index(Same.YES)].order_ref)
    return Admitted(fault=Fault.ELSEWHERE if Same.OPEN in compared else Fault.MISMATCH)
