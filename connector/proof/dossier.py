"""The dossier: everything about one conflict that a seller can hand to Qoo10's support, in Japanese. Pure.

It holds order and parcel numbers, times, verdicts and what persons did; nothing in it is about the buyer's person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.advice import Advice, advice
from connector.domain.chain import LogRow, row_hash
from connector.domain.conflict import What
from connector.domain.orders import JAPAN
from connector.proof import words
from connector.proof.facts import LoggedFact, last_of, logged_fact, skew_of
from connector.store.cases import Case


@dataclass(frozen=True, slots=True)
class DossierVerdict:
    """The last verdict, the rule behind it and where that comes from. ``why`` is the log's own English."""

    at: datetime
    action: str
    reason: str
    why: str
    source: str
    source_ja: str


@dataclass(frozen=True, slots=True)
class DossierFact:
    """One row of the table of facts, in Japanese beside the fact itself."""

    fact: LoggedFact
    what_ja: str
    clock_ja: str
    origin_ja: str
    detail_ja: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One conflict as it stands at ``made_at``. ``deadline`` and ``advice`` are None once it is closed.

    ``skew_s`` is our clock minus Qoo10's, None where it was not measured. ``intact`` says whether its rows still carry
    the hashes that they were written with; the whole chain is checked by ``conflicts verify``.
    """

    made_at: datetime
    case: Case
    kind_ja: str
    outcome_ja: str
    pack_no: str
    carrier: str
    tracking_no: str
    opened_at: datetime
    closed_at: datetime | None
    advice: Advice | None
    verdict: DossierVerdict | None
    facts: tuple[DossierFact, ...]
    acts: tuple[DossierFact, ...]
    skew_s: float | None
    intact: bool

    @property
    def deadline(self) -> datetime | None:
        """Until when the seller must have acted."""
        return None if self.advice is None else self.advice.until

    @property
    def last(self) -> LoggedFact | None:
        """The newest row, whose hash stands for everything before it."""
        return max((each.fact for each in self.facts), key=lambda fact: fact.seq, default=None)


def dossier(case: Case, rows: Sequence[LogRow], now: datetime) -> Dossier:
    """The dossier of a conflict from its row and its log.

    Raises:
        ValueError: a row of the log cannot be read.
    """
    conflict = case.conflict
    logged = [logged_fact(row) for row in rows]
    told = tuple(_in_japanese(fact) for fact in sorted(logged, key=lambda fact: (fact.at, fact.seq)))
    return Dossier(
        made_at=now,
        case=case,
        kind_ja=words.KIND[conflict.kind],
        outcome_ja=_outcome_ja(case),
        pack_no=case.pack_no,
        carrier=case.carrier,
        tracking_no=conflict.tracking_no,
        opened_at=conflict.opened_at,
        closed_at=conflict.closed_at,
        advice=standing_advice(case, now),
        verdict=_verdict(last_of(logged, What.VERDICT)),
        facts=told,
        acts=tuple(each for each in told if each.fact.what == What.PERSON),
        skew_s=skew_of(logged),
        intact=all(row.hash == row_hash(row) for row in rows),
    )


def standing_advice(case: Case, now: datetime) -> Advice | None:
    """What to do about an open conflict; None once it is closed."""
    if case.conflict.closed_at is not None:
        return None
    state = case.entry.state if case.entry is not None else None
    overdue_from = case.line.overdue_from if case.line is not None else None
    return advice(case.conflict.kind, state, overdue_from, now)


def in_japan(at: datetime | None, *, seconds: bool = True) -> str:
    """A time as it is printed: Japan's, to the millisecond where there are any; a dash where it is not known."""
    if at is None:
        return "—"
    local = at.astimezone(JAPAN)
    if not seconds:
        return f"{local:%Y/%m/%d %H:%M}"
    millis = local.microsecond // 1000
    return f"{local:%Y/%m/%d %H:%M:%S}.{millis:03d}" if millis else f"{local:%Y/%m/%d %H:%M:%S}"


def until_ja(until: datetime) -> str:
    """A deadline: the end of a day is written as 24:00 of that day, as it is meant."""
    local = until.astimezone(JAPAN)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{(local - timedelta(days=1)):%Y/%m/%d} 24:00"
    return f"{local:%Y/%m/%d %H:%M}"


