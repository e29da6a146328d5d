"""Messages about alarms in words for people: why they go out, how they stand, and what keeps them from arriving."""

from collections.abc import Mapping

from connector.alerts.post import Outcome
from connector.domain.alert_facts import Occasion
from connector.domain.language import Said
from connector.store.alerts import MessageState

OCCASIONS: Mapping[Occasion, Said] = {
    Occasion.NEW: Said("新規", "new"),
    Occasion.FOLLOW_UP: Said("続報", "follow-up"),
    Occasion.RESOLVED: Said("解消", "resolved"),
    Occasion.TEST: Said("試験", "test"),
}
STATES: Mapping[MessageState, Said] = {
    MessageState.WAITING: Said("送信待ち", "waiting"),
    MessageState.SENT: Said("送信済み", "sent"),
    MessageState.GIVEN_UP: Said("断念", "given up"),
}
OUTCOMES: Mapping[Outcome, Said] = {
    Outcome.SENT: Said("試験を送信しました。", "the test was sent."),
    Outcome.FAILED: Said("送信先が受け付けません", "the target refuses"),
    Outcome.TIMEOUT: Said("応答がありません", "no answer in time"),
    Outcome.HANGING: Said("前の送信が終わりません", "the one before hangs"),
    Outcome.UNUSABLE: Said("URLが使えません", "the URL cannot be used"),
}
"""Of a try; a message that was sent says so by its state."""
