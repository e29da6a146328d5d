"""Every setting is said in the reader's language."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from connector.console.setting_words import IN_JAPANESE
from connector.settings.shown import shown
from tools.reference.settings import sections

if TYPE_CHECKING:
    from tests.connector.console.conftest import Place

KANA = re.compile(r"[\u3041-\u30fa]")


def fields() -> set[str]:
    """Every setting that holds a value, without the names of shops and the like."""
    tables = {heading.strip("[]").replace(".<name>", ""): section for heading, section in sections().items()}
    return {f"{table}.{name}" for table, section in tables.items() for name in section.model_fields}


def test_every_setting_has_its_words_in_japanese_and_no_other_has() -> None:
    assert IN_JAPANESE.keys() == fields()
    assert [field for field, words in IN_JAPANESE.items() if not KANA.search(words)] == []


async def test_the_page_says_what_a_setting_is_in_the_readers_language(place: Place) -> None:
    texts = {}
    for language in ("ja", "en"):
        async with place.session.get(f"{place.url}/settings", headers={"Cookie": f"language={language}"}) as answer:
            texts[language] = unescape(await answer.text())

    for each in shown(place.settings):
        assert IN_JAPANESE[each.field] in texts["ja"], each.name
        assert IN_JAPANESE[each.field] not in texts["en"], each.name
        assert each.words in texts["en"], each.name
        assert each.words not in texts["ja"], each.name
