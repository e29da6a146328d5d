"""Sources in words for people, in both languages."""

from collections.abc import Mapping

from carriers.model import Way
from connector.domain.language import Said
from connector.domain.reasons import Wording
from connector.sources.desk import SourceState
from connector.sources.secret_desk import SecretRefusal

STATES: Mapping[SourceState, Wording] = {
    SourceState.TROUBLED: Wording(
        "受信できません",
        "Cannot be read",
        "フォルダーまたは連携先が応答するようにしてください。届かなかった分は、つながり次第読み込みます。",
        "Make its folder or its vendor answer again. What is there by then is read at once.",
    ),
    SourceState.REFUSED: Wording(
        "署名が合いません",
        "Refused",
        "送信元に設定したシークレットと、下のシークレットを見比べてください。送信元の時計が正しいかも確認してください。",
        "Compare the sender's secret with those below, and look at the sender's clock.",
    ),
    SourceState.NEVER_HEARD: Wording(
        "まだ届いていません",
        "Nothing yet",
        "送信元を設定し、ラベルを1枚印刷して確かめてください。",
        "Set the sender up, and print one label to see it arrive.",
    ),
    SourceState.IN_VAIN: Wording(
        "読み取れないものがあります",
        "Some was in vain",
        "下の「読み取れなかったもの」を見て、送信元の設定を直してください。",
        "See below what could not be read, and mend the sender's settings.",
    ),
    SourceState.FINE: Wording("正常", "Fine", "することはありません。", "There is nothing to do."),
}

TROUBLES: Mapping[Way, Said] = {
    Way.FILED: Said("フォルダーのファイルを読み取れません。", "The files of its folder cannot be taken."),
    Way.POLLED: Said("連携先から取得できません。", "Its vendor gives nothing that can be read."),
}
"""What trouble means for the ways in that this program goes by itself; what exactly is wrong stands beside it."""

REFUSED: Mapping[str, Said] = {
    "bad_signature": Said("この連携元からのものだと証明できません", "it does not prove where it comes from"),
    "broken_body": Said("本文が途中で切れました", "its body broke off"),
    "keys_unavailable": Said("署名を確かめる公開鍵を取得できません", "the keys that verify it cannot be fetched"),
    "too_large": Said("本文が大きすぎます", "its body is too large"),
    "too_slow": Said("本文が時間内に届きませんでした", "its body did not come in time"),
    "unreadable": Said("署名は正しいものの、内容を読み取れません", "its signature is right, and it cannot be read"),
}
"""Why a delivery was not taken, by the code that its sender was answered with."""

IGNORED: Mapping[str, Said] = {
    "merged": Said("ほかの注文にまとめられています", "it is merged into another order"),
    "no_number": Said("送り状番号がありません", "it has no tracking number"),
    "no_number_yet": Said("送り状番号がまだありません", "it has no tracking number yet"),
    "no_order_reference": Said("注文番号がありません", "it has no order reference"),
    "no_reference": Said("注文番号がありません", "it has no order reference"),
    "no_shipment": Said("どの出荷のものか書かれていません", "it names no shipment"),
    "not_completed": Said("ラベルの作成が終わっていません", "its label is not completed"),
    "not_printed": Said("まだ印刷されていません", "it is not printed"),
    "not_printed_yet": Said("まだ印刷されていません", "it is not printed yet"),
    "not_shipped": Said("まだ出荷されていません", "it is not shipped"),
    "number_comes_later": Said("送り状番号は後から届きます", "its tracking number comes later"),
    "return_label": Said("返品用のラベルです", "it is a label for a return"),
    "status_tells_nothing": Said("番号の入力に関わらない状態です", "its status says nothing of a label"),
    "test_mode": Said("試験用のデータです", "it is a test"),
    "unknown_state": Said("知らない状態です", "its state is not known"),
    "unknown_type": Said("扱わない種類の知らせです", "a message of a kind that is not for us"),
    "void_requested": Said("取り消しの依頼中で、まだ取り消されていません", "its voiding is asked for, not done"),
}
"""Why something is left out, by the word of its adapter."""

OUTCOMES: Mapping[str, Wording] = {
    "accepted": Wording("受付", "taken", "", ""),
    "ignored": Wording("対象外", "ignored", "", ""),
    "unreadable": Wording("読み取り不可", "unreadable", "", ""),
    "failed": Wording("取得失敗", "not fetched", "", ""),
    "file": Wording("ファイル", "file", "", ""),
}

WAYS: Mapping[Way, Wording] = {
    Way.PUSHED: Wording("Webhook", "webhook", "", ""),
    Way.FILED: Wording("CSVフォルダー", "CSV folder", "", ""),
    Way.POLLED: Wording("定期取得", "polled", "", ""),
    Way.SCANNED: Wording("検品スキャン", "scanned", "", ""),
}

REFUSALS: Mapping[SecretRefusal, Wording] = {
    SecretRefusal.NO_SECRETS: Wording(
        "この連携はシークレットを使いません",
        "This source is proved by no secret",
        "何もしていません。",
        "Nothing was done.",
    ),
    SecretRefusal.NO_TOKEN_KEY: Wording(
        "シークレットを暗号化する鍵がありません",
        "There is no key to seal secrets with",
        "store.token_key を設定して再起動してください。",
        "Set store.token_key and restart.",
    ),
    SecretRefusal.UNUSABLE: Wording(
        "この連携のシークレットとして使えない形です",
        "This cannot be a secret of this source",
        "送信元の画面からもう一度写すか、空欄のままにして新しく作ってください。",
        "Copy it once more from the sender, or leave it empty and have one made.",
    ),
    SecretRefusal.PUBLIC: Wording(
        "公開されているお試し用のシークレットです",
        "This is the public try-out secret",
        "空欄のままにして新しく作ってください。",
        "Leave it empty and have one made.",
    ),
    SecretRefusal.KNOWN: Wording(
        "このシークレットはすでに有効です", "This secret is valid already", "何もしていません。", "Nothing was done."
    ),
    SecretRefusal.NONE_SUCH: Wording(
        "そのシークレットはありません",
        "There is no such secret",
        "すでに取り消されています。",
        "It is withdrawn already.",
    ),
}
