"""The log of calls has bounds; its counters do not."""

from datetime import UTC, datetime

import pytest

from connector.sandbox import calls
from connector.sandbox.calls import CallRecord, Calls


def record(seq: int, text: str = "x") -> CallRecord:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return CallRecord(seq, at, "post", "A.B", "main", {"p": text}, 0, (), (), 200)


def test_the_oldest_calls_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """By number and by size; at least the last call stays."""
    monkeypatch.setattr(calls, "MOST_CALLS", 3)
    monkeypatch.setattr(calls, "MOST_CHARACTERS", 10)
    log = Calls()

    for seq in range(1, 6):
        log.add(record(seq))
    kept = [one.seq for one in log.since()]
    log.add(record(6, "x" * 50))

    assert kept == [3, 4, 5]
    assert [one.seq for one in log.since()] == [6]
    assert (log.by_method["A.B"], log.by_code[0], log.seq, len(log)) == (6, 6, 6, 1)
