"""What stands on a dossier's page, in which words; html.py and pdf.py only lay it out. Pure."""

from dataclasses import dataclass

from connector.domain.conflict import CANCEL_TOPIC, What
from connector.proof.dossier import Dossier, DossierFact, in_japan, skew_ja, until_ja

CREATOR = "qoo10-connector"
HEADINGS = ("事実", "起きた時刻", "当方が知った時刻", "時計", "出所", "内容")
TIMES_NOTE = (
    "時刻はすべて日本時間(JST, UTC+9)。「起きた時刻」は「時計」欄の時計、「当方が知った時刻」は当方の時計による。"
    "「—」は出所に時刻がないことを示す。連携元とは送り状ラベルを知らせたシステムをいう。"
)
PICTURE_NOTE = "○は当方が確認した時刻(出所に時刻がない)。間隔は等間隔で、縮尺は一定ではない。"
RULES_NOTE = "規則の出典の区分は公開資料の調査による(docs/qoo10.md)。"
NO_PERSONS = "本書は購入者の氏名・住所・電話番号・メールアドレスを含まない。"
TAMPERED = "警告: この記録にはハッシュの一致しない行がある。conflicts verify で確認すること。"

_CALM = frozenset({What.OPENED, What.KIND_CHANGED, What.VERDICT, What.CLOSED, What.REOPENED})
"""Facts of the record itself, which stand back behind those of the order."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of facts, a cell for each of ``HEADINGS``.

    ``tone`` is ``cancel``, ``person``, ``record``, or "" for all else.
    """

    cells: tuple[str, ...]
    tone: str
    seq: int


def title(of: Dossier) -> str:
    """What the page is about."""
    about = "キャンセル要請" if of.case.conflict.topic == CANCEL_TOPIC else "送り状番号"
    return f"{about}に関する記録"


def particulars(of: Dossier) -> tuple[tuple[str, str], ...]:
    """The order line, its parcel, and how the conflict stands."""
    return (
        ("注文番号", of.case.conflict.order_no),
        ("カート番号", of.pack_no or "—"),
        ("配送会社", of.carrier or "—"),
        ("送り状番号", of.tracking_no),
        ("種別", of.kind_ja),
        ("状態", of.outcome_ja),
        ("記録開始", in_japan(of.opened_at)),
        ("記録終了", in_japan(of.closed_at)),
    )


def judgement(of: Dossier) -> tuple[tuple[str, str], ...]:
    """Verdict, rule, deadline, clocks, and what persons did last."""
    said: list[tuple[str, str]] = []
    if of.verdict is not None:
        said += [
            ("判定", f"{of.verdict.reason}。{of.verdict.action}。({in_japan(of.verdict.at)})"),
            ("規則の出典", f"{of.verdict.source_ja}"),
        ]
    if of.advice is not None:
        said.append(("必要な対応", of.advice.do_ja))
        said.append(("期限", until_ja(of.advice.until) if of.advice.until is not None else "定めなし"))
    acts = [f"{in_japan(each.fact.at)} {each.origin_ja}: {each.detail_ja}" for each in of.acts[-_LAST_ACTS:]]
    said.append(("担当者の処理", "\n".join(_short(_plain(act)) for act in acts) or "なし"))
    said.append(("時計の差", f"当方 − Qoo10 = {skew_ja(of.skew_s)}"))
    return tuple((name, _plain(text)) for name, text in said)


_LAST_ACTS = 3
_LONGEST_ACT = 110


def _short(text: str) -> str:
    """An act above the table, which has it whole."""
    return text if len(text) <= _LONGEST_ACT else f"{text[:_LONGEST_ACT]}…"


def rows(of: Dossier) -> tuple[Row, ...]:
    """The table of facts, in the order of time."""
    return tuple(Row(tuple(map(_plain, _cells(each))), _tone(each), each.fact.seq) for each in of.facts)


def ending(of: Dossier) -> tuple[str, ...]:
    """What stands below: how the record can be checked, and what it leaves out."""
    said = [TIMES_NOTE, f"{RULES_NOTE}{NO_PERSONS}"]
    if of.last is not None:
        counted = f"追記専用・ハッシュ連鎖の記録 {len(of.facts)}行(通番 {of.last.seq} まで)"
        said.append(f"{counted}。最後の行のSHA-256: {of.last.hash}")
    return tuple(said)


def _cells(each: DossierFact) -> tuple[str, ...]:
    fact = each.fact
    return (
        each.what_ja,
        in_japan(fact.happened_at),
        in_japan(fact.learned_at),
        each.clock_ja,
        each.origin_ja,
        each.detail_ja,
    )


def _tone(each: DossierFact) -> str:
    if each.fact.what == What.PERSON:
        return "person"
    if each.fact.what in (What.CANCEL_REQUESTED, What.CANCEL_UNDER_WAY, What.REQUEST_ENDED, What.RETURN_REQUESTED):
        return "cancel"
    return "record" if each.fact.what in _CALM else ""


def _plain(text: str) -> str:
    """Without what would break a line or hide in one."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
