"""Everything that the page of alerts shows has words."""

from connector.alerts import words
from connector.alerts.post import Outcome
from connector.domain.alert_facts import Occasion
from connector.store.alerts import MessageState


def test_everything_has_words_in_both_languages() -> None:
    assert set(words.OCCASIONS) == set(Occasion)
    assert set(words.STATES) == set(MessageState)
    assert set(words.OUTCOMES) == set(Outcome)
