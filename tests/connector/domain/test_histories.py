"""Random histories of one order line through the pure part alone: facts, table, news, and what the keeper makes of it.

Qoo10 is a few fields here, and the conflict log a dictionary: what hypothesis finds is in the decisions themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carriers.model import EventKind, LabelEvent
from connector.domain.conflict import CANCEL_TOPIC, What, news_of
from connector.domain.decision import Action, Cancel, Facts, GapPolicy, Label, Person, decide
from connector.domain.entry import Entry, EntryState, Sight, facts_of
from connector.domain.memory import LineMemory, remembered
from connector.domain.orders import JAPAN, Claim, ClaimStatus, OrderLine, ShippingStatus
from connector.domain.parcel import Parcel, ParcelKey, ParcelState, Times, merged, times_of
from connector.keeper.outcomes import Moment, after_verdict, after_write
from connector.qoo10.outcomes import RowOutcome, RowState
from tests.connector.domain.conftest import made_entry

if TYPE_CHECKING:
    from connector.store.entries import SettledEntry

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ORDER_NO = "1062428737"
OURS, OTHER = "444413758703", "444413758714"
SETTLED_AFTER = timedelta(seconds=3)
SHOWN_WITHIN = timedelta(minutes=15)
NO_CANCEL = frozenset({None, ClaimStatus.CANCEL_REQUESTED})
FINAL = (EntryState.CONFIRMED, EntryState.DROPPED)


def new_entry() -> Entry:
    return made_entry(START, tracking_no=OURS, shipping_corp="ヤマト宅急便", due_at=START)


def parcel_of(times: Times) -> Parcel:
    return Parcel(1, ParcelKey("main", ORDER_NO, OURS), "packing-table", "yamato", "", times, ParcelState.RESOLVED)


@dataclass
class Qoo10:
    """The truth about the line. ``shown`` is what is shown instead of a late write; a cancel shows at once."""

    status: ShippingStatus = ShippingStatus.PREPARING
    number: str = ""
    claim: Claim | None = None
    shown: tuple[ShippingStatus, str] | None = None
    gone: bool = False

    def line(self) -> OrderLine | None:
        if self.gone:
            return None
        status, number = self.shown or (self.status, self.number)
        return OrderLine(ORDER_NO, status, tracking_no=number, claim=self.claim)

    @property
    def claim_status(self) -> ClaimStatus | None:
        return None if self.claim is None else self.claim.status

    def write(self, number: str, *, late: bool) -> bool:
        """Whether it was taken. Another number would replace the first: that must never be tried."""
        if self.claim_status not in NO_CANCEL:
            return False
        assert self.number in ("", number), "another number was overwritten"
        self.shown = (self.status, self.number) if late else None
        self.status, self.number = ShippingStatus.ON_DELIVERY, number
        return True


class Histories(RuleBasedStateMachine):
    """A label, a buyer, a seller's person and a keeper that looks whenever it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.qoo10 = Qoo10()
        self.memory: LineMemory | None = None
        self.times = Times(printed_at=START, reprinted_at=START, heard_printed_at=START)
        self.entry = new_entry()
        self.policy = GapPolicy.ENTER
        self.open: dict[str, str] = {}
        self.requests: set[str] = set()
        self.facts: Facts | None = None

    def _later(self) -> datetime:
        self.now += timedelta(seconds=1.5)
        return self.now

    @initialize(
        policy=st.sampled_from(GapPolicy), asked=st.sampled_from([None, -timedelta(days=1), timedelta(seconds=1)])
    )
    def begin(self, policy: GapPolicy, asked: timedelta | None) -> None:
        """Often with a request made before or after the label was printed: a number is soon entered without one."""
        self.policy = policy
        if asked is not None:
            self.now += timedelta(seconds=2)
            self.qoo10.claim = Claim(ORDER_NO, ClaimStatus.CANCEL_REQUESTED, (START + asked).astimezone(JAPAN))

    @rule(kind=st.sampled_from(EventKind))
    def hear(self, kind: EventKind) -> None:
        """Of the label, whose clock is ours here."""
        at = self._later()
        self.times = merged(self.times, times_of(LabelEvent("msg", kind, ORDER_NO, "yamato", "", OURS, at), at))

    # The buyer, and the seller's person in QSM

    @precondition(lambda self: self.qoo10.claim is None and self.qoo10.status < ShippingStatus.ON_DELIVERY)
    @rule(status=st.sampled_from([ClaimStatus.CANCEL_REQUESTED, ClaimStatus.CANCELLED]))
    def ask(self, status: ClaimStatus) -> None:
        self.qoo10.claim = Claim(ORDER_NO, status, self._later().astimezone(JAPAN).replace(microsecond=0))

    @precondition(lambda self: self.qoo10.claim_status is ClaimStatus.CANCEL_REQUESTED)
    @rule(status=st.sampled_from([None, ClaimStatus.CANCELLING, ClaimStatus.CANCELLED]))
    def answer(self, status: ClaimStatus | None) -> None:
        self._later()
        claim = self.qoo10.claim
        assert claim is not None
        self.qoo10.claim = None if status is None else replace(claim, status=status)

    @precondition(lambda self: self.qoo10.claim_status in NO_CANCEL and not self.qoo10.number)
    @rule(number=st.sampled_from([OURS, OTHER, ""]))
    def dispatch_in_qsm(self, number: str) -> None:
        """With a number or without one."""
        self._later()
        self.qoo10.status, self.qoo10.number = ShippingStatus.ON_DELIVERY, number

    @rule(gone=st.booleans())
    def show(self, *, gone: bool) -> None:
        """What was written shows, or the whole line does not."""
        self._later()
        self.qoo10.shown = None
        self.qoo10.gone = gone

    @rule(person=st.sampled_from(Person))
    def act(self, person: Person) -> None:
        self.entry = replace(self.entry, person=person)

    # The keeper

    @precondition(lambda self: self.entry.state is not EntryState.DROPPED or self._is_live())
    @rule(
        answer=st.sampled_from(["taken late", "taken", "lost late", "lost on the way"]),
        wait=st.sampled_from([0, 60, 3600]),
    )
    def look(self, answer: str, wait: int) -> None:
        """The keeper looks and acts; what is under way at Qoo10 by then it has seen."""
        self.now += timedelta(seconds=wait)
        line = self.qoo10.line()
        if line is not None:
            self.memory = remembered(self.memory, "main", line, self.now, listed=False, claim_from="call")
        sight, facts = self._sight(line)
        self.facts = facts
        verdict = decide(facts)
        self._keep_news(sight, facts)
        if verdict.action is Action.ENTER:
            self._write(answer)
        else:
            settled = after_verdict(self.entry, verdict, (), Moment(self.now, 0.5), SHOWN_WITHIN, None)
            self._settle(settled)
            self._assert_not_stuck()

    def _is_live(self) -> bool:
        """Whether a dropped entry is looked at again: its label was printed anew."""
        return parcel_of(self.times).label is Label.LIVE and self.entry.person is not Person.LEAVE

    def _sight(self, line: OrderLine | None) -> tuple[Sight, Facts]:
        printed_at = self.times.printed_at
        assert printed_at is not None
        sight = Sight(line, self.memory, parcel_of(self.times).label, printed_at)
        return sight, facts_of(self.entry, sight, self.policy, SETTLED_AFTER, self.now)

    def _write(self, answer: str) -> None:
        assert self.qoo10.claim_status in NO_CANCEL, "the order was cancelled"
        assert parcel_of(self.times).label is Label.LIVE, "the label was void"
        assert self.entry.person not in (Person.LEAVE, Person.HOLD), "a person had stopped the parcel or held it back"
        assert self.entry.accepted_at is None, "Qoo10 had taken the number before"
        assert not self.qoo10.gone, "the line was not there"
        status, _ = self.qoo10.shown or (self.qoo10.status, "")
        assert status < ShippingStatus.ON_DELIVERY, "the line was dispatched"
        if self.qoo10.claim is not None and self.entry.person is not Person.ENTER:
            assert self.policy is GapPolicy.ENTER, "a request was open"
            asked_at, printed_at = self.qoo10.claim.requested_at, self.times.printed_at
            assert asked_at is not None
            assert printed_at is not None
            assert asked_at > printed_at, "the label was printed after the request"
        # A write whose answer is lost is only repeated after it had time to show; how long that takes nobody knows.
        taken = answer != "lost on the way" and self.qoo10.write(OURS, late=answer.endswith("late"))
        state = RowState.UNCLEAR if answer.startswith("lost") or not taken else RowState.DONE
        self.entry = replace(self.entry, state=EntryState.ENTERING, written_at=self.now)
        self._settle(after_write(self.entry, RowOutcome(ORDER_NO, state), Moment(self.now, 0.5)))

    def _settle(self, settled: SettledEntry) -> None:
        self.entry = replace(
            self.entry,
            state=settled.state,
            reason=settled.reason,
            due_at=settled.due_at,
            attempts=settled.attempts,
            accepted_at=settled.accepted_at or self.entry.accepted_at,
            confirmed_at=settled.confirmed_at or self.entry.confirmed_at,
        )

    def _keep_news(self, sight: Sight, facts: Facts) -> None:
        for news in news_of(self.entry, sight, facts, self.now):
            if news.kind is not None:
                self.open[news.topic] = news.kind
                self.requests.update(fact.key for fact in news.facts if fact.what is What.CANCEL_REQUESTED)
            elif news.topic in self.open and news.ended:
                del self.open[news.topic]

    def _assert_not_stuck(self) -> None:
        """Whatever does not rest for good is looked at again, and what a person must see stands open."""
        if self.entry.state not in FINAL:
            watched_until = self.entry.created_at + timedelta(days=14)
            assert self.entry.due_at is not None or self.now > watched_until
        if self.entry.state is EntryState.CONFLICT and self.entry.person is not Person.LEAVE:
            assert self.open

    @invariant()
    def a_request_that_meets_the_parcel_is_open_in_the_log(self) -> None:
        """As of the keeper's last look, where no person has stopped the parcel and the label counts."""
        if self.facts is None or self.facts.person is Person.LEAVE or decide(self.facts).action is Action.DROP:
            return
        meets = self.facts.cancel not in (Cancel.NONE, Cancel.ENDED)
        assert (CANCEL_TOPIC in self.open) == meets

    def teardown(self) -> None:
        """Every hold has a way out: the request is refused, the number is shown, the label is void."""
        if self.entry.state is EntryState.DROPPED:
            return
        if self.qoo10.claim_status is ClaimStatus.CANCEL_REQUESTED:
            self.qoo10.claim = None
        self.qoo10.shown = None
        self.qoo10.gone = False
        self.entry = replace(self.entry, person=Person.NONE)
        for _ in range(3):
            if self.entry.state is not EntryState.DROPPED:
                self.look("taken", 60)
        if self.entry.state in FINAL:
            return
        self.times = merged(self.times, Times(voided_at=self._later()))
        if self.qoo10.number == OURS and self.qoo10.claim is None:
            self.qoo10.number = OTHER  # a person mends a dead number in QSM
        self.look("taken", 60)
        assert self.entry.state is EntryState.DROPPED
        assert self.open == {}


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=500, stateful_step_count=20)


