from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.orders import JAPAN
from connector.qoo10.dates import MAX_WINDOW, header_time, qapi_time, read_time, retry_after_s, windows

MORNING = datetime(2026, 11, 22, 9, 15, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22 09:15:00", MORNING),
        (" 2026-11-22 09:15 ", MORNING),
        ("2026/11/22 09:15:00", MORNING),
        ("2026-11-22T09:15:00.123", MORNING),
        ("2026-11-22T00:15:00Z", MORNING),
        ("2026-11-22T02:15:00+02:00", MORNING),
        ("20261122091500", MORNING),
        ("202611220915", MORNING),
        ("20261122", datetime(2026, 11, 22, tzinfo=JAPAN)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=JAPAN)),
    ],
)
def test_a_date_is_read_in_japan_time_in_every_spelling_seen(text: str, expected: datetime) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31",
        "2026-1122",
        "20261122 25:00",
        "2026-11-22 09:15:00+99:00",
        "２０２６-11-22",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_time(text) is None


@given(st.text())
def test_reading_a_date_is_total(text: str) -> None:
    read = read_time(text)

    assert read is None or read.tzinfo is JAPAN


def test_a_time_goes_out_in_japan_time() -> None:
    assert qapi_time(datetime(2026, 11, 22, 0, 15, tzinfo=UTC)) == "20261122091500"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        qapi_time(MORNING.replace(tzinfo=None))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(JAPAN)),  # noqa: DTZ001  # hypothesis adds the zone
    st.timedeltas(timedelta(0), timedelta(days=1000)),
)
def test_windows_cover_the_period_without_overlap_and_none_is_too_long(start: datetime, length: timedelta) -> None:
    cut = list(windows(start, start + length))

    assert cut[0][0] == start.replace(microsecond=0)
    assert cut[-1][1] <= start + length
    assert all(last - first <= MAX_WINDOW for first, last in cut)
    assert all(later[0] - earlier[1] == timedelta(seconds=1) for earlier, later in pairwise(cut))
    assert start + length - cut[-1][1] < timedelta(seconds=1)


def test_a_period_turned_round_has_no_windows() -> None:
    with pytest.raises(ValueError, match="before"):
        list(windows(MORNING, MORNING - timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "9" * 400}, 999999999.0),
        ({"retry-after": "Sun, 22 Nov 2026 00:15:30 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 00:15:30 GMT", "date": "Sun, 22 Nov 2026 00:15:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 00:14:30 GMT", "date": "Sun, 22 Nov 2026 00:15:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
    ],
)
def test_a_pause_is_read_in_seconds_or_by_the_servers_own_date(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_s(headers) == expected


@given(st.text())
def test_reading_a_header_date_is_total(text: str) -> None:
    read = header_time(text)

    assert read is None or read.tzinfo is UTC
