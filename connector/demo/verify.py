"""The proof of ``demo --once``: what the service claims, held against what Qoo10's side really holds. Pure.

Nothing here is told by the service: the sandbox's market and the calls that it received are the witnesses.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import Effect, Market
from connector.sandbox.bulk import bulk_rows
from connector.sandbox.records import Line

WRITES = ("ShippingBasic.SetSendingInfo", "ShippingBasic.SetSendingInfoBulk")


class Outcome(StrEnum):
    """What is to become of an order line."""

    ENTERED = "entered"
    REFUSED = "refused"
    HELD = "held"


CLAIMED = {
    EntryState.CONFIRMED: Outcome.ENTERED,
    EntryState.REFUSED: Outcome.REFUSED,
    EntryState.HELD: Outcome.HELD,
}
"""What the service's word for an entry amounts to; every other state is still in work."""

TIMES_SENT = {Outcome.ENTERED: 1, Outcome.REFUSED: 1, Outcome.HELD: 0}
"""How many calls may have carried the line's number: never a second one, not even after a lost answer."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must have become of an order line, and the conflict that must be in the log."""

    order_no: str
    tracking_no: str
    outcome: Outcome
    conflict: ConflictKind | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the service says of its entry for an order line."""

    order_no: str
    tracking_no: str
    state: EntryState
    reason: Reason


def differences(
    expected: Sequence[Expectation],
    claims: Sequence[Claim],
    conflicts: Sequence[tuple[str, ConflictKind]],
    market: Market,
    faults: Iterable[str],
) -> list[str]:
    """Everything that is not as it should be, one sentence each.

    ``conflicts`` are the order lines in the conflict log, each with its kind. ``faults`` must have struck.
    """
    claimed = {claim.order_no: claim for claim in claims}
    sent = times_sent(market)
    found = [
        sentence
        for each in expected
        for sentence in (
            *_claim(each, claimed.get(each.order_no)),
            *_truth(each, market.line(each.order_no), sent[each.order_no]),
            *_log(each, conflicts, market.line(each.order_no)),
        )
    ]
    if len(claims) != len(expected):
        found.append(f"the service keeps {len(claims)} entries for {len(expected)} order lines")
    strangers = sent.keys() - {each.order_no for each in expected}
    found += [f"{order_no}: a number was sent for a line that has no label" for order_no in sorted(strangers)]
    found += [f"{order_no}: the service cancelled it" for order_no in market.seller_cancels]
    struck = Counter(fault for call in market.calls.since() for fault in call.faults)
    if struck != Counter(faults):
        found.append(f"the faults that struck were {dict(struck)}")
    return found


def times_sent(market: Market) -> Counter[str]:
    """How many writing calls that reached Qoo10 carried each order line, whatever was answered."""
    return Counter(
        order_no
        for call in market.calls.since()
        if call.method in WRITES
        for order_no in _order_nos({name.lower(): value for name, value in call.params.items()})
    )


def _order_nos(params: Mapping[str, str]) -> list[str]:
    if "orderno" in params:
        return [params["orderno"]]
    return [row["orderno"] for row in bulk_rows(params.get("shippinginfojson", "")) or ()]


def _claim(each: Expectation, claim: Claim | None) -> list[str]:
    if claim is None:
        return [f"{each.order_no}: the service has no entry"]
    found = []
    if CLAIMED.get(claim.state) is not each.outcome:
        found.append(f"{each.order_no}: the service says {claim.state} ({claim.reason}), not {each.outcome}")
    if claim.tracking_no != each.tracking_no:
        found.append(f"{each.order_no}: the service keeps the number {claim.tracking_no}, not {each.tracking_no}")
    return found


def _truth(each: Expectation, line: Line, sent: int) -> list[str]:
    found = []
    if sent != TIMES_SENT[each.outcome]:
        found.append(f"{each.order_no}: its number was sent {sent} times")
    if each.outcome is Outcome.ENTERED:
        written = [(write.tracking_no, write.effect) for write in line.applied_writes]
        if written != [(each.tracking_no, Effect.RECORDED)]:
            found.append(f"{each.order_no}: Qoo10 did not take {each.tracking_no} exactly once, but {written}")
        if line.shipping.status is not ShippingStatus.ON_DELIVERY:
            found.append(f"{each.order_no}: Qoo10 shows state {line.shipping.status.value}, not 4")
        if line.shipping.tracking_no != each.tracking_no:
            found.append(f"{each.order_no}: Qoo10 shows {line.shipping.tracking_no or 'no number'}")
    elif line.applied_writes or line.shipping.tracking_no:
        found.append(f"{each.order_no}: Qoo10 has a number, although it is {each.outcome}")
    return found


def _log(each: Expectation, conflicts: Sequence[tuple[str, ConflictKind]], line: Line) -> list[str]:
    logged = [kind for order_no, kind in conflicts if order_no == each.order_no]
    found = []
    if logged != ([each.conflict] if each.conflict is not None else []):
        found.append(f"{each.order_no}: the conflict log says {[kind.value for kind in logged]}")
    asked = line.claim is not None or bool(line.ended_requests)
    if asked is not (each.conflict is not None):
        found.append(f"{each.order_no}: Qoo10 knows {'of a' if asked else 'no'} cancel request")
    return found
