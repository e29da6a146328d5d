"""Letters in words: a title that a telephone shows whole; what happened, what comes next, what to do, until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import THE_REST, Letter, Occasion
from connector.domain.language import Language, Said
from connector.domain.orders import JAPAN

LONGEST_LIST = 5
"""So many things are named in a letter about many; the others are counted."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How letters are written: the language, and the console's public address for links (empty: no links)."""

    language: Language = Language.JA
    console_url: str = ""

    def say(self, said: Said) -> str:
        """It in the language of letters."""
        return said.ja if self.language is Language.JA else said.en


@dataclass(frozen=True, slots=True)
class Text:
    """What a target is sent."""

    title: str
    body: str


_HEADLINES: dict[AlarmKind, Said] = {
    AlarmKind.NOT_LOOKED_AT: Said("対応待ち", "Waits for a person"),
    AlarmKind.SHIP_BY_NEAR: Said("発送予定日が間近", "Ship-by date near"),
    AlarmKind.SHIP_BY_PAST: Said("発送予定日を超過", "Ship-by date past"),
    AlarmKind.NOT_ENTERED: Said("番号が未入力", "Number not entered"),
    AlarmKind.ANOTHER_NUMBER: Said("別の番号あり", "Another number"),
    AlarmKind.NO_SCAN: Said("スキャンなし", "No scan"),
    AlarmKind.SHOP_STOPPED: Said("入力が停止", "Shop stopped"),
    AlarmKind.QOO10_SILENT: Said("Qoo10が応答なし", "Qoo10 does not answer"),
    AlarmKind.KEEPER_STUCK: Said("入力処理が停止", "Keeper stuck"),
    AlarmKind.TASK_ENDED: Said("内部処理が終了", "A task has ended"),
    AlarmKind.SOURCE_SILENT: Said("連携元が無音", "Source silent"),
    AlarmKind.SOURCE_TROUBLE: Said("連携元を読めません", "Source cannot be read"),
    AlarmKind.SENDER_REFUSED: Said("署名の誤りが続いています", "Bad signatures"),
    AlarmKind.KEY_ENDS: Said("キーの期限", "Key ends"),
    AlarmKind.DISK_NEARLY_FULL: Said("ディスクの空き不足", "Disk nearly full"),
    AlarmKind.CLOCK_OFF: Said("時計のずれ", "Clock is off"),
    AlarmKind.TARGET_FAILING: Said("知らせが届きません", "Messages do not arrive"),
}


def headline(kind: AlarmKind) -> Said:
    """What such an alarm is called."""
    return _HEADLINES[kind]


_STOP_THE_PARCEL = Said("荷物を止めてください", "Stop the parcel")
_NEXT: dict[AlarmKind, Said] = {
    AlarmKind.NOT_LOOKED_AT: Said("対応が記録されるまで待ちます。", "Waits until what was done is recorded."),
    AlarmKind.SHIP_BY_NEAR: Said(
        "番号を受け取り次第、優先して入力します。", "Enters the number before others once it is there."
    ),
    AlarmKind.SHIP_BY_PAST: Said(
        "番号を受け取り次第、優先して入力します。", "Enters the number before others once it is there."
    ),
    AlarmKind.NOT_ENTERED: Said("入力できるまで試み続けます。", "Goes on trying."),
    AlarmKind.ANOTHER_NUMBER: Said("入っている番号は上書きしません。", "Never overwrites the number that stands."),
    AlarmKind.NO_SCAN: Said("スキャンの知らせを待ち続けます。", "Goes on waiting for a scan."),
    AlarmKind.SHOP_STOPPED: Said(
        "ラベルは受け取り続け、30秒ごとに再開を試みます。", "Takes labels on, and asks every 30 s."
    ),
    AlarmKind.QOO10_SILENT: Said(
        "ラベルは受け取り続け、応答があれば入力します。", "Takes labels on, and enters once Qoo10 answers."
    ),
    AlarmKind.KEEPER_STUCK: Said(
        "ラベルは受け取り続けますが、入力は進みません。", "Takes labels on, but enters nothing."
    ),
    AlarmKind.TASK_ENDED: Said("この処理は再起動まで動きません。", "This part stands still until a restart."),
    AlarmKind.SOURCE_SILENT: Said("届いた知らせは通常どおり処理します。", "Takes what comes as always."),
    AlarmKind.SOURCE_TROUBLE: Said("読み取りを試み続けます。", "Goes on trying to read."),
    AlarmKind.SENDER_REFUSED: Said(
        "署名の正しい知らせだけを受け取ります。", "Takes only what is signed as it should be."
    ),
    AlarmKind.KEY_ENDS: Said("期限が切れると入力が止まります。", "Enters nothing once the key has ended."),
    AlarmKind.DISK_NEARLY_FULL: Said("空きがある間は通常どおり動きます。", "Works on as long as there is room."),
    AlarmKind.CLOCK_OFF: Said(
        "入力は続けますが、前後の判断が不確かになります。", "Works on, but cannot be sure of what came first."
    ),
    AlarmKind.TARGET_FAILING: Said("間隔を延ばしながら送り直します。", "Sends again, at growing intervals."),
}
_PREFIXES: dict[Occasion, Said] = {
    Occasion.NEW: Said("", ""),
    Occasion.FOLLOW_UP: Said("【続報】", "[again] "),
    Occasion.RESOLVED: Said("【解消】", "[over] "),
    Occasion.TEST: Said("【試験】", "[test] "),
}
_URGENT = Said("【至急】", "[urgent] ")
_ORDER = Said("注文{order_no}", "order {order_no}")
_COUNT = Said("{count}件", "{count} orders or parts")
_HAPPENED, _NEXT_LABEL, _DO = Said("状況: ", ""), Said("プログラム: ", "The program: "), Said("対応: ", "What to do: ")
_UNTIL, _SINCE = Said("期限: ", "Until: "), Said("発生: ", "Since: ")
_OF_SHOP = Said("ショップ: {shop}", "Shop: {shop}")
_ALSO = Said("ほかに: ", "Besides: ")
_MORE = Said("ほか{count}件", "and {count} more")
_ALONG = Said(
    "このため{count}件の番号の入力などが止まっています。個別には知らせません。",
    "{count} numbers and orders wait because of this; they are not told of one by one.",
)
_OVER = Said("{when}に解消を確認しました。", "It was over at {when}.")
_MANY = Said(
    "同じ種類の知らせが{count}件あります。急ぐ順に:", "There are {count} of the same kind, the most urgent first:"
)
_JAPAN_TIME = Said("(日本時間)", " (Japan)")
_TEST_TITLE = Said("qoo10-connector からの試験送信", "A test of qoo10-connector")
_TEST_BODY = Said(
    "これは試験です。対応は不要です。実際の知らせもこの送り先に届きます。",
    "This is a test; nothing is to be done. Real messages come here as well.",
)


