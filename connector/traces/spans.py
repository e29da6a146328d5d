"""From what is kept of a confirmed entry to the spans of its trace. Pure.

One label is one trace: its id is drawn from the parcel, so that nothing has to be kept for it, and the entries of a
cart share it. The delivery is the root; below it stand the stages that the entry went through, one after the other.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.store.traces import Confirmed, TraceStep

STAGES: Mapping[EntryState, str] = {
    EntryState.WAITING: "read",
    EntryState.ENTERING: "write",
    EntryState.ACCEPTED: "read back",
    EntryState.UNCLEAR: "read back",
    EntryState.CONFIRMED: "confirmed",
    EntryState.HELD: "held",
    EntryState.CONFLICT: "conflict",
    EntryState.REFUSED: "refused",
    EntryState.DROPPED: "dropped",
}
"""What is done, or waited for, while an entry is in a state: it lasts until the next step."""


@dataclass(frozen=True, slots=True)
class TraceSpan:
    """One span. The root has an id of its own choosing, ``root_id``; all others are below it."""

    name: str
    trace_id: int
    root_id: int
    is_root: bool
    begins_at: datetime
    ends_at: datetime
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)


def spans_of(confirmed: Confirmed, *, order_numbers: bool) -> list[TraceSpan]:
    """The spans of one entry, in the order of time; the root only with the first entry of its parcel."""
    entry = confirmed.entry
    trace_id, root_id = trace_ids(confirmed)
    about: dict[str, str | int | float] = {"shop": entry.shop, "source": confirmed.source, "entry": entry.id}
    if order_numbers:
        about["order_no"] = entry.order_no
    spans = []
    begins_at = min(entry.heard_at, confirmed.steps[0].at)
    if confirmed.first:
        delivery = about | {"delivery": confirmed.delivery_id} if confirmed.delivery_id else about
        spans.append(TraceSpan("delivery", trace_id, root_id, True, begins_at, confirmed.steps[0].at, delivery))
    ends = [*(step.at for step in confirmed.steps[1:]), confirmed.steps[-1].at]
    for step, next_at in zip(confirmed.steps, ends, strict=True):
        attributes = about | {"state": str(step.state), "reason": step.reason}
        if step.state is EntryState.ENTERING:
            attributes |= {"call": entry.written_with, "carrier": entry.shipping_corp}
        if step.state is EntryState.CONFIRMED and entry.accepted_at is not None:
            attributes["gap_s"] = (entry.accepted_at - entry.heard_at).total_seconds()
        # A clock that was put back must not make a span end before it begins.
        ends_at = max(step.at, next_at)
        spans.append(TraceSpan(_name(step), trace_id, root_id, False, step.at, ends_at, attributes))
    return spans


def _name(step: TraceStep) -> str:
    """A new entry is read at once; one that waits for anything else waits."""
    return "wait" if step.state is EntryState.WAITING and step.reason != Reason.NEW else STAGES[step.state]


def trace_ids(confirmed: Confirmed) -> tuple[int, int]:
    """The ids of the trace and of its root: the same for all entries of a parcel, and after every restart."""
    entry = confirmed.entry
    named = f"{entry.shop} {entry.parcel_id} {confirmed.parcel_created_at.isoformat()}"
    digest = hashlib.sha256(named.encode()).digest()
    return int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:24], "big") or 1
