"""From an order reference to its order lines. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.domain.memory import LineMemory
from connector.domain.reasons import Reason
from connector.domain.references import ReferenceKind


@dataclass(frozen=True, slots=True)
class Resolution:
    """The order numbers that a reference means, or why it means none yet."""

    order_nos: tuple[str, ...] = ()
    reason: Reason = Reason.OPEN


def resolve(numbers: Sequence[str], kind: ReferenceKind, known: Sequence[LineMemory]) -> Resolution:
    """What the candidate ``numbers`` mean, given the lines that are known.

    A cart means all its lines, also those that left the list: cancelled or dispatched ones need a verdict of their own.
    It is known only when a list has shown it. A reference that holds an order and its cart means the order.
    """
    if not numbers:
        return Resolution(reason=Reason.REFERENCE_UNREADABLE)
    meanings: set[frozenset[str]] = set()
    for number in numbers:
        if kind is not ReferenceKind.PACK_NO and any(line.order_no == number for line in known):
            meanings.add(frozenset({number}))
        if kind is not ReferenceKind.ORDER_NO:
            meanings.add(_cart(number, known))
    meanings.discard(frozenset())
    if not meanings:
        return Resolution(reason=Reason.ORDER_UNKNOWN)
    smallest = min(meanings, key=len)
    if any(not smallest <= meaning for meaning in meanings):
        return Resolution(reason=Reason.REFERENCE_AMBIGUOUS)
    return Resolution(tuple(sorted(smallest)))


def _cart(pack_no: str, known: Sequence[LineMemory]) -> frozenset[str]:
    lines = [line for line in known if line.pack_no == pack_no]
    if not any(line.listed for line in lines):
        return frozenset()
    return frozenset(line.order_no for line in lines).union(*(line.related_order_nos for line in lines))
