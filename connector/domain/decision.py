"""What to do with one entry: a complete table over the facts, every row with its reason and the source of its rule.

Until Qoo10 shows 配送中 a buyer can ask to cancel; a cancelled line takes no number; a number that stands is never
overwritten. The sources name the sections of Qoo10's rules as collected in docs/qoo10.md.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from connector.domain.reasons import Reason


class Cancel(StrEnum):
    """The cancel request beside the line, as far as it matters for a parcel."""

    NONE = "none"
    BEFORE_LABEL = "before_label"
    IN_GAP = "in_gap"
    AFTER_ENTRY = "after_entry"
    UNDER_WAY = "under_way"
    ENDED = "ended"


class Shipping(StrEnum):
    """Where the line is: state 1; 2 or 3; 4 or 5; nowhere to be found; or a state number that we do not know."""

    UNPAID = "unpaid"
    OPEN = "open"
    SHIPPED = "shipped"
    GONE = "gone"
    UNKNOWN = "unknown"


class Shown(StrEnum):
    """The tracking number that stands on the line, compared with ours."""

    NONE = "none"
    SAME = "same"
    ANOTHER = "another"


class Label(StrEnum):
    """Whether the label still counts."""

    LIVE = "live"
    VOIDED = "voided"


class Written(StrEnum):
    """What our own last write came to. An unclear one counts as ``never`` once Qoo10 had time to show it."""

    NEVER = "never"
    UNCLEAR = "unclear"
    ACCEPTED = "accepted"


class Person(StrEnum):
    """What a person has decided about the entry.

    Nothing; its number is right although its check digit says otherwise, which decides nothing about a cancel request;
    hold it back for now; enter it (refused in QSM); leave it (parcel stopped). The last word counts.
    """

    NONE = "none"
    NUMBER_CHECKED = "number_checked"
    HOLD = "hold"
    ENTER = "enter"
    LEAVE = "leave"


class Making(StrEnum):
    """Whether the line's item is made to order, which gives the right to refuse a cancel at any time."""

    STOCK = "stock"
    TO_ORDER = "to_order"


class GapPolicy(StrEnum):
    """The seller's choice for a cancel request in the gap."""

    ENTER = "enter"
    HOLD = "hold"


class Action(StrEnum):
    """What the keeper does next."""

    ENTER = "enter"
    CONFIRM = "confirm"
    LOOK_AGAIN = "look_again"
    HOLD = "hold"
    STOP = "stop"
    DROP = "drop"


