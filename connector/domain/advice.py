"""What a person does about a conflict: now, until when, and what happens otherwise. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.orders import JAPAN


class Saving(IntEnum):
    """What can still be saved, the most urgent first: the order in which conflicts are shown."""

    GOODS_AND_MONEY = 1
    ORDER = 2
    CLARITY = 3
    NOTHING = 4


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence on what to do, one on what happens otherwise, in both languages; ``until`` may be None."""

    saving: Saving
    do_ja: str
    do_en: str
    otherwise_ja: str
    otherwise_en: str
    until: datetime | None = None


_ENTERED = frozenset({EntryState.ACCEPTED, EntryState.CONFIRMED})


def end_of_day(at: datetime) -> datetime:
    """The end of ``at``'s day in Japan; the number must stand the same day as the refusal."""
    day = at.astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


_CASES: dict[tuple[ConflictKind, str], Advice] = {
    (ConflictKind.CANCELLED_PARCEL_EXISTS, ""): Advice(
        Saving.GOODS_AND_MONEY,
        "荷物を止めるか、配送会社に引き返しを依頼してください。番号は入力しません。",
        "Stop the parcel, or have the carrier return it. The number is not entered.",
        "返金済みのまま商品が届き、商品と代金の両方を失います。",
        "The money is refunded and the goods still arrive: both are lost.",
    ),
    (ConflictKind.PRINTED_AFTER_REQUEST, "overdue"): Advice(
        Saving.GOODS_AND_MONEY,
        "発送予定日を過ぎており、キャンセルは即時に成立します。荷物を抜き取ってください。",
        "The ship-by date is past: a cancel takes effect at once and cannot be refused. Pull the parcel.",
        "キャンセル成立後に商品が届くおそれがあります。",
        "The goods may arrive after the cancel took effect.",
    ),
    (ConflictKind.PRINTED_AFTER_REQUEST, ""): Advice(
        Saving.GOODS_AND_MONEY,
        "荷物を抜き取り、QSMでキャンセル要請に対応してください。在庫品の未発送は拒否できません。",
        "Pull the parcel and answer the request in QSM: unshipped stock gives no right to refuse.",
        "発送すると、返金と配達が重なるおそれがあります。",
        "If it is shipped, refund and delivery may cross.",
    ),
    (ConflictKind.IN_THE_GAP, "entered"): Advice(
        Saving.ORDER,
        "QSMで要請を拒否してください(理由: 発送済み)。番号は入力済みです。承認しないでください。",
        "Refuse the request in QSM (already dispatched); the number is entered. Do not accept it.",
        "承認すると、返金のうえ商品も届きます。",
        "If it is accepted, the money is refunded and the goods still arrive.",
    ),
    (ConflictKind.IN_THE_GAP, ""): Advice(
        Saving.ORDER,
        "QSMで要請を拒否し(発送準備済み)、番号を本日中に入力します。",
        "Refuse the request in QSM (packed), and the number must stand today.",
        "本日中に番号が入らないと、拒否の根拠が失われます。",
        "Without a number today the refusal loses its ground.",
    ),
    (ConflictKind.REQUESTED_AFTER_ENTRY, ""): Advice(
        Saving.NOTHING,
        "番号の入力後の要請です。承認せず、受取後の返品要請を案内してください。",
        "The request came after the number stood. Do not accept it; point to a return after receipt.",
        "承認すると、返金のうえ商品も届きます。",
        "If it is accepted, the money is refunded and the goods still arrive.",
    ),
    (ConflictKind.ANOTHER_NUMBER, ""): Advice(
        Saving.CLARITY,
        "どちらの送り状番号が正しいか、QSMで確認してください。",
        "Find out in QSM which of the two numbers is right.",
        "購入者が荷物を追跡できないままになります。",
        "The buyer may not be able to follow the parcel.",
    ),
    (ConflictKind.DEAD_NUMBER, ""): Advice(
        Saving.CLARITY,
        "無効にしたラベルの番号です。QSMで送り状番号を修正してください。",
        "The number is of a voided label: correct it in QSM.",
        "追跡できない番号のまま、配送中と表示されます。",
        "The order shows 配送中 with a number that leads nowhere.",
    ),
}


def advice(kind: ConflictKind, entry: EntryState | None, overdue_from: datetime | None, now: datetime) -> Advice:
    """What to do about an open conflict, given where its entry stands and when its line's ship-by date is past."""
    overdue = overdue_from is not None and now >= overdue_from
    special = "entered" if entry in _ENTERED else "overdue" if overdue else ""
    said = _CASES.get((kind, special), _CASES[kind, ""])
    if kind is ConflictKind.IN_THE_GAP and special != "entered":
        return replace(said, until=end_of_day(now))
    if kind is ConflictKind.PRINTED_AFTER_REQUEST:
        return replace(said, until=overdue_from)
    return said
