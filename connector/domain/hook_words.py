"""Outgoing webhooks in words for people, in both languages: how a target does, what a message tells, what became of it.

The words of messages and states stand beside others; only how a target does and a trouble say what to do about it.
"""

from collections.abc import Mapping

from connector.domain.hooks import TEST, HookEvent, HookState, TargetStanding, Trouble
from connector.domain.language import Said
from connector.domain.reasons import Wording

STANDINGS: Mapping[TargetStanding, Wording] = {
    TargetStanding.OFF: Wording(
        "停止中",
        "Switched off",
        "相手が「もう要らない」(410)と答えたので、送信を止めています。相手側を直してから試験を送ってください。受け取られると再開します。",
        "It answered that it wants no more (410). Mend it, then send a test: one that it takes switches it on again.",
    ),
    TargetStanding.FAILING: Wording("届いていません", "Not arriving", "", ""),
    TargetStanding.FINE: Wording("正常", "Fine", "することはありません。", "There is nothing to do."),
    TargetStanding.UNTRIED: Wording(
        "まだ何も送っていません",
        "Nothing sent yet",
        "試験を送って、届くか確かめてください。",
        "Send a test, to see whether it arrives.",
    ),
}
"""What to do about one that fails is what its trouble says."""

TROUBLES: Mapping[Trouble, Wording] = {
    Trouble.STATUS: Wording(
        "相手がエラーを返しました",
        "The target answered with an error",
        "相手側のログを確認してください。署名が合わない場合は、両側のシークレットを見比べてください。",
        "See the target's log. If it refuses the signature, compare the secrets of both sides.",
    ),
    Trouble.REDIRECT: Wording(
        "相手が別のアドレスへ転送しました",
        "The target answered with another address",
        "転送先には送りません。正しいアドレスを url に設定して再起動してください。",
        "We do not go there: set url to the right address, and restart.",
    ),
    Trouble.TIMEOUT: Wording(
        "時間内に応答がありません",
        "There was no answer in time",
        "相手側では、先に受け取りを答え、処理は後で行うようにしてください。",
        "The target should answer first, and work afterwards.",
    ),
    Trouble.CONNECTION: Wording(
        "接続できません",
        "No connection, or one that broke",
        "相手のシステムが動いているか、間のネットワークが通じるか確認してください。",
        "Check that the target runs, and the network between.",
    ),
    Trouble.TLS: Wording(
        "TLSの接続に失敗しました",
        "TLS failed",
        "相手の証明書の期限とホスト名を確認してください。",
        "Check the target's certificate: its end, and the host's name in it.",
    ),
    Trouble.NO_ADDRESS: Wording(
        "ホスト名が見つかりません",
        "The host's name is unknown",
        "url のホスト名と、この機械のDNSを確認してください。",
        "Check the host's name in url, and this machine's DNS.",
    ),
    Trouble.PRIVATE_ADDRESS: Wording(
        "ホスト名が内部ネットワークを指しています",
        "The host's name leads into a private network",
        "意図したものなら、allow_private = true を設定して再起動してください。",
        "If that is meant, set allow_private = true, and restart.",
    ),
    Trouble.NO_HTTP: Wording(
        "応答がHTTPではありません",
        "What came back is no HTTP",
        "url のポートと、http・https の別を確認してください。",
        "Check the port in url, and whether it is http or https.",
    ),
    Trouble.GONE: Wording(
        "相手が受け取りをやめました(410)",
        "The target wants no more (410)",
        "相手側を直してから、試験を送ってください。",
        "Mend the target, then send a test.",
    ),
    Trouble.TARGET_OFF: Wording(
        "送り先が停止中のため、送っていません",
        "Not sent: the target is off",
        "送り先が再開したら、送り直してください。",
        "Deliver it again once the target is on.",
    ),
    Trouble.DEFECT: Wording(
        "このプログラムの不具合です",
        "A defect of this program",
        "内容はログに記録されました。",
        "It is in the log.",
    ),
}
"""Why a try came to nothing, and what to do."""

TELLS: Mapping[str, Said] = {
    HookEvent.ENTERED: Said("番号を入力済み", "number entered"),
    HookEvent.HELD: Said("番号を保留", "number held"),
    HookEvent.OPENED: Said("行き違いが発生", "conflict opened"),
    HookEvent.CHANGED: Said("行き違いに変化", "conflict changed"),
    HookEvent.CLOSED: Said("行き違いが終了", "conflict closed"),
    HookEvent.GAP: Said("番号が未入力", "number not entered"),
    TEST: Said("試験", "test"),
}
"""What a message tells."""

STATES: Mapping[HookState, Said] = {
    HookState.DUE: Said("送信待ち", "waiting"),
    HookState.DELIVERED: Said("送信済み", "delivered"),
    HookState.FAILED: Said("断念", "given up"),
}
"""What became of a message."""

TEST_FAILED = Said("失敗", "failed")
"""What became of a test that was not taken: it is sent once, so it is not given up."""

TARGET_IS_OFF = Wording(
    "送り先が停止中のため、送り直せません",
    "The target is switched off, so nothing was delivered again",
    "先に試験を送ってください。受け取られると再開します。",
    "Send a test first: one that it takes switches it on again.",
)
