"""How Qoo10 answered in the last hour."""

from datetime import UTC, datetime, timedelta

from connector.now.calls import CallBook, Calls
from connector.now.words import FAILURES
from connector.qoo10.errors import QapiError
from connector.qoo10.transport import CallRecord

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def record(outcome: str = "ok", code: int | None = 0, took_s: float = 0.2) -> CallRecord:
    return CallRecord("GetShippingInfo_v3", 0.0, took_s, outcome, code, 1, None)


def test_a_shop_that_was_never_called_has_nothing_to_show() -> None:
    assert CallBook().of("main", NOON) == Calls()


def test_calls_and_failures_of_the_last_hour_are_counted_for_each_shop() -> None:
    book = CallBook()
    book.note("main", record(), NOON - timedelta(minutes=61))
    book.note("main", record(took_s=0.1), NOON - timedelta(minutes=5))
    book.note("main", record("LaterError", -90001, 0.3), NOON - timedelta(minutes=4))
    book.note("second", record(), NOON)

    found = book.of("main", NOON)

    assert (found.calls, found.failed, found.mean_s) == (2, 1, 0.2)
    assert (found.answered_at, found.failed_at) == (NOON - timedelta(minutes=5), NOON - timedelta(minutes=4))
    assert found.failure == "LaterError -90001"


def test_it_never_grows_beyond_an_hour() -> None:
    book = CallBook()
    for minute in range(600):
        book.note("main", record(), NOON + timedelta(minutes=minute))

    assert book.of("main", NOON + timedelta(minutes=599)).calls == 60


def test_every_way_to_fail_has_words() -> None:
    assert set(FAILURES) == {kind.__name__ for kind in QapiError.__subclasses__()} | {"unfinished"}