class ConflictKind(StrEnum):
    """Why a parcel and a cancel request, or two numbers, need a person's eye."""

    IN_THE_GAP = "in_the_gap"
    """The buyer asked to cancel after the label was printed and before Qoo10 had the number."""
    PRINTED_AFTER_REQUEST = "printed_after_request"
    """The buyer had asked to cancel before the label was printed."""
    CANCELLED_PARCEL_EXISTS = "cancelled_parcel_exists"
    """The order is cancelled, or being cancelled, and there is a parcel for it."""
    REQUESTED_AFTER_ENTRY = "requested_after_entry"
    """The buyer asked to cancel after Qoo10 had the number."""
    ANOTHER_NUMBER = "another_number"
    """Another tracking number than the label's stands on the order line."""
    DEAD_NUMBER = "dead_number"
    """The number of a label that is void stands on the order line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a verdict depends on."""

    cancel: Cancel
    shipping: Shipping
    shown: Shown
    label: Label
    written: Written
    policy: GapPolicy
    person: Person = Person.NONE
    making: Making = Making.STOCK


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: what to do, the reason's name, and the conflict between two numbers that it means, if it does."""

    action: Action
    reason: Reason
    conflict: ConflictKind | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: where all the named facts hold, this is the verdict. An axis left empty means: whatever it is.

    ``why`` is the reason in a sentence; ``source`` says where the rule comes from.
    """

    verdict: Verdict
    why: str
    source: str
    cancel: frozenset[Cancel] = frozenset(Cancel)
    shipping: frozenset[Shipping] = frozenset(Shipping)
    shown: frozenset[Shown] = frozenset(Shown)
    label: frozenset[Label] = frozenset(Label)
    written: frozenset[Written] = frozenset(Written)
    policy: frozenset[GapPolicy] = frozenset(GapPolicy)
    person: frozenset[Person] = frozenset(Person)
    making: frozenset[Making] = frozenset(Making)

    def holds(self, facts: Facts) -> bool:
        """Whether this row speaks about these facts."""
        return (
            facts.cancel in self.cancel
            and facts.shipping in self.shipping
            and facts.shown in self.shown
            and facts.label in self.label
            and facts.written in self.written
            and facts.policy in self.policy
            and facts.person in self.person
            and facts.making in self.making
        )


_PENDING = frozenset({Cancel.BEFORE_LABEL, Cancel.IN_GAP, Cancel.AFTER_ENTRY})
_NOT_UNDER_WAY = frozenset(Cancel) - {Cancel.UNDER_WAY}
_VOID = frozenset({Label.VOIDED})
_NO_NUMBER = frozenset({Shown.NONE})
_SAME = frozenset({Shown.SAME})
_OPEN = frozenset({Shipping.OPEN})
_SHIPPED = frozenset({Shipping.SHIPPED})

RULES: tuple[Rule, ...] = (
    # A voided label: only a number that Qoo10 has taken is worth a person's time.
    Rule(
        Verdict(Action.STOP, Reason.DEAD_NUMBER, ConflictKind.DEAD_NUMBER),
        "The label is void, but its number stands on the order; no call takes it back.",
        "A6",
        cancel=_NOT_UNDER_WAY,
        shown=_SAME,
        label=_VOID,
    ),
    Rule(
        Verdict(Action.STOP, Reason.DEAD_NUMBER, ConflictKind.DEAD_NUMBER),
        "Qoo10 accepted the number before the label was voided, even if it does not show it yet.",
        "A6",
        cancel=_NOT_UNDER_WAY,
        shown=_NO_NUMBER,
        label=_VOID,
        written=frozenset({Written.ACCEPTED}),
    ),
    Rule(
        Verdict(Action.LOOK_AGAIN, Reason.VOID_ANSWER_LOST),
        "The label is void and the answer to our write was lost; whether the number stands shows in a moment.",
        "B5",
        cancel=_NOT_UNDER_WAY,
        shown=_NO_NUMBER,
        label=_VOID,
        written=frozenset({Written.UNCLEAR}),
    ),
    Rule(
        Verdict(Action.DROP, Reason.VOID_AND_CANCELLED),
        "The order is cancelled and the label is void: there is no parcel, whatever number stands.",
        "design: a person voided the label, so nothing is left to stop",
        cancel=frozenset({Cancel.UNDER_WAY}),
        label=_VOID,
    ),
    Rule(
        Verdict(Action.DROP, Reason.VOIDED),
        "The label was voided before its number was entered.",
        "design: a voided label is dropped if not yet entered",
        label=_VOID,
    ),
    # A person stopped the parcel: the number is not entered, and the case is closed.
    Rule(
        Verdict(Action.DROP, Reason.LEFT_CANCELLED),
        "A person has stopped the parcel and leaves the order cancelled.",
        "design: a person decides",
        shown=frozenset({Shown.NONE, Shown.ANOTHER}),
        written=frozenset({Written.NEVER}),
        person=frozenset({Person.LEAVE}),
    ),
    Rule(
        Verdict(Action.DROP, Reason.LEFT_CANCELLED),
        "A person has stopped the parcel; somebody else put its number on the line, but the line is not 配送中.",
        "design: a person decides",
        shipping=frozenset(Shipping) - _SHIPPED,
        written=frozenset({Written.NEVER}),
        person=frozenset({Person.LEAVE}),
    ),
    # A cancel that runs or is done: never write, whatever else is true.
    Rule(
        Verdict(Action.STOP, Reason.CANCELLED),
        "The order is being cancelled or is cancelled, and a parcel exists: stop it or recall it.",
        "A3: the refund is immediate and the goods would still arrive",
        cancel=frozenset({Cancel.UNDER_WAY}),
    ),
    # Another number: never overwrite.
    Rule(
        Verdict(Action.STOP, Reason.ANOTHER_NUMBER, ConflictKind.ANOTHER_NUMBER),
        "Another tracking number stands on the line, and one line has room for one number.",
        "A6, A9: what a second write does is not documented",
        shown=frozenset({Shown.ANOTHER}),
    ),
    # Our number stands.
    Rule(
        Verdict(Action.CONFIRM, Reason.SHOWN),
        "Qoo10 shows our number and 配送中. An open request is refused in QSM; what comes later is a return.",
        "B5, A2, A3",
        shipping=_SHIPPED,
        shown=_SAME,
    ),
    # A person holds the number back: what the facts allow otherwise waits for the release.
    Rule(
        Verdict(Action.HOLD, Reason.HELD_BY_PERSON),
        "A person holds the number back; it is not entered before they let it go.",
        "design: a person decides",
        shipping=frozenset({Shipping.UNPAID, Shipping.OPEN}),
        written=frozenset({Written.NEVER}),
        person=frozenset({Person.HOLD}),
    ),
    # The line is not where a number can be written.
    Rule(
        Verdict(Action.HOLD, Reason.UNPAID),
        "A label was printed for an order that is not paid (入金待ち); such an order must not be shipped.",
        "A1",
        shipping=frozenset({Shipping.UNPAID}),
    ),
    Rule(
        Verdict(Action.HOLD, Reason.STATE_UNKNOWN),
        "Qoo10 shows a state that this program does not know.",
        "promise: unknown is said",
        shipping=frozenset({Shipping.UNKNOWN}),
    ),
    Rule(
        Verdict(Action.HOLD, Reason.NOT_FOUND),
        "Qoo10 knows nothing of this line, neither shipping nor claim: a wrong shop, or an order that left the lists.",
        "B5: cancelled orders leave the shipping list",
        shipping=frozenset({Shipping.GONE}),
    ),
    # Our own write may still be on its way to being shown.
    Rule(
        Verdict(Action.LOOK_AGAIN, Reason.NOT_SHOWN_YET),
        "Qoo10 accepted the number, or the answer was lost; how long it takes to show is unknown.",
        "B5: the delay until visible was never measured",
        written=frozenset({Written.UNCLEAR, Written.ACCEPTED}),
    ),
    Rule(
        Verdict(Action.HOLD, Reason.SHIPPED_WITHOUT_NUMBER),
        "The line is 配送中 without a number: somebody dispatched it by hand; what a write does then is unknown.",
        "B5",
        shipping=_SHIPPED,
    ),
    # The line waits for its number.
    Rule(
        Verdict(Action.ENTER, Reason.OPEN),
        "The line waits for its number.",
        "A1",
        cancel=frozenset({Cancel.NONE}),
        shipping=_OPEN,
    ),
    Rule(
        Verdict(Action.ENTER, Reason.REQUEST_ENDED),
        "The cancel request is gone and the line is alive; why it ended, Qoo10 does not say.",
        "B3",
        cancel=frozenset({Cancel.ENDED}),
        shipping=_OPEN,
    ),
    Rule(
        Verdict(Action.ENTER, Reason.PERSON_ENTERS),
        "A person has refused the request in QSM and says: enter.",
        "A3: after a refusal the number must stand the same day",
        cancel=_PENDING,
        shipping=_OPEN,
        person=frozenset({Person.ENTER}),
    ),
    Rule(
        Verdict(Action.ENTER, Reason.MADE_TO_ORDER),
        "The item is made to order: a request may be refused whenever it came, the number must stand the same day.",
        "A3: made to order gives the right to refuse",
        cancel=frozenset({Cancel.BEFORE_LABEL}),
        shipping=_OPEN,
        policy=frozenset({GapPolicy.ENTER}),
        making=frozenset({Making.TO_ORDER}),
    ),
    Rule(
        Verdict(Action.HOLD, Reason.PRINTED_AFTER_REQUEST),
        "The buyer had asked to cancel before the label was printed: pull the parcel; a person decides.",
        "A3: unshipped stock gives no right to refuse",
        cancel=frozenset({Cancel.BEFORE_LABEL}),
        shipping=_OPEN,
    ),
    Rule(
        Verdict(Action.ENTER, Reason.IN_THE_GAP),
        "The parcel was packed before the buyer asked: refusal is allowed, and the number must stand the same day.",
        "A3",
        cancel=_PENDING,
        shipping=_OPEN,
        policy=frozenset({GapPolicy.ENTER}),
    ),
    Rule(
        Verdict(Action.HOLD, Reason.IN_THE_GAP),
        "The parcel was packed before the buyer asked; the shop's policy leaves the answer to a person.",
        "design: policy hold",
        cancel=_PENDING,
        shipping=_OPEN,
        policy=frozenset({GapPolicy.HOLD}),
    ),
)

CANCEL_CONFLICTS: dict[Cancel, ConflictKind] = {
    Cancel.BEFORE_LABEL: ConflictKind.PRINTED_AFTER_REQUEST,
    Cancel.IN_GAP: ConflictKind.IN_THE_GAP,
    Cancel.AFTER_ENTRY: ConflictKind.REQUESTED_AFTER_ENTRY,
    Cancel.UNDER_WAY: ConflictKind.CANCELLED_PARCEL_EXISTS,
}
"""Every cancel request that meets a parcel is a conflict, whatever is done about the number."""


def every_combination() -> list[Facts]:
    """All the facts there can be."""
    return [Facts(*axes) for axes in product(Cancel, Shipping, Shown, Label, Written, GapPolicy, Person, Making)]


def _first_rule(facts: Facts) -> Rule:
    return next(rule for rule in RULES if rule.holds(facts))


TABLE: dict[Facts, Rule] = {facts: _first_rule(facts) for facts in every_combination()}
"""The rules written out: one row for every combination, looked up once per decision."""


def decide(facts: Facts) -> Verdict:
    """The verdict on these facts. Total: every combination has a row."""
    return TABLE[facts].verdict


def cancel_conflict(facts: Facts) -> ConflictKind | None:
    """The conflict that the line's cancel request makes with this parcel.

    None where there is no request, or no parcel to speak of: its label is void and its number not at Qoo10, or a person
    has stopped it.
    """
    if facts.person is Person.LEAVE or decide(facts).action is Action.DROP:
        return None
    return CANCEL_CONFLICTS.get(facts.cancel)
