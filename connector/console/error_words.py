"""What an error page says in Japanese. In English it says what the error itself says. Pure."""

from collections.abc import Mapping

JAPANESE: Mapping[str, tuple[str, str]] = {
    "bad_request": ("この要求は処理できません。", "前のページに戻って、やり直してください。"),
    "expectation_failed": ("この要求は処理できません。", "Expect ヘッダーを付けずに送ってください。"),
    "foreign_page": (
        "別のサイトのページから要求されたため、何も行われませんでした。",
        "この画面の正しいアドレスを開いてください。プロキシの内側では、server.trusted_proxies を設定してください。",
    ),
    "internal_error": ("プログラムの不具合です。", "内容はログに記録されました。もう一度試しても問題ありません。"),
    "log_damaged": (
        "記録が正しくないため、この件を表示できません。",
        "記録が外部から変更されています。qoo10-connector conflicts verify を実行してください。",
    ),
    "method_not_allowed": ("このアドレスでは、この操作はできません。", "メニューからページを開き直してください。"),
    "no_alert": ("この通知はないか、すでに終わっています。", "「通知」のページで確認してください。"),
    "no_conflict": ("この番号の件はありません。", "「キャンセル要請」のページで確認してください。"),
    "no_entry": ("この入力はありません。", "「入力」のページで番号を探してください。"),
    "no_file": ("このバージョンに、そのファイルはありません。", "ページを読み直してください。"),
    "no_form": ("送信された内容を読み取れません。", "前のページに戻って、もう一度送信してください。"),
    "no_label": ("このラベルはありません。", "「入力」のページで番号を探してください。"),
    "no_source": ("この名前の連携元はありません。", "「連携」のページで確認してください。"),
    "no_target": ("この名前の通知先はありません。", "前のページに戻って、読み直してください。"),
    "no_webhook": ("この名前の送り先はありません。", "「設定」から「送信Webhook」を開いてください。"),
    "not_a_person": (
        "プログラムにはパスワードもログインもありません。",
        "ユーザーとしてログインしてください。",
    ),
    "not_allowed": (
        "あなたの権限では、この操作はできません。",
        "必要な権限を管理者に依頼してください。",
    ),
    "not_found": ("このアドレスには何もありません。", "アドレスを確かめるか、メニューから開いてください。"),
    "nothing_to_try": (
        "この連携元からは何も送られてこないため、試すものがありません。",
        "ラベルは「スキャン」のページで読み取ります。",
    ),
    "store_unavailable": (
        "データの保存先を使えません。",
        "qoo10-connector check で原因と対処を確認してください。",
    ),
    "too_large": (
        "送信された内容が大きすぎます。",
        "大きなファイルは qoo10-connector sources test で試せます。",
    ),
    "unknown_act": ("この操作はありません。", "前のページに戻って、一覧から選んでください。"),
    "unknown_expiry": ("この期限は選べません。", "前のページに戻って、一覧から選んでください。"),
    "unknown_language": ("この言語はありません。", "日本語(ja)か英語(en)を選んでください。"),
    "unknown_role": ("この権限はありません。", "前のページに戻って、一覧から選んでください。"),
}
"""For each code that a page can answer with: what happened, and what to do. 401 leads to the log-in instead."""
