"""The sentences of findings about a shop in both languages; ``{names}`` are filled by what was found. Pure."""

from connector.domain.language import Said

SHOP = Said("ショップ {name}", "shop {name}")
STOPPED = Said("このショップの処理が止まっています: {reason}", "the daemon stands still: {reason}")
MEND_KEY = Said(
    "販売者認証キーを直してください。Qoo10が受け付けると自動で再開します。",
    "Mend the key; work goes on by itself as soon as Qoo10 accepts it.",
)
NOT_ASKED = Said(
    "問い合わせていません。問い合わせるとキーが発行され、プログラムが使用中のキーが無効になるおそれがあります",
    "not asked: a key would have been issued, and that might end the key which the daemon uses",
)
REHEARSES = Said(
    "試用中です。応答しているのは {address} で、Qoo10ではありません",
    "rehearses: {address} answers, and it is not Qoo10",
)
LEAVE_REHEARSAL = Said(
    "実際のショップで使うには、shops.{name}.qapi_url を消してキーを設定してください。",
    "For the real shop remove shops.{name}.qapi_url and set its key.",
)
ACCEPTED = Said(
    "Qoo10は応答し、キーを受け付けています({took_ms} ms)", "Qoo10 answers and accepts the key ({took_ms} ms)"
)
KEY_REFUSED = Said("Qoo10がキーを受け付けません: {error}", "the key is not accepted: {error}")
NEW_KEY = Said(
    "QSMで発行した新しいキーを shops.{name}.seller_auth_key に設定するか、"
    "api_key、user_id、password を確認してください。",
    "Set shops.{name}.seller_auth_key to a new key from QSM, or check api_key, user_id and password.",
)
SANDBOX_SILENT = Said("{address} が応答しません: {error}", "{address} does not answer: {error}")
START_SANDBOX = Said(
    "そこで qoo10-connector sandbox を起動するか、実際のショップで使うには qapi_url を消してください。",
    "Start the sandbox there (qoo10-connector sandbox), or remove qapi_url for the real shop.",
)
SILENT = Said("Qoo10が応答しません: {error}", "Qoo10 does not answer: {error}")
CHECK_NETWORK = Said(
    "{address} に接続できるか(ネットワーク、プロキシ、ファイアウォール)を確認し、あとでやり直してください。",
    "Check that this machine reaches {address} (network, proxy, firewall), then try again later.",
)
ODD_ANSWER = Said(
    "何も変えない問い合わせに、予想外の答えが返りました: {error}",
    "a harmless call was not answered as expected: {error}",
)
REPORT_IT = Said(
    "やり直してください。続く場合、このプログラムの知らない答えなので、報告してください。",
    "Try again; if it stays, what Qoo10 says is new to this program: report it.",
)

KEY = Said("{name} のキー", "key of {name}")
KEY_ISSUED = Said(
    "ログイン情報から自動で発行し、期限が切れると発行し直します",
    "is issued from the login, and issued again when it runs out",
)
KEY_FUTURE = Said("{setting} の発行日 {day} は未来の日付です", "was issued on {day}, says {setting}: in the future")
CORRECT_IT = Said("正しい日付にしてください。", "Correct it.")
KEY_ANY_AGE = Said("試用中のため、キーの期限は問題になりません", "its age does not matter in a rehearsal")
KEY_AGE_UNKNOWN = Said("発行日がわかりません。キーの有効期間は一年です", "its age is not known, and it lives one year")
SET_DAY = Said("{setting} を設定してください。", "Set {setting}.")
KEY_ISSUED_ON = Said("{since} に発行", "issued on {since}")
KEY_SEEN_SINCE = Said("{since} にはすでに使用", "in use here since {since}, so at least that old")
KEY_ENDS = Said("{seen}。期限は{left}です", "{seen}; it ends in {left}")
KEY_ENDS_THIS_WEEK = Said("{seen}。一週間以内に期限が切れます({left})", "{seen}; it ends this week, in {left}")
KEY_ENDS_TOMORROW = Said("{seen}。期限は明日です", "{seen}; it ends tomorrow")
KEY_OVER = Said("{seen}。一年の期限が過ぎています", "{seen}; its year is over")
DAYS_LEFT = Said("あと{days}日", "{days} days")
DAYS_LEFT_AT_MOST = Said("長くてあと{days}日", "at most {days} days")
WARN_IN_TIME = Said("期限前に知らせるため、{setting} を設定してください。", "Set {setting} to be warned in time.")
REPLACE_KEY = Said(
    "QSMで新しいキーを発行して入れ替え、{setting} をその日にしてください。",
    "Issue a new key in QSM, replace the old one, and set {setting} to that day.",
)

CLOCK = Said("時計", "clock")
NO_DATE = Said(
    "ショップ {name} の応答に、比べる日時がありません", "the answer to shop {name} had no date to compare with"
)
CHECK_TIME = Said("時刻同期が動いているか確認してください。", "Make sure that time synchronisation runs.")
CLOCK_AGREES = Said("{address} と合っています", "agrees with {address}")
CLOCK_AHEAD = Said("{address} より {seconds} 秒進んでいます", "{seconds} s ahead of {address}")
CLOCK_BEHIND = Said("{address} より {seconds} 秒遅れています", "{seconds} s behind {address}")
SYNC_TIME = Said(
    "時刻同期を有効にしてください(timedatectl set-ntp true)。署名とキャンセル要請の判断に必要です。",
    "Turn on time synchronisation (timedatectl set-ntp true): signatures and cancel requests depend on it.",
)
