"""What a packer reads about a scan, in both languages: what is the case, and what to do. Pure."""

from collections.abc import Mapping

from carriers.companies import COMPANIES, CompanyService
from connector.domain.language import Said
from connector.domain.reasons import Wording
from connector.domain.scan_match import Fault
from connector.domain.scan_verdicts import ScanReason, Signal

SIGNALS: Mapping[Signal, tuple[str, str]] = {
    Signal.GO: ("入力済み", "Entered"),
    Signal.MOVING: ("受付、入力中", "Taken, being entered"),
    Signal.NEXT: ("次へ", "Next"),
    Signal.STOP: ("止める", "STOP"),
    Signal.UNKNOWN: ("確認", "Check"),
}
"""The one word that is read across the table."""

SCANS: Mapping[ScanReason, Wording] = {
    ScanReason.ENTERED: Wording(
        "番号は入力済みです", "The number stands at Qoo10", "発送できます。", "The parcel may leave."
    ),
    ScanReason.ON_ITS_WAY: Wording(
        "受け付けました。番号を入力しています",
        "Taken; the number is being entered",
        "次の荷物へ進めます。結果はこの画面に出ます。",
        "Go on with the next parcel; the outcome appears here.",
    ),
    ScanReason.WAITS: Wording(
        "受け付けました。設定した時点に入力します",
        "Taken; the number goes out at the configured moment",
        "次の荷物へ進めます。",
        "Go on with the next parcel.",
    ),
    ScanReason.LABEL_NEXT: Wording(
        "注文を読み取りました", "The order was read", "送り状を読み取ってください。", "Scan the label."
    ),
    ScanReason.ORDER_NEXT: Wording(
        "送り状を読み取りました。注文はまだわかりません",
        "The label was read; whose it is is not known",
        "注文番号を読み取ってください。",
        "Scan the order.",
    ),
    ScanReason.CANCEL_REQUESTED: Wording(
        "キャンセル要請が出ています",
        "The buyer has asked to cancel",
        "荷物を取り分け、担当者に渡してください。",
        "Put the parcel aside and tell the office.",
    ),
    ScanReason.ORDER_CANCELLED: Wording(
        "キャンセル処理中または完了の注文です",
        "The order is cancelled or being cancelled",
        "発送しないでください。荷物を担当者に渡してください。",
        "Do not ship it. Give the parcel to the office.",
    ),
    ScanReason.LABEL_VOIDED: Wording(
        "無効にしたラベルです",
        "This label is void",
        "新しいラベルに貼り替えてください。",
        "Put the new label on.",
    ),
    ScanReason.ANOTHER_LABEL: Wording(
        "この注文には別のラベルがあります",
        "Another label was made for this order",
        "どちらを使うか担当者に確認してください。使わない方は無効にします。",
        "Ask the office which one is right; the other one is made void.",
    ),
    ScanReason.CONFLICT_OPEN: Wording(
        "この注文の行き違いが解決していません",
        "A conflict of this order waits for a person",
        "荷物を取り分け、担当者に渡してください。",
        "Put the parcel aside and tell the office.",
    ),
    ScanReason.STALE: Wording(
        "Qoo10を確認できず、キャンセルの有無がわかりません",
        "Qoo10 cannot be asked, so a cancel might not be known",
        "荷物を取り分けて待ってください。つながり次第、結果が出ます。",
        "Keep the parcel back. The outcome appears once Qoo10 answers.",
    ),
}
"""What no fault and no reason of an entry says."""

FAULTS: Mapping[Fault, Wording] = {
    Fault.MISMATCH: Wording(
        "別の注文のラベルです",
        "This label belongs to another order",
        "発送しないでください。正しいラベルに貼り替え、もう一度読み取ってください。",
        "Do not ship it. Put the right label on and scan both again.",
    ),
    Fault.AMBIGUOUS: Wording(
        "注文か送り状か判断できません",
        "Which is the order and which the label cannot be told",
        "担当者に知らせてください(reference_pattern の設定で直ります)。",
        "Tell the office: reference_pattern of the source settles it.",
    ),
    Fault.TWO_ORDERS: Wording(
        "どちらも注文番号です", "Both are orders", "注文と送り状を読み直してください。", "Scan order and label again."
    ),
    Fault.TWO_LABELS: Wording(
        "どちらも送り状です", "Both are labels", "注文と送り状を読み直してください。", "Scan order and label again."
    ),
    Fault.NOT_OURS: Wording(
        "注文番号でも送り状番号でもありません",
        "This is neither an order nor a label",
        "商品のバーコードではありませんか。注文と送り状を読み直してください。",
        "Was it a product's barcode? Scan order and label again.",
    ),
    Fault.CARRIER: Wording(
        "配送会社と番号の形が合いません",
        "The number has not the form of the chosen delivery company",
        "配送会社を選び直し、注文と送り状を読み直してください。",
        "Choose the right company, and scan order and label again.",
    ),
    Fault.ELSEWHERE: Wording(
        "別の番号で届いたラベルです。同じ注文かまだわかりません",
        "This label came under another reference; whether it is the same order is not known yet",
        "荷物を取り分け、少し待ってからもう一度読み取ってください。",
        "Keep the parcel back, and scan it again in a while.",
    ),
    Fault.SOURCE: Wording(
        "この作業台は設定にありません",
        "This table is not configured any more",
        "画面を再読み込みし、作業台を選び直してください。読み取りは残っています。",
        "Load the page again and choose a table. The scan is kept.",
    ),
}
"""Every fault but none."""


def carrier_words(of: CompanyService) -> Said:
    """A delivery company and its service, as a packer chooses them."""
    company = COMPANIES[of.company_id]
    service = company.services.get(of.service_id)
    ja = f"{company.ja} {service.ja}" if service is not None else company.ja
    return Said(ja, f"{company.en} {of.service_id}".strip())
