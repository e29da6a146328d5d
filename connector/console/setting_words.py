"""What each setting is, in Japanese. In English it is the setting's own description."""

from collections.abc import Mapping

_SERVER = {
    "server.host": "待ち受けるアドレス。このPCの中 (127.0.0.1) のままにし、外からはTLSつきのプロキシを通してください。",
    "server.port": "待ち受けるポート。0 なら空いているポートを使い、番号をログに書きます。",
    "server.webhook_port": "/webhooks だけを受けるポート。設定すると、外に公開するのはこのポートだけで済みます。",
    "server.body_timeout_s": "1件の本文を送り終えるまでに待つ時間。過ぎると 408 を返します。",
    "server.trusted_proxies": "X-Forwarded-For, -Proto, -Host を信用するプロキシのアドレス、またはネットワーク。",
    "store.url": "SQLiteファイル。起動した場所からの相対パス、またはスラッシュ4本で絶対パス。"
    "必ずこのPCのディスクに置きます。",
    "store.token_key": "自動で変わるトークン (logiless, nextengine) を暗号化するキー。32バイトをBase64にしたもの。",
    "store.token_key_file": "token_key を書いたファイル。",
    "store.keep_audit_days": "操作の記録と、誰が何をスキャンしたかを残す日数。"
    "入力、キャンセル要請とその証拠は消しません。",
    "store.keep_days": "終わったもの (通知、その送信、送信Webhook、読み取れなかった受信) を残す日数。",
    "log.level": "ログに書く、いちばん軽いレベル。",
    "log.format": "ログの形。auto は端末ではテキスト、それ以外では JSON です。",
    "conflicts.anchor_file": "キャンセル要請の記録の末尾のハッシュを書くファイル (多くて1分に1行)。"
    "保存先に触れる人が書き込めない場所に置くと、後から書き換えられていないことを示せます。",
    "messages.folder": "メッセージのひな形 (名前.txt) を置くフォルダー。"
    "同じ名前は差し替え、新しい名前は追加になります。"
    "`messages list` で一覧できます。",
    "api.tokens": "/api/v1 のすべてを操作できるトークン。32文字以上。"
    "コマンドは、ソケットがないときに最初のものを使います。",
    "api.tokens_file": "トークンを1行に1つ書いたファイル。",
    "console.first_user": "ユーザーがまだ1人もいないときに、起動時に作る管理者の名前。その後は何も変えません。",
    "console.first_password": "その管理者のパスワード。10文字以上。ログインして変更したら、設定から消してください。",
    "console.first_password_file": "first_password を書いたファイル。",
    "console.session_idle_hours": "この時間使われなかったブラウザは、ログインし直しになります。",
    "console.session_days": "使っていても、この日数でログインし直しになります。",
    "console.language": "言語を選んでいない人に見せるページの言語。ja または en。",
}

