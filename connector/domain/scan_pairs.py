"""How one text after another becomes pairs of order and label: a complete table. The page plays it, for each reader.

Nothing is paired by guess: after two orders (or two labels) in a row the next label is nobody's until a person has
scanned its order again, or has given up the half pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.scan import Meaning


class Half(StrEnum):
    """What a reader's lane waits with."""

    NOTHING = "nothing"
    ORDER = "order"
    LABEL = "label"
    EITHER = "either"
    TWO_ORDERS = "two_orders"
    """Two orders came one after the other: the first has no label."""
    TWO_LABELS = "two_labels"


class Input(StrEnum):
    """What happens to a lane. ``*_again`` is a text that the lane waits with already."""

    ORDER = "order"
    LABEL = "label"
    EITHER = "either"
    OTHER = "other"
    AGAIN = "again"
    CANCEL = "cancel"
    TIMEOUT = "timeout"
    KNOWN = "known"
    """The program knows the label that is waited with, so it needs no order."""


class Output(StrEnum):
    """What the lane does then."""

    ALONE = "alone"
    """The text is reported by itself; its partner is waited for."""
    PAIR = "pair"
    """Both texts are reported together."""
    REPEAT = "repeat"
    """The same text again: nothing happens."""
    LABEL_MISSING = "label_missing"
    """Said loudly; the text is reported by itself all the same."""
    ORDER_MISSING = "order_missing"
    WHICH_ORDER = "which_order"
    """A label after two orders: nobody knows whose it is."""
    WHICH_LABEL = "which_label"
    GIVEN_UP = "given_up"
    """The half pair is forgotten, because a person said so or because it has waited too long."""
    NOTHING = "nothing"


class Keep(StrEnum):
    """Which texts a lane waits with after a move."""

    NONE = "none"
    SAME = "same"
    ONE = "one"
    """Only the one just scanned."""
    LAST_TWO = "last_two"
    OTHERS = "others"
    """All but the one that was named."""


@dataclass(frozen=True, slots=True)
class Move:
    """The lane's next state, what it does, and what it waits with."""

    half: Half
    output: Output
    keep: Keep


_IDLE = Move(Half.NOTHING, Output.NOTHING, Keep.NONE)
_GIVEN_UP = Move(Half.NOTHING, Output.GIVEN_UP, Keep.NONE)
_PAIRED = Move(Half.NOTHING, Output.PAIR, Keep.NONE)

