"""Sources in words for people, in both languages."""

from collections.abc import Mapping

from carriers.model import Way
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