_ALERTS = {
    "alarms.every_s": "異常がないか確かめる間隔。止まった部分を5分以内に知らせるための設定です。",
    "alarms.ship_by_near_hours": "発送予定日までの最後の営業日が終わる何時間前から、未入力の番号を異常とするか。",
    "alarms.not_entered_minutes": "入力するはずの時刻から何分たってもQoo10に番号がないと、異常とするか。",
    "alarms.not_looked_at_minutes": "保留、拒否、キャンセル要請に誰も対応しないまま何分たつと、異常とするか。",
    "alarms.no_scan_business_days": "番号が表示されてから何営業日たっても配送会社の追跡に出ないと、異常とするか。"
    "Qoo10の基準は公開されていません。",
    "alerts.targets": "通知の送り先と、その名前。",
    "alerts.rules": "誰に何を知らせるか。書かなければ、すべての送り先にすべてを知らせます。",
    "alerts.targets.url": "送り先のアドレス。"
    "例: slack://..., line://..., mailto://... (docs/alerts.md に例があります)。",
    "alerts.targets.url_file": "url を書いたファイル。",
    "alerts.rules.targets": "知らせる相手。[alerts.targets] の名前です。",
    "alerts.rules.kinds": "どの異常を知らせるか。種類は docs/alerts.md にあります。",
    "alerts.rules.shops": "どのショップのものを知らせるか。[shops] の名前です。"
    "ディスク不足のような、ショップに関係ないものは通します。",
    "alerts.rules.hours": "知らせる時間帯 (日本時間)。例: 09:00-21:00。"
    "その前から続いているものは、時間帯の始まりに知らせます。",
    "alerts.rules.min_urgency": "動けば何を守れるものから知らせるか。goods_and_money (商品と代金)、order (注文)、"
    "clarity (状況の把握)、nothing (すべて)。左のものほど急ぎで、各値はそれより左をすべて含みます。",
    "alerts.quiet_hours": "静かにする時間帯 (日本時間)。例: 22:00-07:00。"
    "その間は、商品や代金をまだ守れるものと、作業が止まるものだけを知らせます。",
    "alerts.follow_up_hours": "続いていて誰も確認していないものを、何時間後に改めて知らせるか。",
    "alerts.sender_refused_in_a_row": "1つの連携で署名の誤りが続けて何件あると、異常とするか。",
    "alerts.language": "通知の言語。",
    "alerts.console_url": "通知に書くリンクのための、この画面のアドレス。空ならリンクを付けません。",
    "alerts.heartbeat_url": "外部の監視サービス。正常な間は毎分呼び、異常のときは /fail に理由をつけて呼びます。",
    "alerts.heartbeat_url_file": "heartbeat_url を書いたファイル。",
    "report.cancel_rate_excluded_hours": "注文から何時間以内のキャンセルを、月のキャンセル率に数えないか。",
    "report.cancel_rate_line_percent": "Qoo10が注意するとされる、月のキャンセル率 (%)。",
    "traces.endpoint": "トレースの送り先 (OTLP/HTTP)。例: http://127.0.0.1:4318/v1/traces。空なら送りません。",
    "traces.order_numbers": "トレースに注文番号を書くかどうか。書くと、トレースを読める人には見えます。",
}

_SHOPS = {
    "shops.qapi_url": "Qoo10のアドレス、またはこのPCのサンドボックス。ほかのアドレスは使えません。",
    "shops.seller_auth_key": "販売者認証キー。",
    "shops.seller_auth_key_file": "seller_auth_key を書いたファイル。"
    "呼び出しのたびに読むので、差し替えても再起動は要りません。",
    "shops.seller_auth_key_issued_on": "キーを発行した日 (日本時間)。"
    "有効期間は1年で、切れる1か月前から `check` が知らせます。",
    "shops.api_key": "seller_auth_key の代わりに使うAPIキー。user_id と password を合わせて、認証キーを発行します。",
    "shops.api_key_file": "api_key を書いたファイル。",
    "shops.user_id": "認証キーを発行するQSMのユーザー。",
    "shops.password": "そのユーザーのパスワード。QSMで変えると、発行済みのキーはすべて無効になります。",
    "shops.password_file": "password を書いたファイル。",
    "shops.calls_per_second": "Qoo10を1秒に呼ぶ回数の上限。公開された制限はなく、5〜10回が安全とされています。",
    "shops.connect_timeout_s": "Qoo10につながるまで待つ時間。まだ何も送っていないので、過ぎたらやり直します。",
    "shops.call_timeout_s": "1回の呼び出し全体を待つ時間。"
    "書き込みがこれを過ぎると「結果不明」とし、まずQoo10を読んで確かめます。",
    "shops.in_the_gap": "ラベル印刷の後に届いたキャンセル要請のとき、番号をすぐ入力するか (enter)、"
    "人のために保留にするか (hold)。",
    "shops.made_to_order": "受注生産品の販売者商品コード (* と ? が使えます)。いつ要請が来ても断れる商品です。",
    "shops.orders_every_s": "未発送の注文を読む間隔。カート番号と発送予定日はここからわかります。",
    "shops.claims_every_s": "キャンセル要請を確かめる間隔。calls_per_second が小さいと、これより長くなります。",
    "shops.inquiries_every_s": "購入者の問い合わせを確かめる間隔。calls_per_second が小さいと、これより長くなります。",
    "shops.answer_inquiries": "`messages send` で購入者の問い合わせに返答してよいかどうか。"
    "人の操作なしに送ることはありません。",
    "shops.repeat_unclear_after_s": "結果不明の書き込みをやり直すまでの時間。"
    "その間Qoo10に何も現れないときだけ、やり直します。",
    "shops.shown_within_s": "受け付けられた番号がこの時間Qoo10に表示されないと、保留にして人に知らせます。",
    "shops.set_ship_by": "printed: ラベル印刷後に番号の入力を待つ「配送要請」の注文に、発送予定日を設定します。",
    "shops.ship_by_business_days": "set_ship_by で設定する発送予定日。今日から何営業日後か。",
    "shops.working_hours": "営業日にラベルを印刷する時間帯 (日本時間)。連携の無音はこの時間で数えます。",
    "shops.closed_weekdays": "発送しない曜日。営業日に数えません。",
    "shops.closed_days": '休業日とその範囲。例: 2026-12-29, "2026-12-29..2027-01-03"。',
    "shops.closed_on_holidays": "祝日と振替休日を営業日から除くかどうか。",
}

