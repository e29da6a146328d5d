"""Conflicts as JSON and CSV: the same names in the API, the commands and the exports. Pure."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from connector.domain.acts import ASKS, NEEDS
from connector.domain.advice import Advice
from connector.domain.calendar import END_OF_TIME, iso_in_japan
from connector.domain.conflict_steps import fitting_acts, steps
from connector.proof.dossier import Dossier, DossierFact, standing_advice
from connector.store.cases import Case

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
CSV_COLUMNS = (
    "conflict",
    "shop",
    "order_no",
    "pack_no",
    "carrier",
    "tracking_no",
    "kind",
    "outcome",
    "seq",
    "what",
    "what_ja",
    "happened_at",
    "learned_at",
    "clock",
    "origin",
    "detail_ja",
    "detail",
    "prev_hash",
    "hash",
)
"""Times are Japan's, with their offset."""


def most_urgent_first(cases: Iterable[Case], now: datetime) -> list[Case]:
    """Open conflicts by what can still be saved, then by deadline and age; closed ones after them, newest first."""
    open_ones: list[tuple[int, datetime, int, Case]] = []
    closed: list[Case] = []
    for case in cases:
        said = standing_advice(case, now)
        if said is None:
            closed.append(case)
        else:
            open_ones.append((said.saving, said.until or END_OF_TIME, case.conflict.id, case))
    return [each[-1] for each in sorted(open_ones, key=lambda each: each[:3])] + sorted(
        closed, key=lambda case: -case.conflict.id
    )


def in_short(case: Case, now: datetime) -> dict[str, Any]:
    """A conflict in a list."""
    conflict, entry = case.conflict, case.entry
    return {
        "id": conflict.id,
        "shop": conflict.shop,
        "order_no": conflict.order_no,
        "pack_no": case.pack_no,
        "carrier": case.carrier,
        "tracking_no": conflict.tracking_no,
        "topic": conflict.topic,
        "kind": str(conflict.kind),
        "opened_at": iso_in_japan(conflict.opened_at),
        "closed_at": iso_in_japan(conflict.closed_at),
        "outcome": conflict.outcome,
        "entry_state": str(entry.state) if entry else None,
        "advice": _advice(standing_advice(case, now)),
    }


def in_full(of: Dossier) -> dict[str, Any]:
    """A conflict with its verdict and every fact of its log."""
    verdict = of.verdict
    return in_short(of.case, of.made_at) | {
        "verdict": None
        if verdict is None
        else {
            "at": iso_in_japan(verdict.at),
            "action_ja": verdict.action,
            "reason_ja": verdict.reason,
            "why": verdict.why,
            "source": verdict.source,
            "source_ja": verdict.source_ja,
        },
        "clock_skew_s": of.skew_s,
        "intact": of.intact,
        "facts": [_fact(each) for each in of.facts],
    }


def what_to_do(of: Dossier) -> dict[str, Any]:
    """The steps that a person takes, and the acts that fit: as the conflict stands, not for an export."""
    conflict, entry = of.case.conflict, of.case.entry
    state, closed = entry.state if entry else None, conflict.closed_at is not None
    return {
        "steps": [] if closed else [{"ja": each.ja, "en": each.en} for each in steps(conflict.kind, state)],
        "acts": [
            {
                "act": str(kind),
                "ja": ASKS[kind].ja,
                "en": ASKS[kind].en,
                "confirm": NEEDS.get(kind, ""),
                "confirm_ja": ASKS[kind].confirm_ja,
                "confirm_en": ASKS[kind].confirm_en,
            }
            for kind in fitting_acts(conflict.kind, state, closed=closed)
        ],
    }


def as_jsonl(dossiers: Sequence[Dossier]) -> str:
    """A conflict a line."""
    return "".join(json.dumps(in_full(each), ensure_ascii=False) + "\n" for each in dossiers)


def as_csv(dossiers: Sequence[Dossier]) -> str:
    """A row of the log a line, in the order of the log; begins with a byte order mark, which spreadsheets need."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for of in dossiers:
        short = in_short(of.case, of.made_at)
        about = [short["id"], *(short[name] for name in ("shop", "order_no", "pack_no", "carrier", "tracking_no"))]
        about += [short["kind"], short["outcome"]]
        for each in sorted(of.facts, key=lambda each: each.fact.seq):
            fact = _fact(each) | {"detail": json.dumps(dict(each.fact.detail), ensure_ascii=False)}
            writer.writerow([_cell(value) for value in (*about, *(fact[name] for name in CSV_COLUMNS[len(about) :]))])
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> object:
    """A spreadsheet must take no text of somebody else for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _fact(each: DossierFact) -> dict[str, Any]:
    fact = each.fact
    return {
        "seq": fact.seq,
        "what": fact.what,
        "what_ja": each.what_ja,
        "happened_at": iso_in_japan(fact.happened_at),
        "learned_at": iso_in_japan(fact.learned_at),
        "clock": fact.clock,
        "origin": fact.origin,
        "detail": dict(fact.detail),
        "detail_ja": each.detail_ja,
        "prev_hash": fact.prev_hash,
        "hash": fact.hash,
    }


def _advice(said: Advice | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "saving": said.saving.name.lower(),
        "do_ja": said.do_ja,
        "do_en": said.do_en,
        "otherwise_ja": said.otherwise_ja,
        "otherwise_en": said.otherwise_en,
        "until": iso_in_japan(said.until),
    }