PAIRS: Mapping[Half, Mapping[Input, Move]] = {
    Half.NOTHING: {
        Input.ORDER: Move(Half.ORDER, Output.ALONE, Keep.ONE),
        Input.LABEL: Move(Half.LABEL, Output.ALONE, Keep.ONE),
        Input.EITHER: Move(Half.EITHER, Output.ALONE, Keep.ONE),
        Input.OTHER: Move(Half.NOTHING, Output.ALONE, Keep.NONE),
        Input.AGAIN: _IDLE,
        Input.CANCEL: _IDLE,
        Input.TIMEOUT: _IDLE,
        Input.KNOWN: _IDLE,
    },
    Half.ORDER: {
        Input.ORDER: Move(Half.TWO_ORDERS, Output.LABEL_MISSING, Keep.LAST_TWO),
        Input.LABEL: _PAIRED,
        Input.EITHER: _PAIRED,
        Input.OTHER: Move(Half.ORDER, Output.ALONE, Keep.SAME),
        Input.AGAIN: Move(Half.ORDER, Output.REPEAT, Keep.SAME),
        Input.CANCEL: _GIVEN_UP,
        Input.TIMEOUT: _GIVEN_UP,
        Input.KNOWN: Move(Half.ORDER, Output.NOTHING, Keep.SAME),
    },
    Half.LABEL: {
        Input.ORDER: _PAIRED,
        Input.LABEL: Move(Half.TWO_LABELS, Output.ORDER_MISSING, Keep.LAST_TWO),
        Input.EITHER: _PAIRED,
        Input.OTHER: Move(Half.LABEL, Output.ALONE, Keep.SAME),
        Input.AGAIN: Move(Half.LABEL, Output.REPEAT, Keep.SAME),
        Input.CANCEL: _GIVEN_UP,
        Input.TIMEOUT: _GIVEN_UP,
        Input.KNOWN: _IDLE,
    },
    Half.EITHER: {
        Input.ORDER: _PAIRED,
        Input.LABEL: _PAIRED,
        Input.EITHER: _PAIRED,
        Input.OTHER: Move(Half.EITHER, Output.ALONE, Keep.SAME),
        Input.AGAIN: Move(Half.EITHER, Output.REPEAT, Keep.SAME),
        Input.CANCEL: _GIVEN_UP,
        Input.TIMEOUT: _GIVEN_UP,
        Input.KNOWN: _IDLE,
    },
    Half.TWO_ORDERS: {
        Input.ORDER: Move(Half.TWO_ORDERS, Output.LABEL_MISSING, Keep.LAST_TWO),
        Input.LABEL: Move(Half.TWO_ORDERS, Output.WHICH_ORDER, Keep.SAME),
        Input.EITHER: Move(Half.TWO_ORDERS, Output.WHICH_ORDER, Keep.SAME),
        Input.OTHER: Move(Half.TWO_ORDERS, Output.ALONE, Keep.SAME),
        Input.AGAIN: Move(Half.ORDER, Output.ALONE, Keep.ONE),
        Input.CANCEL: _GIVEN_UP,
        Input.TIMEOUT: _GIVEN_UP,
        Input.KNOWN: Move(Half.TWO_ORDERS, Output.NOTHING, Keep.SAME),
    },
    Half.TWO_LABELS: {
        Input.ORDER: Move(Half.TWO_LABELS, Output.WHICH_LABEL, Keep.SAME),
        Input.LABEL: Move(Half.TWO_LABELS, Output.ORDER_MISSING, Keep.LAST_TWO),
        Input.EITHER: Move(Half.TWO_LABELS, Output.WHICH_LABEL, Keep.SAME),
        Input.OTHER: Move(Half.TWO_LABELS, Output.ALONE, Keep.SAME),
        Input.AGAIN: Move(Half.LABEL, Output.ALONE, Keep.ONE),
        Input.CANCEL: _GIVEN_UP,
        Input.TIMEOUT: _GIVEN_UP,
        Input.KNOWN: Move(Half.LABEL, Output.NOTHING, Keep.OTHERS),
    },
}
"""A lane's next move, for every state and everything that can happen to it.

Scanning one of two orders again starts over with that one. Where one of two labels is known, the other one waits.
"""

INPUTS: Mapping[Meaning, Input] = {
    Meaning.ORDER: Input.ORDER,
    Meaning.LABEL: Input.LABEL,
    Meaning.EITHER: Input.EITHER,
    Meaning.OTHER: Input.OTHER,
}
"""Texts that move a lane; commands and what cannot be read do not."""


REPORTED_ALONE = frozenset(
    {Output.ALONE, Output.LABEL_MISSING, Output.ORDER_MISSING, Output.WHICH_ORDER, Output.WHICH_LABEL}
)
"""Outputs at which the text just scanned is reported by itself: whatever is wrong with the pair, it may be a stop."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A reader's lane: its state, and the texts that it waits with (one, or the last two)."""

    half: Half = Half.NOTHING
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """The lane after a move, what it did, and the texts to report: one, a pair in the order of its scans, or none."""

    lane: Lane
    output: Output
    reported: tuple[str, ...] = ()


def play(lane: Lane, what: Input, text: str = "") -> Played:
    """One move. ``text`` is what was scanned, or the label that turned out to be known; else it is empty."""
    waits_with_it = text in lane.texts
    if what is Input.KNOWN and not waits_with_it:
        return Played(lane, Output.NOTHING)
    again = waits_with_it and what in INPUTS.values()
    move = PAIRS[lane.half][Input.AGAIN if again else what]
    kept = {
        Keep.NONE: (),
        Keep.SAME: lane.texts,
        Keep.ONE: (text,),
        Keep.LAST_TWO: (*lane.texts[-1:], text),
        Keep.OTHERS: tuple(each for each in lane.texts if each != text),
    }[move.keep]
    reported = (*lane.texts, text) if move.output is Output.PAIR else (text,) if move.output in REPORTED_ALONE else ()
    return Played(Lane(move.half, kept), move.output, reported)


def page_pairs() -> dict[str, object]:
    """The table as the page needs it."""
    return {
        "moves": {
            half: {what: [move.half, move.output, move.keep] for what, move in row.items()}
            for half, row in PAIRS.items()
        },
        "alone": sorted(REPORTED_ALONE),
    }
