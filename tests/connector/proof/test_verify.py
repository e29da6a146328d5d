"""``conflicts verify`` finds whatever was done to the log, by whatever means."""

# ruff: noqa: S608 - the statements tamper with a copy, and every part of them stands here

import hashlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.domain.chain import GENESIS, LogRow, canonical, row_hash
from connector.proof.verify import Verified, verify
from connector.store.conflict_log import log_rows
from connector.store.reading import reading
from connector.store.store import Store

COLUMNS = ("conflict_id", "shop", "order_no", "at", "what", "fact_key", "body", "prev_hash", "hash")


async def verified(database: Path, anchors: dict[int, str] | None = None) -> Verified:
    async with reading(database) as connection:
        return await verify(connection, anchors or {})


async def all_rows(database: Path) -> list[LogRow]:
    async with reading(database) as connection:
        return await log_rows(connection, 0, 10_000, None)


def tamper(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def value(database: Path, query: str) -> Any:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchone()[0]


async def test_what_the_store_wrote_is_whole(database: Path) -> None:
    """Opened, changed, closed and reopened conflicts: log and summary agree, whatever happened."""
    rows = await all_rows(database)

    result = await verified(database, {row.seq: row.hash for row in rows[::7]})

    assert (result.breaks, result.differences) == ((), ())
    assert (result.rows, result.conflicts) == (len(rows), 12)
    assert (result.last_seq, result.last_hash) == (rows[-1].seq, rows[-1].hash)


async def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    await (await Store.open(f"sqlite:///{tmp_path}/new.db")).close()

    assert (await verified(tmp_path / "new.db")).whole


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("column", COLUMNS)
async def test_any_change_of_any_column_of_any_row_is_found(database: Path, column: str, place: str) -> None:
    last = value(database, "SELECT max(seq) FROM conflict_log")
    seq = {"first": 1, "middle": last // 2, "last": last}[place]
    new = "'2020-01-01 00:00:00.000000'" if column == "at" else f"{column} + 50" if column == "conflict_id" else "'x'"

    tamper(database, f"UPDATE conflict_log SET {column} = {new} WHERE seq = {seq}")

    found = {each.seq for each in (await verified(database)).breaks}
    assert seq in found


@pytest.mark.parametrize("new", ["x'ff00'", "1.5", "'not a time'", "x''"])
@pytest.mark.parametrize("column", COLUMNS[1:])
async def test_what_cannot_be_read_is_a_finding_and_no_failure(database: Path, column: str, new: str) -> None:
    """SQLite keeps anything in any column; also text that is no UTF-8."""
    tamper(database, f"UPDATE conflict_log SET {column} = {new} WHERE seq = 5")

    result = await verified(database)

    assert 5 in {each.seq for each in result.breaks}
    assert result.rows == value(database, "SELECT count(*) FROM conflict_log")


@pytest.mark.parametrize("condition", ["seq = 1", "seq = 20", "seq BETWEEN 10 AND 30", "conflict_id = 4"])
async def test_missing_rows_are_found(database: Path, condition: str) -> None:
    first = value(database, f"SELECT min(seq) FROM conflict_log WHERE {condition}")

    tamper(database, f"DELETE FROM conflict_log WHERE {condition}")

    assert any(each.seq == first and "missing" in each.problem for each in (await verified(database)).breaks)


async def test_an_end_that_was_cut_off_is_found_by_its_anchor(database: Path) -> None:
    """Without an anchor the chain alone cannot know; only the summary shows that something is gone."""
    rows = await all_rows(database)
    anchors = {rows[-1].seq: rows[-1].hash}

    tamper(database, f"DELETE FROM conflict_log WHERE seq > {rows[-4].seq}")

    assert (await verified(database)).breaks == ()
    assert [each.seq for each in (await verified(database, anchors)).breaks] == [rows[-1].seq]


async def test_swapped_rows_are_found(database: Path) -> None:
    tamper(
        database,
        "UPDATE conflict_log SET seq = -1 WHERE seq = 7",
        "UPDATE conflict_log SET seq = 7 WHERE seq = 8",
        "UPDATE conflict_log SET seq = 8 WHERE seq = -1",
    )

    assert {7, 8} <= {each.seq for each in (await verified(database)).breaks}


@pytest.mark.parametrize("seq", [0, -5, -(2**63)])
async def test_a_row_before_the_first_is_found(database: Path, seq: int) -> None:
    tamper(
        database,
        "INSERT INTO conflict_log SELECT "
        f"{seq}, conflict_id, shop, order_no, at, what, 'new', body, prev_hash, hash FROM conflict_log WHERE seq = 1",
    )

    assert [each.seq for each in (await verified(database)).breaks] == [seq]


async def test_a_row_pushed_in_between_is_found(database: Path) -> None:
    last = value(database, "SELECT max(seq) FROM conflict_log")
    tamper(
        database,
        f"UPDATE conflict_log SET seq = seq + {last + 10} WHERE seq >= 20",
        "INSERT INTO conflict_log SELECT "
        "20, conflict_id, shop, order_no, at, what, 'new', body, prev_hash, hash FROM conflict_log WHERE seq = 19",
        f"UPDATE conflict_log SET seq = seq - {last + 9} WHERE seq > {last}",
    )

    assert {20, 21} <= {each.seq for each in (await verified(database)).breaks}


async def test_a_chain_written_anew_is_found_by_an_anchor(database: Path) -> None:
    """Whoever can compute SHA-256 can forge a chain that holds; the anchor was taken of another one."""
    rows = await all_rows(database)
    anchors = {rows[-1].seq: rows[-1].hash}
    forge_from(database, rows, 9)

    alone, anchored = await verified(database), await verified(database, anchors)

    assert alone.breaks == ()
    assert [each.seq for each in anchored.breaks] == [rows[-1].seq]
    assert "anchor" in anchored.breaks[0].problem


def forge_from(database: Path, rows: list[LogRow], first: int) -> None:
    before = rows[first - 2].hash if first > 1 else GENESIS
    with closing(sqlite3.connect(database)) as connection, connection:
        for row in rows[first - 1 :]:
            body = row.body.replace("packing-table", "another-table")
            forged = LogRow(
                row.seq, row.conflict_id, row.shop, row.order_no, row.at, row.what, row.fact_key, body, before
            )
            before = row_hash(forged)
            connection.execute(
                "UPDATE conflict_log SET body = ?, prev_hash = ?, hash = ? WHERE seq = ?",
                (body, forged.prev_hash, before, row.seq),
            )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE conflict SET kind = 'dead_number' WHERE id = 2", "kind"),
        ("UPDATE conflict SET kind = 'nonsense' WHERE id = 2", "cannot be read"),
        ("UPDATE conflict SET shop = 'other' WHERE id = 2", "shop"),
        ("UPDATE conflict SET order_no = '1' WHERE id = 2", "order_no"),
        ("UPDATE conflict SET topic = 'number 1' WHERE id = 2", "topic"),
        ("UPDATE conflict SET tracking_no = '1' WHERE id = 2", "tracking_no"),
        ("UPDATE conflict SET opened_at = '2020-01-01 00:00:00.000000' WHERE id = 2", "opened_at"),
        ("UPDATE conflict SET closed_at = '2020-01-01 00:00:00.000000' WHERE id = 3", "closed_at"),
        ("UPDATE conflict SET closed_at = NULL WHERE id = 1", "closed_at"),
        ("UPDATE conflict SET outcome = 'settled' WHERE id = 1", "outcome"),
        ("UPDATE conflict SET last_verdict = '' WHERE id = 3", "last_verdict"),
        ("DELETE FROM conflict WHERE id = 2", "no row of its own"),
        (
            "INSERT INTO conflict (id, kind, opened_at) VALUES (99, 'in_the_gap', '2026-11-24 00:00:00.000000')",
            "no rows in the log",
        ),
    ],
)
async def test_a_summary_that_the_log_does_not_bear_out_is_found(database: Path, statement: str, said: str) -> None:
    tamper(database, statement)

    result = await verified(database)

    assert result.breaks == ()
    assert any(said in difference for difference in result.differences)