def text_of(letter: Letter, voice: Voice) -> Text:
    """The letter in words: order numbers, and nothing of a buyer."""
    lines = _about_one(letter, voice) if len(letter.alerts) == 1 else _about_many(letter, voice)
    return Text(_title(letter, voice), "\n".join(lines))


def trial_text(voice: Voice) -> Text:
    """What tries a target out."""
    title = voice.say(_PREFIXES[Occasion.TEST]) + voice.say(_TEST_TITLE)
    return Text(title, voice.say(_TEST_BODY))


def _title(letter: Letter, voice: Voice) -> str:
    lead, count = letter.lead, letter.count
    urgent = lead.saving is Saving.GOODS_AND_MONEY
    prefix = voice.say(_PREFIXES[letter.occasion])
    if urgent and letter.occasion is not Occasion.RESOLVED:
        prefix = voice.say(_URGENT) + prefix
    headline = voice.say(_STOP_THE_PARCEL if urgent else _HEADLINES[lead.kind])
    return f"{prefix}{headline} {_whom(lead, voice) if count == 1 else voice.say(_COUNT.filled(count=count))}".rstrip()


def _about_one(letter: Letter, voice: Voice) -> Iterator[str]:
    (alert,) = letter.alerts
    lead = alert.lead
    yield voice.say(_HAPPENED) + voice.say(lead.happened)
    if lead.order_no:
        yield voice.say(_ORDER.filled(order_no=lead.order_no))
    if lead.shop:
        yield voice.say(_OF_SHOP.filled(shop=lead.shop))
    if letter.occasion is Occasion.RESOLVED:
        yield voice.say(_OVER.filled(when=_moment(alert.resolved_at or letter.at, voice)))
    else:
        if letter.swallowed:
            yield voice.say(_ALONG.filled(count=letter.swallowed))
        yield voice.say(_NEXT_LABEL) + voice.say(_NEXT[lead.kind])
        yield voice.say(_DO) + voice.say(lead.do)
        if lead.until is not None:
            yield voice.say(_UNTIL) + _moment(lead.until, voice)
        for other in alert.alarms[1:]:
            yield voice.say(_ALSO) + voice.say(other.happened)
    yield voice.say(_SINCE) + _moment(lead.since, voice)
    if voice.console_url:
        yield _link(lead, voice)


def _about_many(letter: Letter, voice: Voice) -> Iterator[str]:
    lead, count = letter.lead, letter.count
    named = [alert for alert in letter.alerts if alert.lead.many == 1][:LONGEST_LIST]
    yield voice.say(_MANY.filled(count=count))
    for alert in named:
        until = alert.lead.until
        by = (
            f" {voice.say(_UNTIL)}{_moment(until, voice)}" if until and letter.occasion is not Occasion.RESOLVED else ""
        )
        yield f"- {_whom(alert.lead, voice)} {voice.say(alert.lead.happened)}{by}"
    if count > len(named):
        yield voice.say(_MORE.filled(count=count - len(named)))
    if lead.shop:
        yield voice.say(_OF_SHOP.filled(shop=lead.shop))
    if letter.occasion is not Occasion.RESOLVED:
        yield voice.say(_NEXT_LABEL) + voice.say(_NEXT[lead.kind])
        yield voice.say(_DO) + voice.say(lead.do)
    if voice.console_url:
        yield f"{voice.console_url}/alerts"


def _whom(alarm: Alarm, voice: Voice) -> str:
    if alarm.order_no:
        return voice.say(_ORDER.filled(order_no=alarm.order_no))
    return alarm.source or alarm.about.removesuffix(THE_REST) or alarm.shop


def _link(alarm: Alarm, voice: Voice) -> str:
    """Where the console shows it."""
    if alarm.conflict_id is not None:
        return f"{voice.console_url}/conflicts/{alarm.conflict_id}"
    return f"{voice.console_url}/entries?q={alarm.order_no}" if alarm.order_no else f"{voice.console_url}/alerts"


def _moment(at: datetime, voice: Voice) -> str:
    there = at.astimezone(JAPAN)
    written = f"{there.month}月{there.day}日 {there:%H:%M}" if voice.language is Language.JA else f"{there:%b %d %H:%M}"
    return written + voice.say(_JAPAN_TIME)