SECONDS = st.integers(min_value=-3, max_value=3).map(lambda seconds: START + timedelta(seconds=seconds))


@given(
    told=st.lists(
        st.one_of(
            SECONDS.map(lambda at: Times(printed_at=at, reprinted_at=at, heard_printed_at=START)),
            SECONDS.map(lambda at: Times(voided_at=at)),
            SECONDS.map(lambda at: Times(handed_over_at=at, heard_handed_over_at=START, heard_printed_at=START)),
        ),
        max_size=4,
    ),
    asked_at=SECONDS,
    policy=st.sampled_from(GapPolicy),
    claim_place=st.integers(min_value=0, max_value=4),
)
def test_the_same_facts_give_the_same_verdict_whatever_their_order(
    told: list[Times], asked_at: datetime, policy: GapPolicy, claim_place: int
) -> None:
    """Of label events in any order, and of the request being seen before, between or after them."""
    first = Times(printed_at=START, reprinted_at=START, heard_printed_at=START)
    claim = Claim(ORDER_NO, ClaimStatus.CANCEL_REQUESTED, asked_at)
    line = OrderLine(ORDER_NO, ShippingStatus.PREPARING, claim=claim)
    seen = set()
    for order in permutations([first, *told]):
        times, memory = Times(), None
        for place, each in enumerate(order):
            if place == claim_place:
                memory = remembered(memory, "main", line, START, listed=False, claim_from="call")
            times = merged(times, each)
        memory = remembered(memory, "main", line, START + timedelta(seconds=9), listed=False, claim_from="call")
        assert times.printed_at is not None
        sight = Sight(line, memory, parcel_of(times).label, times.printed_at)
        seen.add(decide(facts_of(new_entry(), sight, policy, SETTLED_AFTER, START)))

    assert len(seen) == 1