async def test_it_reads_beside_the_running_store(tmp_path: Path, fill_store: Callable[[Store, int], Any]) -> None:
    """Never the lock, never a write: the store goes on meanwhile."""
    store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    try:
        await fill_store(store, 2)
        first = await verified(tmp_path / "connector.db")
        await fill_store(store, 0)
        await store.prove_writable((await store.log_rows())[0].at)
    finally:
        await store.close()

    assert first.whole
    assert first.conflicts == 2


async def test_twenty_thousand_rows_take_seconds(database: Path) -> None:
    """Pages keep it quick; ``python -m bench.conflicts`` measures 100,000."""
    fill_with_rows(database, 20_000)
    started = time.perf_counter()

    result = await verified(database)

    assert result.rows == 20_000
    assert result.breaks == ()
    assert time.perf_counter() - started < 15  # under 2 s on a machine that does nothing else


def fill_with_rows(database: Path, rows: int) -> None:
    """Chained rows, without the store, which would take its time."""
    with closing(sqlite3.connect(database)) as connection, connection:
        seq, before = connection.execute("SELECT seq, hash FROM conflict_log ORDER BY seq DESC LIMIT 1").fetchone()
        stamp = "2026-11-24 00:00:00.000000"
        moment = datetime(2026, 11, 24, tzinfo=UTC)
        while seq < rows:
            seq += 1
            body = canonical({"detail": {"n": hashlib.sha256(str(seq).encode()).hexdigest()}})
            row = LogRow(seq, 1, "main", "1062428737", moment, "number_sent", str(seq), body, before)
            digest = row_hash(row)
            connection.execute(
                "INSERT INTO conflict_log VALUES (?, 1, 'main', '1062428737', ?, 'number_sent', ?, ?, ?, ?)",
                (seq, stamp, str(seq), body, before, digest),
            )
            before = digest
