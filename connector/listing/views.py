"""Entries, deliveries and stories as JSON: the same names in the API and the commands. Pure."""

from datetime import datetime
from typing import Any

from connector.domain.calendar import iso_in_japan
from connector.domain.decision import Person
from connector.domain.memory import LineMemory
from connector.listing.moments import Moment
from connector.listing.words import STATE_JA, wording
from connector.store.listing import Listed
from connector.store.refusals import DeliveryPage, ListedDelivery
from connector.store.story import Story


def entry_view(of: Listed, now: datetime) -> dict[str, Any]:
    """An entry, or a label without an order (``id`` is null then). Times are Japan's; ``gap_s`` is in seconds.

    ``entered`` of ``lines`` lines of its parcel are entered. ``person`` is what a person decided, or empty.
    """
    said = wording(of)
    return {
        "id": of.entry_id,
        "parcel_id": of.parcel_id,
        "shop": of.shop,
        "source": of.source,
        "order_no": of.order_no,
        "order_ref": of.order_ref,
        "pack_no": of.pack_no,
        "lines": of.lines,
        "entered": of.entered,
        "carrier": of.carrier,
        "service": of.service,
        "shipping_corp": of.shipping_corp,
        "tracking_no": of.tracking_no,
        "state": of.state,
        "state_ja": STATE_JA.get(of.state, of.state),
        "reason": str(of.reason),
        "reason_ja": said.ja,
        "reason_en": said.en,
        "next_ja": said.next_ja,
        "next_en": said.next_en,
        "detail": of.detail,
        "person": "" if of.person is Person.NONE else str(of.person),
        "overdue": of.is_overdue(now),
        "overdue_from": iso_in_japan(of.overdue_from),
        "heard_at": iso_in_japan(of.heard_at),
        "accepted_at": iso_in_japan(of.accepted_at),
        "due_at": iso_in_japan(of.due_at),
        "gap_s": round(((of.accepted_at or now) - of.heard_at).total_seconds(), 3),
    }


def entries_view(found: list[Listed], limit: int, now: datetime) -> dict[str, Any]:
    """A list, and whether there are more than these."""
    return {"entries": [entry_view(each, now) for each in found[:limit]], "more": len(found) > limit}


def deliveries_view(page: DeliveryPage) -> dict[str, Any]:
    """Deliveries with the shape of what could not be read, and whether there are more than these."""
    return {"deliveries": [delivery_view(each) for each in page.deliveries], "more": page.next is not None}


def delivery_view(of: ListedDelivery) -> dict[str, Any]:
    """A delivery, with the shape of what could not be read."""
    return {
        "id": of.id,
        "source": of.source,
        "received_at": iso_in_japan(of.received_at),
        "outcome": of.outcome,
        "problem": of.problem,
        "shape": of.shape,
        "times_seen": of.times_seen,
        "host": of.host,
    }


def story_view(of: Story, moments: list[Moment], now: datetime) -> dict[str, Any]:
    """All that one shop has about a number; ``history`` is the oldest first."""
    return {
        "shop": of.shop,
        "lines": [_line(line) for line in of.lines],
        "entries": [entry_view(each, now) for each in of.entries],
        "conflicts": [each.id for each, _ in of.conflicts],
        "history": [
            {
                "at": iso_in_japan(each.at),
                "happened_at": iso_in_japan(each.happened_at),
                "clock": each.clock,
                "what": each.what,
                "what_ja": each.what_ja,
                "detail": each.detail_en,
                "detail_ja": each.detail_ja,
                "from": each.origin,
            }
            for each in moments
        ],
    }


def _line(line: LineMemory) -> dict[str, Any]:
    return {
        "order_no": line.order_no,
        "pack_no": line.pack_no,
        "status": None if line.status is None else int(line.status),
        "ship_by_at": iso_in_japan(line.ship_by_at),
        "tracking_no": line.tracking_no,
        "delivery_company": line.delivery_company,
        "cancel_status": None if line.cancel_status is None else line.cancel_status.name.lower(),
        "cancel_ended_at": iso_in_japan(line.ended_at),
    }