def skew_ja(skew_s: float | None) -> str:
    """How far the clocks are apart, in words."""
    if skew_s is None:
        return "未計測"
    if abs(skew_s) < 1:
        return f"{skew_s:+.1f}秒(測定の精度±1秒の範囲内で一致)"
    return f"{skew_s:+.1f}秒(当方がQoo10より{'進み' if skew_s > 0 else '遅れ'}、測定の精度±1秒)"


def _outcome_ja(case: Case) -> str:
    if case.conflict.closed_at is None:
        return "対応中"
    return _word(words.OUTCOME, case.conflict.outcome)


def _verdict(fact: LoggedFact | None) -> DossierVerdict | None:
    if fact is None:
        return None
    source = fact.detail.get("source", "")
    return DossierVerdict(
        at=fact.at,
        action=_word(words.ACTION, fact.detail.get("action", "")),
        reason=_word(words.REASON, fact.detail.get("reason", "")),
        why=fact.detail.get("why", ""),
        source=source,
        source_ja=words.rule_source_ja(source),
    )


def _in_japanese(fact: LoggedFact) -> DossierFact:
    return DossierFact(
        fact=fact,
        what_ja=_word(words.WHAT, fact.what),
        clock_ja=_word(words.CLOCK, fact.clock),
        origin_ja=words.origin_ja(fact.origin),
        detail_ja=_detail_ja(fact),
    )


def _detail_ja(fact: LoggedFact) -> str:
    detail, said = fact.detail, ""
    match fact.what:
        case What.OPENED | What.KIND_CHANGED:
            said = _word(words.KIND, detail.get("kind", ""))
        case What.VERDICT:
            action = _word(words.ACTION, detail.get("action", ""))
            said = f"{action}: {_word(words.REASON, detail.get('reason', ''))}"
        case What.NUMBER_SENT | What.NUMBER_ACCEPTED | What.NUMBER_SHOWN:
            code = f"、ResultCode {detail['code']}" if "code" in detail else ""
            said = f"{detail.get('shipping_corp', '')} {detail.get('tracking_no', '')}{code}".strip()
        case What.LABEL_PRINTED | What.LABEL_PACKED | What.LABEL_HANDED_OVER | What.LABEL_SCANNED | What.LABEL_VOIDED:
            said = f"{detail.get('tracking_no', '')}(連携元 {detail.get('source', '')})"
        case What.CANCEL_UNDER_WAY:
            said = _word(words.CANCEL_STATUS, detail.get("status", ""))
        case What.CANCEL_REQUESTED if "clock_skew_s" in detail:
            said = f"確認時の時計の差 {detail['clock_skew_s']}秒"
        case What.PERSON | What.MESSAGE | What.INQUIRY:
            said = _of_people_ja(fact)
        case What.CLOSED:
            said = _word(words.OUTCOME, detail.get("outcome", ""))
        case _:
            pass  # the fact says it all
    return said


def _of_people_ja(fact: LoggedFact) -> str:
    """What the seller's people did, and what the buyer wrote about."""
    detail = fact.detail
    if fact.what == What.INQUIRY:
        cancelling = detail.get("speaks_of_cancelling") == "yes"
        return "キャンセルに触れる内容(要請としては扱わない)" if cancelling else "キャンセルに触れない内容"
    if fact.what == What.MESSAGE:
        code = f"、ResultCode {detail['code']}" if "code" in detail else ""
        return f"{_word(words.MESSAGE_OUTCOME, detail.get('outcome', ''))}{code}"
    return _act_ja(detail)


def _act_ja(detail: Mapping[str, str]) -> str:
    confirmed = detail.get("confirmed", "")
    said = [
        _word(words.ACT, detail.get("act", "")),
        f"「{detail['template']}」" if "template" in detail else "",
        f"({_word(words.CONFIRMED, confirmed)})" if confirmed else "",
        f": {detail.get('why', '')}",
    ]
    return "".join(said)


def _word(table: Mapping[str, str], name: str) -> str:
    return table.get(name, name)
