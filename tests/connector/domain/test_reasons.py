"""Every reason is a sentence for a person, in both languages."""

from dataclasses import astuple, fields

import pytest

from connector.domain.decision import RULES
from connector.domain.reasons import WORDINGS, Reason, Wording


def test_every_reason_has_its_wording() -> None:
    assert set(WORDINGS) == set(Reason)
    assert {rule.verdict.reason for rule in RULES} <= set(WORDINGS)


@pytest.mark.parametrize("reason", Reason)
def test_a_wording_says_what_happened_and_what_comes_next(reason: Reason) -> None:
    wording = WORDINGS[reason]

    assert all(text and text == text.strip() for text in astuple(wording))
    assert wording.next_en.endswith(".")
    assert wording.next_ja.endswith("。")


@pytest.mark.parametrize("reason", Reason)
def test_each_language_is_that_language(reason: Reason) -> None:
    """A Japanese text has kana or kanji; an English one has none, but for Qoo10's own words."""
    japanese = {field.name for field in fields(Wording) if field.name.endswith("ja")}
    for field in fields(Wording):
        text = getattr(WORDINGS[reason], field.name).replace("配送中", "").replace("入金待ち", "")
        has_kana = any("\u3040" <= letter <= "\u30ff" for letter in text)

        assert has_kana == (field.name in japanese), text


def test_no_two_reasons_read_the_same() -> None:
    """Two entries that stand still for different reasons must not look alike."""
    assert len({wording.en for wording in WORDINGS.values()}) == len(Reason)
    assert len({wording.ja for wording in WORDINGS.values()}) == len(Reason)
