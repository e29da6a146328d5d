"""Anchors are appended durably, read back strictly, and compared at the start."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.proof.anchors import AnchorKeeper, Anchors, append_anchor, read_anchors
from connector.store.store import Store

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
async def store(database: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{database}")
    yield opened
    await opened.close()


def keeper_of(store: Store, path: Path | None) -> AnchorKeeper:
    return AnchorKeeper(store, path, lambda: AT)


async def test_an_anchor_is_taken_when_the_log_grew_and_only_then(
    store: Store, tmp_path: Path, fill_store: Callable[[Store, int], Any]
) -> None:
    path = tmp_path / "apart" / "anchors.jsonl"
    keeper = keeper_of(store, path)
    await keeper.take()
    await keeper.take()
    first = await store.log_end()
    await fill_store(store, 2)
    await keeper.take()
    second = await store.log_end()

    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"seq": end[0], "hash": end[1], "at": "2026-11-24T03:00:00+00:00"} for end in (first, second) if end is not None
    ]
    assert first != second


async def test_without_a_file_the_log_of_the_program_holds_the_anchor(store: Store) -> None:
    keeper, end = keeper_of(store, None), await store.log_end()
    with capture_logs() as logs:
        await keeper.take()

    assert end is not None
    assert logs == [{"event": "conflict_log_anchor", "log_level": "info", "seq": end[0], "hash": end[1]}]


async def test_a_file_that_cannot_be_written_is_said_and_tried_again(store: Store, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    keeper = keeper_of(store, blocked / "anchors.jsonl")
    with capture_logs() as logs:
        await keeper.take()
        blocked.unlink()
        await keeper.take()

    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["anchor_not_written"]
    assert len((blocked / "anchors.jsonl").read_text().splitlines()) == 1


async def test_a_start_says_when_the_log_is_not_the_one_that_was_anchored(store: Store, tmp_path: Path) -> None:
    """Whether its end was cut off or it was written anew; a log that only grew is none of the two."""
    good, changed, cut = (tmp_path / name for name in ("good", "changed", "cut"))
    (row,) = await store.log_rows(after=8, limit=1)
    append_anchor(good, row.seq, row.hash, AT)
    append_anchor(changed, row.seq, ONE, AT)
    append_anchor(cut, 1_000_000, ONE, AT)
    events = []
    for path in (good, changed, cut, tmp_path / "none"):
        with capture_logs() as logs:
            await keeper_of(store, path).compare()
        events.append([entry["event"] for entry in logs])

    assert events == [[], ["conflict_log_changed"], ["conflict_log_changed"], []]


async def test_a_restart_does_not_repeat_the_last_anchor(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    await keeper_of(store, path).take()
    again = keeper_of(store, path)
    await again.compare()
    await again.take()

    assert len(path.read_text().splitlines()) == 1


def test_a_line_cut_short_by_a_crash_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    path.write_text('{"seq": 4, "ha')
    append_anchor(path, 5, ONE, AT)

    assert read_anchors(path.read_text()) == Anchors({5: ONE}, unreadable=(1,))
    assert read_anchors('{"seq": 4, "ha') == Anchors({})


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "null",
        "{",
        "あ",
        "[" * 100_000,
        '{"seq": 1}',
        '{"seq": 1, "hash": "abc"}',
        f'{{"seq": 0, "hash": "{ONE}"}}',
        f'{{"seq": "1", "hash": "{ONE}"}}',
        f'{{"seq": true, "hash": "{ONE}"}}',
    ],
)
def test_whatever_is_no_anchor_is_named_by_its_line(line: str) -> None:
    assert read_anchors(f"\n{line}\n") == Anchors({}, unreadable=(2,))


def test_two_anchors_of_one_row_that_differ_are_a_finding() -> None:
    text = "".join(f'{{"seq": 7, "hash": "{digest}"}}\n' for digest in (ONE, ONE, TWO))
    anchors = read_anchors(text)

    assert anchors.hashes == {7: ONE}
    assert [each.seq for each in anchors.contradictions] == [7]
