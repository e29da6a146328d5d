"""What the log alone says of each conflict, held against the conflicts' own rows. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime

from connector.domain.chain import Break, LogRow
from connector.domain.conflict import What
from connector.store.conflicts import ConflictRow


@dataclass(slots=True)
class _Retold:
    """A conflict as its rows of the log tell it; None where they do not."""

    shop: str
    order_no: str
    first_seq: int
    kind: str | None = None
    topic: str | None = None
    tracking_no: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    last_verdict: str = ""


class Retelling:
    """Hears the log from its first row on, and then says where the conflicts' rows differ from it."""

    def __init__(self) -> None:
        self._told: dict[int, _Retold] = {}

    def hear(self, row: LogRow) -> list[Break]:
        """Takes the next row; gives what is wrong with it."""
        of = self._told.setdefault(row.conflict_id, _Retold(row.shop, row.order_no, row.seq))
        try:
            detail = json.loads(row.body)["detail"]
            _retell(of, row, detail)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return [Break(row.seq, "its facts cannot be read")]
        if (row.shop, row.order_no) != (of.shop, of.order_no):
            return [Break(row.seq, f"speaks of another order line than the log of conflict {row.conflict_id}")]
        return []

    def differences(self, conflict: ConflictRow) -> list[str]:
        """What the log says otherwise than the conflict's row, in words."""
        told = self._told.pop(conflict.id, None)
        if told is None:
            return [f"conflict {conflict.id} has no rows in the log"]
        pairs: dict[str, tuple[object, object]] = {
            "shop": (told.shop, conflict.shop),
            "order_no": (told.order_no, conflict.order_no),
            "kind": (told.kind, str(conflict.kind)),
            "topic": (told.topic, conflict.topic),
            "tracking_no": (told.tracking_no, conflict.tracking_no),
            "opened_at": (told.opened_at, conflict.opened_at),
            "closed_at": (told.closed_at, conflict.closed_at),
            "outcome": (told.outcome, conflict.outcome),
            "last_verdict": (told.last_verdict, conflict.last_verdict),
        }
        return [
            f"conflict {conflict.id}: the log says {name} {_shown(said)}, its row says {_shown(kept)}"
            for name, (said, kept) in pairs.items()
            if said != kept
        ]

    def left_over(self) -> list[str]:
        """Conflicts that the log tells of, and that have no row."""
        return [
            f"conflict {number} stands in the log from row {told.first_seq} on, but has no row of its own"
            for number, told in self._told.items()
        ]


def _retell(of: _Retold, row: LogRow, detail: dict[str, str]) -> None:
    match row.what:
        case What.OPENED:
            of.kind, of.topic, of.tracking_no = detail["kind"], detail["topic"], detail["tracking_no"]
            of.opened_at = row.at
        case What.KIND_CHANGED:
            of.kind = detail["kind"]
        case What.VERDICT:
            of.last_verdict = f"{detail['action']} {detail['reason']}"
        case What.CLOSED:
            of.closed_at, of.outcome = row.at, detail["outcome"]
        case What.REOPENED:
            of.closed_at, of.outcome, of.last_verdict = None, "", ""
        case _:
            pass  # a fact that the summary does not hold


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "nothing" if value in (None, "") else str(value)
