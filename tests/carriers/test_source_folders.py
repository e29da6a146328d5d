"""The harness over every folder of ``carriers/``: it fails with an instruction where a source lacks something.

How to add a source: docs/adding-a-source.md.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import carriers
from carriers import PUSHED, SOURCES
from carriers.errors import UnreadablePayload
from carriers.model import Way

if TYPE_CHECKING:
    from tests.carriers.conftest import LoadCase, LoadLegs, Tell

CARRIERS = Path(carriers.__file__).parent
FOLDERS = sorted(path.name for path in CARRIERS.iterdir() if path.is_dir() and not path.name.startswith("__"))
HEADINGS = (
    "## What it tells",
    "## Set it up",
    "## Fields",
    "## When something is wrong",
    "## What is not certain",
)
MAX_ADAPTER_LINES = 300
JAPANESE = re.compile(r"[\u3041-\u30fa\u4e00-\u9fff]")
SAME_IN_BOTH = re.compile(r"[a-z]+(?:[_.][a-z_]+)+|\b[0-9]+\b|[\u4e00-\u9fff\u30a1-\u30fa]+")
"""What reads the same in every language: names of fields and options, numbers, words of Japanese forms."""


def cases() -> list[tuple[str, str]]:
    suffix = ".request.json"
    return [
        (folder, path.name.removesuffix(suffix))
        for folder in FOLDERS
        for path in sorted((CARRIERS / folder / "fixtures").glob(f"*{suffix}"))
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_has_all_its_parts(folder: str) -> None:
    base = CARRIERS / folder

    assert (base / "adapter.py").is_file(), f"write carriers/{folder}/adapter.py with a SOURCE in it"
    assert folder in SOURCES, f"add the SOURCE of carriers/{folder}/adapter.py to SOURCES in carriers/__init__.py"
    assert SOURCES[folder].kind == folder, f"name the folder as its kind: {SOURCES[folder].kind}"
    assert (base / "README.md").is_file(), f"write carriers/{folder}/README.md for the person who sets it up"
    assert (base / "fixtures").is_dir(), f"put recorded payloads into carriers/{folder}/fixtures/"
    lines = (base / "adapter.py").read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_ADAPTER_LINES, f"carriers/{folder}/adapter.py has {lines} lines: translate, and nothing more"


def test_every_source_has_its_folder() -> None:
    assert sorted(SOURCES) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_page_for_the_operator_answers_the_five_questions(folder: str) -> None:
    page = (CARRIERS / folder / "README.md").read_text(encoding="utf-8")
    found = [line for line in page.splitlines() if line.startswith("## ")]

    assert found == list(HEADINGS), f"carriers/{folder}/README.md needs exactly these headings: {', '.join(HEADINGS)}"
    assert f'kind = "{folder}"' in page, f'carriers/{folder}/README.md must show the setting kind = "{folder}"'


@pytest.mark.parametrize("folder", sorted(PUSHED))
def test_every_fixture_is_complete(folder: str) -> None:
    fixtures = CARRIERS / folder / "fixtures"
    names = {path.name for path in fixtures.iterdir()}
    endings = (".request.json", ".expected.json", ".answer.json", ".answer2.json")
    bodies = sorted(name.removesuffix(".json") for name in names if not name.endswith(endings))

    assert bodies, f"carriers/{folder}/fixtures/ holds no payload"
    for name in bodies:
        for ending in (".request.json", ".expected.json"):
            assert name + ending in names, f"write carriers/{folder}/fixtures/{name}{ending}"
        request = json.loads((fixtures / f"{name}.request.json").read_text(encoding="utf-8"))
        assert request.get("origin"), f"carriers/{folder}/fixtures/{name}.request.json must say its origin"
    for name in names:
        if name.endswith((".answer.json", ".answer2.json")):
            expected = name.removesuffix(".json") + ".expected.json"
            assert expected in names, f"write carriers/{folder}/fixtures/{expected}"
        stem = name.split(".", maxsplit=1)[0]
        assert stem in bodies, f"carriers/{folder}/fixtures/{name} belongs to no payload"


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_a_kind_says_what_it_follows(kind: str) -> None:
    source = SOURCES[kind]

    assert source.spec.startswith("https://")
    assert source.proved_by or source.unverified, "say what proves the reading, or what nothing proves"
    assert source.tells or source.unverified, "say why a kind tells nothing"
    assert source.way in Way


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_what_a_kind_says_of_itself_it_says_in_japanese_too(kind: str) -> None:
    """Sentence by sentence: names and numbers of one stand in the other, so none has slipped by a place."""
    source = SOURCES[kind]
    assert len(source.unverified) == len(source.unverified_ja), "say each sentence of `unverified` in Japanese too"

    pairs = [*zip(source.unverified, source.unverified_ja, strict=True)]
    pairs += [(source.authentication, source.authentication_ja)] if source.authentication else []
    for en, ja in pairs:
        assert JAPANESE.search(ja), f"say this in Japanese too: {en}"
        assert [word for word in SAME_IN_BOTH.findall(en) if word not in ja] == [], en


@pytest.mark.parametrize(("kind", "name"), cases())
def test_a_fixture_is_authentic(kind: str, name: str, load_case: "LoadCase") -> None:
    case = load_case(kind, name)

    assert PUSHED[kind].check_secret(case.secret) is None
    PUSHED[kind].authenticate(case.delivery, ["", "another secret", case.secret])


@pytest.mark.parametrize(("kind", "name"), cases())
def test_a_fixture_gives_its_reading(kind: str, name: str, load_case: "LoadCase", tell: "Tell") -> None:
    case = load_case(kind, name)

    if "unreadable" in case.expected:
        with pytest.raises(UnreadablePayload) as refused:
            PUSHED[kind].parse(case.delivery)
        assert refused.value.problem == case.expected["unreadable"]
    else:
        assert tell(PUSHED[kind].parse(case.delivery)) == case.expected


@pytest.mark.parametrize(("kind", "name"), cases())
def test_a_fixture_says_only_what_its_kind_may_say(kind: str, name: str, load_case: "LoadCase") -> None:
    source, case = PUSHED[kind], load_case(kind, name)
    if "unreadable" in case.expected:
        return
    reading = source.parse(case.delivery)
    assert reading.events or reading.ignored or reading.fetches, "a delivery must never vanish without a word"
    assert {event.kind for event in reading.events} <= source.tells
    for fetch in reading.fetches:
        assert fetch.host in source.hosts
        assert fetch.credential in source.credentials
        assert source.fetch_headers(fetch.credential, "secret")


@pytest.mark.parametrize(("kind", "name"), cases())
def test_a_fetched_answer_gives_its_reading(kind: str, name: str, load_legs: "LoadLegs", tell: "Tell") -> None:
    source = PUSHED[kind]
    for leg in load_legs(kind, name):
        reading = source.read_answer(leg.fetch, leg.answer)

        assert tell(reading) == leg.expected
        assert {event.kind for event in reading.events} <= source.tells
        for fetch in reading.fetches:
            assert fetch.host in source.hosts
            assert fetch.credential in source.credentials


@pytest.mark.parametrize(("kind", "name"), cases())
def test_a_repeat_is_known_again(kind: str, name: str, load_case: "LoadCase") -> None:
    """The next attempt comes later; its events have the same keys. What is fetched again has keys of its own."""
    case = load_case(kind, name)
    if "unreadable" in case.expected:
        return
    first = PUSHED[kind].parse(case.delivery)
    again = PUSHED[kind].parse(replace(case.delivery, received_at=case.delivery.received_at + timedelta(hours=1)))

    assert (again.delivery_key, again.events) == (first.delivery_key, first.events)
    keys = [event.key for event in first.events] + [fetch.key for fetch in first.fetches]
    assert all(keys)
    assert len(set(keys)) == len(keys)
