"""The hash chain of the conflict log: any change of any row, by any means, shows. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

GENESIS = "0" * 64
"""What the first row is chained to."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the conflict log as it is hashed.

    ``seq`` counts from 1 without gaps over all conflicts. ``fact_key`` tells a conflict's facts of one kind apart.
    ``body`` is the row's facts as canonical JSON text.
    """

    seq: int
    conflict_id: int
    shop: str
    order_no: str
    at: datetime
    what: str
    fact_key: str
    body: str
    prev_hash: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and how."""

    seq: int
    problem: str


def canonical(facts: Mapping[str, object]) -> str:
    """The one spelling of a row's facts: sorted names, no blanks, times as ISO 8601."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical spelling")


def row_hash(row: LogRow) -> str:
    """SHA-256 over every field of the row and the hash before it. Lengths go in, so that no two rows read the same."""
    digest = hashlib.sha256()
    at = row.at.isoformat()
    numbers = (str(row.seq), str(row.conflict_id))
    for part in (row.prev_hash, *numbers, row.shop, row.order_no, at, row.what, row.fact_key, row.body):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def breaks(rows: Iterable[LogRow], anchors: Mapping[int, str]) -> list[Break]:
    """Where ``rows``, in the order of ``seq``, are not what was once written; empty when all is well.

    ``anchors`` are hashes of rows by ``seq``, kept elsewhere: they find an end that was cut off, or a chain that was
    written anew from some row on.
    """
    found: list[Break] = []
    before = LogRow(0, 0, "", "", datetime.min, "", "", "", "", GENESIS)  # noqa: DTZ901 - never compared, only a start
    open_anchors = dict(anchors)
    for row in rows:
        if row.seq != before.seq + 1:
            found.append(Break(before.seq + 1, f"rows {before.seq + 1} to {row.seq - 1} are missing"))
        if row.prev_hash != before.hash:
            found.append(Break(row.seq, "does not follow the row before it"))
        if row.hash != row_hash(row):
            found.append(Break(row.seq, "was changed after it was written"))
        if open_anchors.pop(row.seq, row.hash) != row.hash:
            found.append(Break(row.seq, "is not the row that its anchor was taken of"))
        before = row
    found += [Break(seq, "is missing, though an anchor was taken of it") for seq in sorted(open_anchors)]
    return found
