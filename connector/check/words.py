"""The sentences of findings in both languages; ``{names}`` are filled by what was found. Pure."""

from connector.domain.language import Said

NOTHING = Said("", "")

CONFIGURATION = Said("設定", "configuration")
READABLE = Said("読み込めます: ショップ{shops}件、連携元{sources}件", "can be read: {shops_en}, {sources_en}")
NO_SOURCE = Said("連携元がないため、ラベルの知らせが届きません", "no source: no label can come in")
ADD_SOURCE = Said("[sources.<名前>] の表を加えてください。", "Add a table [sources.<name>].")
SOURCE = Said("連携元 {name}", "source {name}")
PUBLIC_SECRET = Said("秘密の値が、試用のために公開されているものです", "its secret is the public one for trying out")
OWN_SECRET = Said(
    "実際のショップにつなぐ前に、sources.{name}.secrets を独自の値にしてください。",
    "Set sources.{name}.secrets to one of your own before a real shop is connected.",
)

SECRETS = Said("秘密のファイル", "secrets")
READ_BY_ALL = Said(
    "{path} は、このコンピューターのすべてのユーザーが読めます", "{path} can be read by every user of this machine"
)
CHMOD = Said("chmod o-r {path}", "chmod o-r {path}")

TARGET = Said("通知先 {name}", "target {name}")
TARGET_FITS = Said(
    "宛先の形式は正しいです。qoo10-connector alerts test で試せます",
    "its address can be used; qoo10-connector alerts test tries it",
)
TARGET_WRONG = Said("この宛先には送れません", "nothing can be sent to its address")
CHECK_TARGET = Said(
    "docs/alerts.md を見て宛先を直し、qoo10-connector alerts test で試してください。",
    "Check the address against docs/alerts.md, then try it: qoo10-connector alerts test",
)

ADDRESS = Said("待ち受けアドレス", "address")
WHERE = Said("{host} のポート {port}", "{host} port {port}")
PORT_OWN = Said("{where}は使用中です(プログラムが動いています)", "{where} is in use, as it is while the daemon runs")
PORT_TAKEN = Said("{where}を別のプログラムが使っています", "{where} is in use, and not by this daemon")
FREE_PORT = Said(
    "そのプログラムを止めるか、{setting} を別の番号にしてください。",
    "Stop what listens there, or set {setting} to another one.",
)
PORT_OLD = Said(
    "プログラムは動いていますが、{where}では待ち受けていません", "the daemon runs, but does not listen on {where}"
)
RESTART = Said(
    "プログラムを再起動して、この設定を反映してください。", "Restart the daemon, so that it takes these settings."
)
PORT_UNUSABLE = Said("{where}は使えません: {problem}", "{where} cannot be used: {problem}")
OTHER_ADDRESS = Said("server.host と {setting} を変えてください。", "Set server.host and {setting} to others.")
PORT_OPEN = Said(
    "{where}には、ほかのコンピューターから暗号化なしで接続できます",
    "{where} can be reached from other machines, without encryption",
)
USE_PROXY = Said(
    'TLSを使うプロキシを前に置き、server.host を "127.0.0.1" にしてください。'
    "コンテナーの中だけで使うなら、このままで構いません。",
    'Put a proxy with TLS in front and set server.host to "127.0.0.1", unless a container keeps it inside.',
)
PORT_FREE = Said("{where}は空いています", "{where} is free")
PORT_ANY = Said("{host}、空いている任意のポート", "{host}, any port that is free")

ENTRIES = Said("入力", "entries")
FOR_A_PERSON = Said("人の確認を待っているものがあります: {counted}", "some wait for a person: {counted}")
COUNTED = Said("{state_ja} {count}件", "{count} {state}")
LOOK_AT_EACH = Said(
    "一件ずつ確認してください。すべきことは理由に書いてあります。", "Look at each: its reason says what to do."
)
DISK = Said("ディスク", "disk")
FREE_ROOM = Said("{folder} の空き容量は {free} GiB です", "{free} GiB free in {folder}")
MAKE_ROOM = Said(
    "空き容量を増やしてください。満杯になるとラベルを受け取れず、送信元には503を返します。",
    "Make room: on a full disk no label is taken, and its sender gets 503.",
)

STORE = Said("データの保存先", "store")
STORE_OPENED = Said("{path} を開いて書き込めます", "{path} can be opened and written")
STORE_IN_USE = Said("プログラムが使用中のため、読み取りだけを確認しました", "{problem}, so it was only read")
STORE_MISSING = Said(
    "{path} はまだありません。初回の起動時に作られます", "{path} is not there yet; the first start makes it"
)
STORE_IMPOSSIBLE = Said(
    "{path} を作れません。{folder} に書き込めません", "{path} cannot be made: {folder} cannot be written"
)
LET_WRITE = Said(
    "プログラムを動かすユーザーに書き込みを許可するか、store.url を別の場所にしてください。",
    "Let the daemon's user write there, or set store.url to another place.",
)
STORE_FAILED = Said("開けません: {problem}", "{problem}")
CHECK_STORE = Said(
    "ファイルとフォルダーの所有者、ディスク、プログラムのバージョンを確認してください。",
    "Check the file and its folder: their owner, the disk, and the program's version.",
)

LOG_IN = Said("ログイン", "log-in")
MAY_LOG_IN = Said("{count}人のユーザーがログインできます", "users who may log in: {count}")
FIRST_USER = Said("次の起動時に {name} を作ります", "the next start makes {name}")
NOBODY = Said("ユーザーがまだいないため、だれもログインできません", "there is no user yet, so nobody can log in")
ADD_FIRST_USER = Said(
    "最初のユーザーを作ってください: qoo10-connector users add 名前 --role admin",
    "Make the first one: qoo10-connector users add NAME --role admin",
)

SQLITE = Said("SQLite", "SQLite")
SQLITE_OLD = Said("{version} は古すぎます", "{version} is too old")
NEWER_SQLITE = Said(
    "sqlite3モジュールが {oldest} 以降のPythonを使ってください。",
    "Use a Python whose sqlite3 module has version {oldest} or newer.",
)
SQLITE_BUG = Said(
    "{version} にはWAL-resetの不具合(3.7.0から3.51.2)がありますが、"
    "二つの接続がチェックポイントを行うときだけ起こります。このプログラムの接続は一つなので起こりません。動作中は、ほかの道具でファイルを開かないでください",
    "{version} has the WAL-reset bug (3.7.0 to 3.51.2), which needs two connections that checkpoint; "
    "the daemon has only one, so it is not met. Open the file with no other tool while the daemon runs",
)
SQLITE_FINE = Said("{version}", "{version}")
