"""``conflicts verify``: the whole log against its chain, its anchors, and the conflicts' own rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.chain import Break, Chain
from connector.proof.summary import Retelling
from connector.store.audit import all_conflicts, all_rows


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it. ``breaks`` are about the log, ``differences`` about the rows that sum it up."""

    rows: int
    conflicts: int
    last_seq: int
    last_hash: str
    breaks: tuple[Break, ...]
    differences: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.breaks and not self.differences


async def verify(connection: AsyncConnection, anchors: Mapping[int, str]) -> Verified:
    """Follows the log from its first row to its last; memory grows with the conflicts, not with the rows."""
    chain, retelling = Chain(anchors), Retelling()
    breaks: list[Break] = []
    rows, last_seq, last_hash = 0, 0, ""
    async for row in all_rows(connection):
        rows += 1
        if isinstance(row, int):
            breaks += chain.skip(row)
            continue
        breaks += chain.follow(row)
        breaks += retelling.hear(row)
        last_seq, last_hash = row.seq, row.hash
    breaks += chain.end()
    conflicts = 0
    differences: list[str] = []
    async for conflict in all_conflicts(connection):
        conflicts += 1
        if isinstance(conflict, int):
            differences.append(f"the row of conflict {conflict} cannot be read")
        else:
            differences += retelling.differences(conflict)
    differences += retelling.left_over()
    return Verified(rows, conflicts, last_seq, last_hash, tuple(breaks), tuple(differences))
