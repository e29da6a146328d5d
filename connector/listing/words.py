"""The words for lists of entries, in both languages. Pure."""

from datetime import timedelta

from connector.domain.decision import Person
from connector.domain.entry import EntryState
from connector.domain.entry_acts import PersonStep
from connector.domain.language import Language
from connector.domain.orders import ShippingStatus
from connector.domain.parcel import ParcelState
from connector.domain.reasons import WORDINGS, Reason, Wording
from connector.store.listing import Listed

STATE_JA: dict[str, str] = {
    EntryState.WAITING: "待機中",
    EntryState.ENTERING: "入力中",
    EntryState.ACCEPTED: "受付済み",
    EntryState.UNCLEAR: "結果不明",
    EntryState.CONFIRMED: "完了",
    EntryState.HELD: "保留",
    EntryState.CONFLICT: "要判断",
    EntryState.REFUSED: "受付拒否",
    EntryState.DROPPED: "対象外",
    ParcelState.UNRESOLVED: "注文不明",
}

STEP_JA: dict[str, str] = STATE_JA | {
    ParcelState.RESOLVED: "注文を特定",
    PersonStep.RELEASED: "担当者が入力を許可",
    PersonStep.RETRIED: "担当者が再試行を指示",
    PersonStep.LOOKED_AT: "担当者が確認",
    PersonStep.VOIDED: "担当者がラベルを無効に",
    PersonStep.ASSIGNED: "担当者が注文を指定",
    "conflict_opened": "行き違いの記録を開始",
    "conflict_changed": "行き違いの種別を変更",
    "conflict_closed": "行き違いの記録を終了",
    "ship_by_sent": "発送予定日を送信",
    "ship_by_set": "発送予定日を設定",
    "ship_by_set_before": "発送予定日は設定済み",
    "ship_by_refused": "発送予定日の設定を拒否された",
    "ship_by_unclear": "発送予定日の設定結果が不明",
}
"""Steps of the history; one of a later version stays as it is."""

SHIPPING_JA: dict[ShippingStatus, str] = {
    ShippingStatus.AWAITING_PAYMENT: "入金待ち",
    ShippingStatus.REQUESTED: "配送要請",
    ShippingStatus.PREPARING: "配送準備",
    ShippingStatus.ON_DELIVERY: "配送中",
    ShippingStatus.DELIVERED: "配送完了",
}

RELEASED = Wording(
    "担当者が番号を確かめ、入力を許可しました",
    "A person has checked the number and released it",
    "すぐに入力します。",
    "It is entered at once.",
)

LET_GO = Wording("担当者が保留を解除しました", "A person has let it go", "すぐに入力します。", "It is entered at once.")

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def wording(of: Listed) -> Wording:
    """What happened to it, and what comes next."""
    if of.reason is Reason.CHECK_DIGIT and of.person is Person.NUMBER_CHECKED:
        return RELEASED
    if of.reason is Reason.HELD_BY_PERSON and of.person is not Person.HOLD:
        return LET_GO
    return WORDINGS[of.reason]


def reason_in_words(reason: str, language: Language) -> str:
    """A reason as it stands in the history; one that is none of ours stays as it is."""
    if reason not in set(Reason):
        return reason
    said = WORDINGS[Reason(reason)]
    return said.ja if language is Language.JA else said.en


def span(length: timedelta, language: Language) -> str:
    """A length of time in its two largest units."""
    seconds = max(int(length.total_seconds()), 0)
    units = (("日", " d"), ("時間", " h"), ("分", " min"), ("秒", " s"))
    amounts = (seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE, seconds % _MINUTE)
    first = next((place for place, amount in enumerate(amounts) if amount), len(amounts) - 1)
    which = 0 if language is Language.JA else 1
    parts = [f"{amounts[place]}{units[place][which]}" for place in (first, first + 1) if place < len(amounts)]
    shown = [part for part, amount in zip(parts, amounts[first:], strict=False) if amount] or parts[:1]
    return ("" if language is Language.JA else " ").join(shown)
