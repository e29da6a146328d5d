"""The sentences of alarms about parts that work no more, in both languages: what happened, and what to do."""

from connector.domain.language import Said

SHOP_STOPPED = Said(
    "Qoo10がショップ {shop} のキーを受け付けず、番号の入力が止まっています。",
    "Qoo10 does not accept the key of the shop {shop}; no number is entered.",
)
RENEW_KEY = Said(
    "QSMで販売者認証キーを発行し直し、設定を更新してください。受け付けられると自動で再開します。",
    "Issue a new seller key in QSM and put it into the settings. Work goes on by itself once it is accepted.",
)
QOO10_SILENT = Said(
    "ショップ {shop} の呼び出しに、Qoo10が{minutes}分以上応答していません。",
    "Qoo10 has not answered calls for the shop {shop} for {minutes} minutes or more.",
)
LOOK_AT_NETWORK = Said(
    "この機械のネットワークとQoo10の障害情報を確認してください。急ぎの番号はQSMで入力できます。",
    "Check this machine's network, and whether Qoo10 has a disruption. Urgent numbers can be entered in QSM.",
)
KEEPER_STUCK = Said(
    "ショップ {shop} の入力処理が{minutes}分以上動いていません。",
    "The keeper of the shop {shop} has not moved for {minutes} minutes or more.",
)
RESTART = Said(
    "プログラムを再起動し、ログを確認してください。受け取ったラベルは失われません。",
    "Restart the program and see its log. No label that was taken is lost.",
)
TASK_ENDED = Said("内部の処理「{task}」が終了しました。", "The task {task} has ended.")
SOURCE_SILENT = Said(
    "連携元 {source} から、営業時間で{hours}時間以上、知らせがありません。",
    "The source {source} has sent nothing for {hours} working hours or more.",
)
LOOK_AT_SOURCE = Said(
    "ラベルを印刷しているのに届いていない場合は、連携元の設定と接続を確認してください。",
    "If labels are being printed, check the sending tool's settings and its connection.",
)
SOURCE_TROUBLE = Said(
    "連携元 {source} から読み取れない状態が続いています。",
    "The source {source} cannot be read, and it does not pass.",
)
MEND_SOURCE = Said(
    "フォルダーや相手先の接続、認証情報を確認してください。原因は連携元の画面とログにあります。",
    "Check its folder, or the vendor's connection and credentials. The cause is on the sources page and in the log.",
)
SOURCE_STUCK = Said(
    "連携元 {source} の読み取りが{minutes}分以上止まっています。",
    "The polling of the source {source} has not moved for {minutes} minutes or more.",
)
SENDER_REFUSED = Said(
    "連携元 {source} からの知らせを、署名の誤りで{count}回続けて断りました。",
    "{count} deliveries in a row from the source {source} were refused for a bad signature.",
)
MEND_SECRET = Said(
    "送信側とこちらのシークレットが同じか確認してください。送信側の時計のずれも原因になります。",
    "Check that both sides have the same secret; a sender's clock that is off is another cause.",
)
KEY_ENDS = Said(
    "ショップ {shop} の販売者認証キーは遅くとも{day}に期限が切れます(残り{days}日)。",
    "The seller key of the shop {shop} ends on {day} at the latest ({days} days left).",
)
KEY_ENDED = Said(
    "ショップ {shop} の販売者認証キーは{day}に期限が切れたはずです。",
    "The seller key of the shop {shop} should have ended on {day}.",
)
REPLACE_KEY = Said(
    "QSMで新しいキーを発行して設定を差し替え、seller_auth_key_issued_on に発行日を書いてください。",
    "Issue a new key in QSM, replace the old one, and set seller_auth_key_issued_on to that day.",
)
DISK_NEARLY_FULL = Said(
    "データを置くディスクの空きが{free}を切りました。", "The disk that holds the store has less than {free} left."
)
MAKE_ROOM = Said(
    "空きを作ってください。満杯になるとラベルを受け取れず、送信元に503を返します。",
    "Make room: on a full disk no label is taken, and its sender gets 503.",
)
CLOCK_OFF = Said(
    "この機械の時計がQoo10と約{seconds}秒ずれています。",
    "This machine's clock is off by some {seconds} s against Qoo10's.",
)
SET_CLOCK = Said(
    "時刻同期を有効にしてください(timedatectl set-ntp true)。ずれたままでは要請とラベルの前後を判断できません。",
    "Turn on time synchronisation (timedatectl set-ntp true): without it nobody can tell what came first.",
)
TARGET_FAILING = Said(
    "送り先 {target} に知らせを届けられない状態が続いています({attempts}回失敗)。",
    "Messages do not reach {target}, and it does not pass ({attempts} attempts failed).",
)
MEND_TARGET = Said(
    "送り先のURLと相手側の状態を確認してください。",
    "Check the target's URL and the service behind it.",
)
