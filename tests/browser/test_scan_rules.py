"""The page makes of every text, and of every row of texts, what the program makes of them."""

from __future__ import annotations

import random
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

import connector.console
from carriers.companies import COMPANIES, CompanyService
from connector.domain.scan import Meaning, ScanRules, read_text
from connector.domain.scan import page_rules as rules_of_page
from connector.domain.scan_pairs import INPUTS, Input, Lane, page_pairs, play

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

SCRIPT = Path(connector.console.__file__).parent / "static" / "scan_rules.js"
YAMATO = CompanyService("yamato", "takkyubin")
EVERYBODY = tuple(
    CompanyService(company) for company in ("yamato", "sagawa", "japan_post", "seino", "fukuyama", "qxpress")
)
RULES = {
    "yamato": ScanRules((YAMATO,)),
    "all companies": ScanRules(EVERYBODY),
    "company without a rule": ScanRules((CompanyService("meitetsu"),)),
    "readers": ScanRules((YAMATO,), readers={"!1": "left", "!12": "middle", "#": "right"}),
    "own pattern": ScanRules((YAMATO,), re.compile(r"^(?:ORD|Q)-?(?P<ref>\d{6,12})")),
}
PIECES = (
    *("444413758703", "444413758702", "4444-1375-8703", "4444ー1375ー8703", "\uff14\uff14\uff14\uff14", "512547514334"),
    *("1062428737", "300123456", "ORD-1062428737", "Q-1062428737", "1062428737-1", "4901234567894", "RR123456785JP"),
    *("RR123456784JP", "A", "b", "C", "d", "!1", "!12", "#", " ", "\u3000", "-", "‐", "ー", "CMD-", "cmd-CANCEL", "OK"),
    *(
        "あ",
        "カ",
        "漢",
        "\t",
        "\x1d",
        "\u200b",
        "\ufeff",
        "ß",
        "ſ",
        "İ",
        "０",
        "٣",
        "𝟜",
        "000000000000",
        "1E5",
        "4.4",
        "~",
    ),
    *("1" * 49, "x" * 199, "\U00020bb7", "e\u0301", "ﬁ", "①", "_", "/", "0123456789"),
)
"""What texts are made of: whole numbers, and whatever stands around and inside them."""


def texts(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 - makes cases, guards nothing
    made = [*PIECES]
    made += ["".join(chance.choices(PIECES, k=chance.randint(1, 4))) for _ in range(count)]
    made += ["".join(chance.choices("0123456789ABCDabcd -!#", k=chance.randint(6, 16))) for _ in range(count)]
    for _ in range(count):
        stem = f"{chance.randrange(10**11):011d}"
        made.append(f"{chance.choice('ABCDabcd')}{stem}{int(stem) % 7}{chance.choice('ABCDabcd')}")
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def scripted(browser: Browser) -> AsyncIterator[Page]:
    """An empty page that has the rules."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    yield page
    await context.close()


@pytest.mark.parametrize("name", RULES)
async def test_texts_are_read_alike(scripted: Page, name: str) -> None:
    rules, given = RULES[name], texts(seed=len(name), count=400)

    read = await scripted.evaluate(
        "([rules, texts]) => { const read = ScanRules.reader(rules); return texts.map((text) => read(text)); }",
        [rules_of_page(rules), given],
    )

    here = [{k: v for k, v in asdict(read_text(text, rules)).items() if k != "orders"} for text in given]
    assert [(text, one) for text, one in zip(given, read, strict=True)] == list(zip(given, here, strict=True))
    assert len({one["meaning"] for one in here}) >= 4, "the cases must show something"


async def test_a_pattern_that_a_browser_cannot_read_is_left_to_the_program(scripted: Page) -> None:
    rules = ScanRules((YAMATO,), re.compile(r"(?i)\Aord(?P<ref>[0-9]+)\Z"))

    read = await scripted.evaluate(
        "(rules) => ['ORD1062428737', 'A444413758703A'].map(ScanRules.reader(rules))", rules_of_page(rules)
    )

    assert [one["meaning"] for one in read] == [Meaning.EITHER, Meaning.LABEL]


async def test_rows_of_texts_become_the_same_pairs(scripted: Page) -> None:
    chance = random.Random(7)  # noqa: S311 - makes cases, guards nothing
    things = [
        (what, text)
        for what, some in ((Input.ORDER, "abc"), (Input.LABEL, "lmn"), (Input.EITHER, "xy"))
        for text in some
    ]
    things += [(Input.OTHER, "p"), (Input.CANCEL, ""), (Input.TIMEOUT, ""), (Input.KNOWN, "l"), (Input.KNOWN, "x")]
    rows = [chance.choices(things, k=12) for _ in range(400)]

    played: list[Any] = await scripted.evaluate(
        """([pairs, rows]) => rows.map((row) => {
          let lane = { half: "nothing", texts: [] };
          return row.map(([what, text]) => {
            const now = ScanRules.play(pairs, lane, what, text);
            lane = now.lane;
            return [now.lane.half, now.lane.texts, now.output, now.reported];
          });
        })""",
        [page_pairs(), rows],
    )

    here = []
    for row in rows:
        lane, said = Lane(), []
        for what, text in row:
            now = play(lane, what, text)
            lane = now.lane
            said.append([now.lane.half, list(now.lane.texts), now.output, list(now.reported)])
        here.append(said)
    assert played == here
    assert set(INPUTS.values()) <= {what for row in rows for what, _ in row}


def test_the_page_knows_the_check_digit_of_every_company_that_a_table_may_offer() -> None:
    """One that it does not know is left to the program: it is only said later."""
    known = set(re.findall(r'^    "?(\w+)"?: \(number\)', SCRIPT.read_text(encoding="utf-8"), flags=re.MULTILINE))
    certain = {rule for company in COMPANIES.values() for rule in company.checks.values() if company.wrong}

    assert certain <= known
