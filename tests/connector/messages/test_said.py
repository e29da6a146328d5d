"""What became of a message is said in both languages; what Qoo10 itself said stands apart."""

from dataclasses import replace

import pytest

from connector.domain.inquiries import Inquiry, InquiryStatus
from connector.domain.messages import MessageOutcome
from connector.messages.desk import Sent
from connector.messages.said import in_english, in_words, technical

INQUIRY = Inquiry("MSG", "Q1", "1", "1062428737", None, InquiryStatus.UNANSWERED, speaks_of_cancelling=True)


@pytest.mark.parametrize("outcome", MessageOutcome)
def test_every_outcome_is_said_in_both_languages_with_what_to_do(outcome: MessageOutcome) -> None:
    said = in_words(Sent(outcome, INQUIRY, -10, "no such inquiry"))

    assert all((said.ja, said.en, said.next_ja, said.next_en))
    assert "no such inquiry" not in f"{said}"


def test_what_qoo10_said_stands_apart_for_pages_and_behind_the_sentence_for_programs() -> None:
    refused = Sent(MessageOutcome.REFUSED, INQUIRY, -10, "no such inquiry")
    said, _ = in_english(refused)

    assert technical(refused) == "code -10: no such inquiry"
    assert said == "Qoo10 refused the message; nothing was sent. (code -10: no such inquiry)"
    assert technical(Sent(MessageOutcome.SENT, INQUIRY, 0)) == ""


def test_an_outcome_that_could_not_be_kept_says_so() -> None:
    sent = Sent(MessageOutcome.UNCLEAR, INQUIRY)
    unkept = in_words(replace(sent, logged=False))

    assert unkept.next_en.startswith(in_words(sent).next_en)
    assert "could not be kept" in unkept.next_en
    assert "記録に残せませんでした" in unkept.next_ja
