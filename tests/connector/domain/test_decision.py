"""The decision table: complete, every rule in use, one test for each row of the design and one for each promise."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from connector.domain.decision import (
    RULES,
    TABLE,
    Action,
    Cancel,
    ConflictKind,
    Facts,
    GapPolicy,
    Label,
    Making,
    Person,
    Rule,
    Shipping,
    Shown,
    Written,
    cancel_conflict,
    decide,
    every_combination,
)
from connector.domain.reasons import Reason

EVERY = every_combination()
REQUESTED = (Cancel.BEFORE_LABEL, Cancel.IN_GAP, Cancel.AFTER_ENTRY)
KINDS = tuple(GapPolicy)

Promise = Callable[[Facts], bool]


def usual(
    cancel: Cancel,
    shipping: Shipping,
    shown: Shown,
    policy: GapPolicy = GapPolicy.ENTER,
    *,
    label: Label = Label.LIVE,
    written: Written = Written.NEVER,
) -> Facts:
    """Facts of a live label that nobody has decided about, whose number was not written yet."""
    return Facts(cancel, shipping, shown, label, written, policy)


def told(facts: Facts) -> tuple[Action, Reason, set[ConflictKind]]:
    """The verdict with everything that it puts into the conflict log."""
    verdict = decide(facts)
    return verdict.action, verdict.reason, {kind for kind in (verdict.conflict, cancel_conflict(facts)) if kind}


def breaking(promise: Promise) -> list[Facts]:
    """The combinations for which a promise does not hold."""
    return [facts for facts in EVERY if not promise(facts)]


class TestTable:
    def test_it_covers_every_combination(self) -> None:
        axes = (Cancel, Shipping, Shown, Label, Written, GapPolicy, Person, Making)

        assert list(TABLE) == EVERY == [Facts(*each) for each in product(*axes)]

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{RULES.index(rule)}-{rule.verdict.reason}")
    def test_every_rule_decides_something(self, rule: Rule) -> None:
        """A rule that another one always covers is dead text."""
        assert rule in TABLE.values()

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{RULES.index(rule)}-{rule.verdict.reason}")
    def test_every_rule_says_why_and_where_from(self, rule: Rule) -> None:
        assert rule.why.endswith(".")
        assert rule.source

    def test_the_first_rule_that_holds_decides(self) -> None:
        assert all(next(rule for rule in RULES if rule.holds(facts)) is rule for facts, rule in TABLE.items())


ROWS = [
    pytest.param(
        [usual(Cancel.NONE, Shipping.OPEN, Shown.NONE, policy) for policy in KINDS],
        (Action.ENTER, Reason.OPEN, set()),
        id="none, 2 or 3, no number: enter",
    ),
    pytest.param(
        [usual(Cancel.NONE, Shipping.UNPAID, Shown.NONE, policy) for policy in KINDS],
        (Action.HOLD, Reason.UNPAID, set()),
        id="none, 1: hold",
    ),
    pytest.param(
        [
            usual(Cancel.NONE, Shipping.SHIPPED, Shown.SAME, policy, written=written)
            for policy in KINDS
            for written in Written
        ],
        (Action.CONFIRM, Reason.SHOWN, set()),
        id="none, 4 or 5, same number: confirmed",
    ),
    pytest.param(
        [
            usual(cancel, shipping, Shown.ANOTHER, policy, written=written)
            for cancel in (Cancel.NONE, Cancel.ENDED)
            for shipping in Shipping
            for policy in KINDS
            for written in Written
        ],
        (Action.STOP, Reason.ANOTHER_NUMBER, {ConflictKind.ANOTHER_NUMBER}),
        id="any, another number: conflict, never overwrite",
    ),
    pytest.param(
        [usual(Cancel.IN_GAP, Shipping.OPEN, Shown.NONE, GapPolicy.ENTER)],
        (Action.ENTER, Reason.IN_THE_GAP, {ConflictKind.IN_THE_GAP}),
        id="requested after the label, 2 or 3, policy enter: conflict, enter at once",
    ),
    pytest.param(
        [usual(Cancel.IN_GAP, Shipping.OPEN, Shown.NONE, GapPolicy.HOLD)],
        (Action.HOLD, Reason.IN_THE_GAP, {ConflictKind.IN_THE_GAP}),
        id="requested after the label, 2 or 3, policy hold: conflict, hold",
    ),
    pytest.param(
        [usual(Cancel.BEFORE_LABEL, Shipping.OPEN, Shown.NONE, policy) for policy in KINDS],
        (Action.HOLD, Reason.PRINTED_AFTER_REQUEST, {ConflictKind.PRINTED_AFTER_REQUEST}),
        id="requested before the label, 2 or 3: conflict, hold, a person decides",
    ),
    pytest.param(
        [
            usual(Cancel.UNDER_WAY, shipping, shown, policy, written=written)
            for shipping in Shipping
            for shown in Shown
            for policy in KINDS
            for written in Written
        ],
        (Action.STOP, Reason.CANCELLED, {ConflictKind.CANCELLED_PARCEL_EXISTS}),
        id="cancelling or cancelled, any, gone included: conflict, never write",
    ),
    pytest.param(
        [usual(Cancel.AFTER_ENTRY, Shipping.SHIPPED, Shown.SAME, policy, written=Written.ACCEPTED) for policy in KINDS],
        (Action.CONFIRM, Reason.SHOWN, {ConflictKind.REQUESTED_AFTER_ENTRY}),
        id="requested, 4, same number: conflict, nothing to do but watch",
    ),
    pytest.param(
        [usual(Cancel.ENDED, Shipping.OPEN, Shown.NONE, policy) for policy in KINDS],
        (Action.ENTER, Reason.REQUEST_ENDED, set()),
        id="ended, line alive, 2 or 3: enter, the conflict closes",
    ),
]


@pytest.mark.parametrize(("cases", "expected"), ROWS)
def test_a_row_of_the_design(cases: list[Facts], expected: tuple[Action, Reason, set[ConflictKind]]) -> None:
    assert [told(facts) for facts in cases] == [expected] * len(cases)


@pytest.mark.parametrize(
    ("shown", "written", "expected"),
    [
        (Shown.NONE, Written.NEVER, (Action.DROP, Reason.VOIDED, set())),
        (Shown.ANOTHER, Written.NEVER, (Action.DROP, Reason.VOIDED, set())),
        (Shown.NONE, Written.UNCLEAR, (Action.LOOK_AGAIN, Reason.VOID_ANSWER_LOST, set())),
        (Shown.NONE, Written.ACCEPTED, (Action.STOP, Reason.DEAD_NUMBER, {ConflictKind.DEAD_NUMBER})),
        (Shown.SAME, Written.NEVER, (Action.STOP, Reason.DEAD_NUMBER, {ConflictKind.DEAD_NUMBER})),
        (Shown.SAME, Written.ACCEPTED, (Action.STOP, Reason.DEAD_NUMBER, {ConflictKind.DEAD_NUMBER})),
    ],
)
def test_a_voided_label_is_dropped_or_is_a_dead_number(
    shown: Shown, written: Written, expected: tuple[Action, Reason, set[ConflictKind]]
) -> None:
    facts = usual(Cancel.NONE, Shipping.OPEN, shown, label=Label.VOIDED, written=written)

    assert told(facts) == expected


class TestPromises:
    """Each over every combination there can be."""

    @pytest.mark.parametrize(
        "forbidden",
        [
            pytest.param(lambda facts: facts.cancel is Cancel.UNDER_WAY, id="a cancel is under way"),
            pytest.param(lambda facts: facts.shown is Shown.ANOTHER, id="another number is shown"),
            pytest.param(lambda facts: facts.label is Label.VOIDED, id="the label is void"),
            pytest.param(lambda facts: facts.shipping is not Shipping.OPEN, id="the line does not wait for a number"),
            pytest.param(lambda facts: facts.written is not Written.NEVER, id="an own write may still show"),
            pytest.param(lambda facts: facts.person is Person.LEAVE, id="a person has stopped the parcel"),
            pytest.param(lambda facts: facts.person is Person.HOLD, id="a person holds the number back"),
            pytest.param(
                lambda facts: (
                    facts.cancel is Cancel.BEFORE_LABEL
                    and facts.person is not Person.ENTER
                    and facts.making is not Making.TO_ORDER
                ),
                id="the buyer asked before the label, and neither a person nor the kind of goods allows it",
            ),
            pytest.param(
                lambda facts: (
                    facts.cancel in REQUESTED and facts.policy is GapPolicy.HOLD and facts.person is not Person.ENTER
                ),
                id="a request is open and the shop's policy is to hold",
            ),
        ],
    )
    def test_never_entered_while(self, forbidden: Promise) -> None:
        assert not breaking(lambda facts: not (forbidden(facts) and decide(facts).action is Action.ENTER))

    def test_confirmed_only_when_shipped_with_our_number_and_a_live_label(self) -> None:
        assert not breaking(
            lambda facts: (
                decide(facts).action is not Action.CONFIRM
                or (
                    facts.shipping is Shipping.SHIPPED
                    and facts.shown is Shown.SAME
                    and facts.label is Label.LIVE
                    and facts.cancel is not Cancel.UNDER_WAY
                )
            )
        )

    def test_every_request_that_meets_a_live_label_is_a_conflict(self) -> None:
        """Unless a person has stopped the parcel; then none is there to meet."""
        assert not breaking(
            lambda facts: (
                facts.label is Label.VOIDED
                or facts.cancel in (Cancel.NONE, Cancel.ENDED)
                or facts.person is Person.LEAVE
                or cancel_conflict(facts) is not None
            )
        )

    def test_without_a_request_there_is_no_conflict_about_one(self) -> None:
        assert not breaking(
            lambda facts: facts.cancel not in (Cancel.NONE, Cancel.ENDED) or cancel_conflict(facts) is None
        )

    def test_the_kind_of_conflict_says_when_the_request_came(self) -> None:
        kinds = {(facts.cancel, kind) for facts in EVERY if (kind := cancel_conflict(facts))}

        assert kinds == {
            (Cancel.BEFORE_LABEL, ConflictKind.PRINTED_AFTER_REQUEST),
            (Cancel.IN_GAP, ConflictKind.IN_THE_GAP),
            (Cancel.AFTER_ENTRY, ConflictKind.REQUESTED_AFTER_ENTRY),
            (Cancel.UNDER_WAY, ConflictKind.CANCELLED_PARCEL_EXISTS),
        }

    def test_a_number_that_a_person_has_checked_is_decided_on_as_any_other(self) -> None:
        """It was let out against its check digit; nobody has said anything about a cancel request."""
        nobody = [facts for facts in EVERY if facts.person is Person.NONE]

        assert all(decide(facts) == decide(replace(facts, person=Person.NUMBER_CHECKED)) for facts in nobody)

    def test_a_hold_keeps_back_what_would_go_out_and_hides_nothing_else(self) -> None:
        """Conflicts are seen as if nobody held it, and a number that stands is confirmed."""
        nobody = [facts for facts in EVERY if facts.person is Person.NONE]
        pairs = [(decide(facts), decide(replace(facts, person=Person.HOLD))) for facts in nobody]

        changed = [(before.action, before.reason) for before, held in pairs if before != held]
        assert {held.reason for before, held in pairs if before != held} == {Reason.HELD_BY_PERSON}
        assert {action for action, _ in changed} == {Action.ENTER, Action.HOLD}
        assert all(cancel_conflict(facts) == cancel_conflict(replace(facts, person=Person.HOLD)) for facts in nobody)

    @pytest.mark.parametrize(
        ("axis", "one", "other", "matters"),
        [
            ("policy", GapPolicy.ENTER, GapPolicy.HOLD, REQUESTED),
            ("making", Making.STOCK, Making.TO_ORDER, (Cancel.BEFORE_LABEL,)),
            ("person", Person.NONE, Person.ENTER, REQUESTED),
        ],
    )
    def test_a_choice_matters_only_while_the_line_waits_with_a_request(
        self, axis: str, one: str, other: str, matters: tuple[Cancel, ...]
    ) -> None:
        change: dict[str, Any] = {axis: other}
        pairs = [(facts, replace(facts, **change)) for facts in EVERY if getattr(facts, axis) == one]
        differing = [facts for facts, changed in pairs if decide(facts) != decide(changed)]

        assert differing
        assert all(facts.cancel in matters and facts.shipping is Shipping.OPEN for facts in differing)
        assert all(facts.label is Label.LIVE and facts.shown is not Shown.ANOTHER for facts in differing)

    def test_a_person_who_leaves_it_never_starts_anything(self) -> None:
        """The word can only end work; where our number stands or may stand, the facts go on deciding."""
        assert not breaking(
            lambda facts: (
                facts.person is not Person.LEAVE
                or facts.label is Label.VOIDED
                or (decide(facts).action is Action.DROP)
                == (
                    facts.written is Written.NEVER
                    and not (facts.shown is Shown.SAME and facts.shipping is Shipping.SHIPPED)
                )
            )
        )

    def test_a_dropped_number_may_not_stand_on_a_living_order(self) -> None:
        """What is dropped is forgotten, so no number may be at Qoo10 that no person knows of."""
        assert not breaking(
            lambda facts: (
                decide(facts).action is not Action.DROP
                or facts.shown is not Shown.SAME
                or facts.cancel is Cancel.UNDER_WAY
                or facts.person is Person.LEAVE
            )
        )

    def test_an_own_write_is_never_repeated_before_it_had_time_to_show(self) -> None:
        assert not breaking(lambda facts: facts.written is Written.NEVER or decide(facts).action is not Action.ENTER)

    def test_a_conflict_about_numbers_is_never_quiet(self) -> None:
        """It stops the entry: a person sees it."""
        assert not breaking(lambda facts: decide(facts).conflict is None or decide(facts).action is Action.STOP)
