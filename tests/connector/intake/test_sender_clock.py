"""How far a sender's clock is from ours is measured, by what its proven messages say of themselves."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from connector.intake.webhooks import said_to_be_sent_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connector.intake.conftest import Service

AT = datetime(2026, 11, 24, 3, 0, 5, tzinfo=UTC)
HTTP_DATE = "Tue, 24 Nov 2026 03:00:05 GMT"


@pytest.mark.parametrize(
    ("headers", "sent_at"),
    [
        ({"webhook-timestamp": "1795489205"}, AT),
        ({"date": HTTP_DATE}, AT),
        ({"webhook-timestamp": "1795489205", "date": "Mon, 23 Nov 2026 03:00:05 GMT"}, AT),
        ({"webhook-timestamp": "9" * 400, "date": HTTP_DATE}, AT),
        ({"webhook-timestamp": "-5", "date": HTTP_DATE}, AT),
        ({"webhook-timestamp": "１７"}, None),
        ({"date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_signed_timestamp_speaks_before_the_date_header(headers: dict[str, str], sent_at: datetime | None) -> None:
    """Whatever else stands there is no time, and no failure."""
    assert said_to_be_sent_at(headers) == sent_at


async def test_only_a_proven_message_moves_the_measure(service: Service, message: Callable[..., Any]) -> None:
    name = "qoo10_connector_source_clock_skew_seconds"
    await service.post(b"{}", {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"})
    before = (await service.get("/metrics"))[1]
    await service.send(message())
    after = (await service.get("/metrics"))[1]

    assert f"{name}{{" not in before
    (skew_s,) = re.findall(rf'{name}{{source="packing-table"}} (\S+)', after)
    assert abs(float(skew_s)) < 5
