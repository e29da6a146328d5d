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
    at = row.at.isoformat()
    numbers = (str(row.seq), str(row.conflict_id))
    parts = (row.prev_hash, *numbers, row.shop, row.order_no, at, row.what, row.fact_key, row.body)
    hashed = bytearray()
    for part in parts:
        encoded = part.encode()
        hashed += len(encoded).to_bytes(8, "big")
        hashed += encoded
    return hashlib.sha256(hashed).hexdigest()


_NO_PLACE = "has no place in the log, which counts from 1"


class Chain:
    """Follows the log row by row, so that it can be read in pages however long it is.

    ``anchors`` are hashes of rows by ``seq``, kept elsewhere: they find an end that was cut off, or a chain that was
    written anew from some row on.
    """

    def __init__(self, anchors: Mapping[int, str] | None = None) -> None:
        self._anchors = dict(anchors or {})
        self._seq = 0
        self._hash: str | None = GENESIS

    def follow(self, row: LogRow) -> list[Break]:
        """What is wrong with the next row in the order of ``seq``."""
        if row.seq < 1:
            return [Break(row.seq, _NO_PLACE)]
        found = self._missing_before(row.seq)
        if self._hash is not None and row.prev_hash != self._hash:
            found.append(Break(row.seq, "does not follow the row before it"))
        if row.hash != row_hash(row):
            found.append(Break(row.seq, "was changed after it was written"))
        if self._anchors.pop(row.seq, row.hash) != row.hash:
            found.append(Break(row.seq, "is not the row that its anchor was taken of"))
        self._seq, self._hash = row.seq, row.hash
        return found

    def skip(self, seq: int) -> list[Break]:
        """The next row is there, but what it holds cannot be read at all."""
        if seq < 1:
            return [Break(seq, _NO_PLACE)]
        found = [*self._missing_before(seq), Break(seq, "cannot be read")]
        self._anchors.pop(seq, None)
        self._seq, self._hash = seq, None
        return found

    def end(self) -> list[Break]:
        """What is missing after the last row."""
        return [Break(seq, "is missing, though an anchor was taken of it") for seq in sorted(self._anchors)]

    def _missing_before(self, seq: int) -> list[Break]:
        first, last = self._seq + 1, seq - 1
        if first > last:
            return []
        return [Break(first, f"row {first} is missing" if first == last else f"rows {first} to {last} are missing")]


def breaks(rows: Iterable[LogRow], anchors: Mapping[int, str]) -> list[Break]:
    """Where ``rows``, in the order of ``seq``, are not what was once written; empty when all is well."""
    chain = Chain(anchors)
    return [found for row in rows for found in chain.follow(row)] + chain.end()
