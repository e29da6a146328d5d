"""How long it takes to prove that nobody changed a long conflict log. ``python -m bench.conflicts``."""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.report import Measured, run_alone
from connector.domain.chain import GENESIS, LogRow, canonical, row_hash
from connector.domain.conflict import CANCEL_TOPIC, What
from connector.domain.decision import ConflictKind
from connector.proof.verify import verify
from connector.store.reading import reading
from connector.store.schema import conflict, conflict_log
from connector.store.sqlite import writing_engine
from connector.store.store import Store

ROWS = 100_000
ROWS_OF_ONE = 10
NUMBER = "444413758703"
_AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_CHUNK = 10_000


async def measure() -> Measured:
    """Fills a log as conflicts do, then follows its chain from end to end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "connector.db"
        await (await Store.open(f"sqlite:///{path}")).close()
        await _fill(path)
        started = time.perf_counter()
        async with reading(path) as connection:
            verified = await verify(connection, {})
        took_s = time.perf_counter() - started
        size = path.stat().st_size
    if not verified.whole:
        raise RuntimeError(f"the log is not whole: {verified.breaks[:3]} {verified.differences[:3]}")
    return Measured(
        "Proving the conflict log",
        f"`conflicts verify` over {verified.rows:,} rows of {verified.conflicts:,} conflicts ({size / 2**20:.0f} MiB): "
        "every hash, the chain, and each conflict's own row against its log. The bound is 10 s.",
        ("what", "seconds", "rows a second"),
        (("whole log", f"{took_s:.2f}", f"{verified.rows / took_s:,.0f}"),),
    )


async def _fill(path: Path) -> None:
    rows, before = [], GENESIS
    for seq in range(1, ROWS + 1):
        number, step = divmod(seq - 1, ROWS_OF_ONE)
        at = _AT + timedelta(seconds=seq)
        what = What.NUMBER_SENT if step else What.OPENED
        detail = {"tracking_no": NUMBER, "shipping_corp": "ヤマト宅急便"}
        if what is What.OPENED:
            detail = {"kind": ConflictKind.IN_THE_GAP, "topic": CANCEL_TOPIC, "tracking_no": NUMBER}
        origin = "GetShippingAndClaimInfoByOrderNo_V2"
        fact = {"happened_at": at, "learned_at": at, "clock": "ours", "origin": origin, "detail": detail}
        order_no = str(1062428737 + number)
        row = LogRow(seq, number + 1, "main", order_no, at, what, str(step), canonical(fact), before)
        before = row_hash(row)
        rows.append({name: getattr(row, name) for name in LogRow.__slots__} | {"hash": before})
    conflicts = [
        {
            "shop": "main",
            "order_no": row["order_no"],
            "topic": CANCEL_TOPIC,
            "kind": ConflictKind.IN_THE_GAP,
            "tracking_no": NUMBER,
            "opened_at": row["at"],
        }
        for row in rows[::ROWS_OF_ONE]
    ]
    engine = writing_engine(path)
    async with engine.begin() as connection:
        await connection.execute(insert(conflict), conflicts)
        for start in range(0, ROWS, _CHUNK):
            await connection.execute(insert(conflict_log), rows[start : start + _CHUNK])
    await engine.dispose()


if __name__ == "__main__":
    run_alone(measure)