_SOURCES = {
    "sources.kind": "ラベルの送信元の種類。`qoo10-connector sources list` で一覧できます。",
    "sources.shop": "どのショップのラベルか。[shops] の名前です。",
    "sources.secrets": "送信元を確かめるシークレット。すべて同時に有効なので、途切れなく入れ替えられます。",
    "sources.secrets_file": "secrets を1行に1つ書いたファイル。",
    "sources.credentials": "送信元のサービスに問い合わせるための認証情報 (名前、または 名前_file)。"
    "種類ごとのページに名前があります。",
    "sources.options": "種類ごとの追加の設定。種類ごとのページに名前があります。",
    "sources.api_url": "サービスのアドレスの代わり。このPCでのリハーサルにだけ使います。",
    "sources.every_s": "取りに行く連携の間隔 (既定は種類によります)、または共有フォルダーを見る間隔。",
    "sources.folder": "ファイルを見張るフォルダー。連携ごとに専用のものにしてください。",
    "sources.files": "フォルダーのうち、どの名前のファイルを取り込むか。",
    "sources.network_share": "別のPCのフォルダーかどうか。"
    "その場合は変更が知らされないので、決まった間隔で見に行きます。",
    "sources.readers": "1つのスキャン画面で何台かのリーダーを使うときの、リーダーが先頭に付ける文字 -> レーンの名前。",
    "sources.order_reference": "ラベルにある番号。注文番号 (order_no)、カート番号 (pack_no)、またはどちらでも (auto)。",
    "sources.reference_pattern": "ラベルの文字から番号を取り出す正規表現。グループ名は ref です。",
    "sources.enter_on": "番号を入力する時点。印刷より後にするには、それを知らせる送信元が必要です。",
    "sources.hold_s": "その時点から入力まで待つ時間。その間に取り消されたラベルは入力しません。",
    "sources.silent_after_hours": "前は送ってきた連携が、ショップの営業時間で何時間無音だと異常とするか。"
    "0 なら異常にしません。",
    "sources.carriers": "送信元のコード -> Qoo10での配送会社名 (ShippingCorp)。"
    '"コード.サービス" を "コード" より先に見ます。',
}

_WEBHOOKS = {
    "webhooks.url": "メッセージの送り先。https、またはこのPCへの http。アドレス自体もシークレットとして扱います。",
    "webhooks.url_file": "url を書いたファイル。",
    "webhooks.secrets": "メッセージに署名するシークレット (whsec_...)。"
    "すべてで署名するので、途切れなく入れ替えられます。",
    "webhooks.secrets_file": "secrets を1行に1つ書いたファイル。",
    "webhooks.events": "何を送るか。書かなければすべて送ります。",
    "webhooks.shops": "どのショップについて送るか。書かなければすべてです。",
    "webhooks.allow_private": "送り先の名前が社内ネットワークを指してもよいかどうか。既定では送りません。",
}

IN_JAPANESE: Mapping[str, str] = _SERVER | _ALERTS | _SHOPS | _SOURCES | _WEBHOOKS
"""By field, as ``ShownSetting.field`` has it."""
