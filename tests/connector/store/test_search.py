"""Pages of entries: everything exactly once, the newest first, whatever is asked for; and never a walk without end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from connector.api.cursor import cursor_of, place_of
from connector.domain.parcel import ParcelState
from connector.domain.spellings import spellings
from connector.store import search
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, Listed
from connector.store.schema import entry, order_line, parcel
from connector.store.search import Position, Sought
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
COUNT = 120
KINDS = (
    ("waiting", "new"),
    ("held", "unpaid"),
    ("held", "held_by_person"),
    ("refused", "refused"),
    ("confirmed", "shown"),
    ("confirmed", "shown"),
    ("confirmed", "shown"),
    ("dropped", "voided"),
    ("unresolved", "order_unknown"),
    ("unresolved", "reference_unreadable"),
    ("void", "order_unknown"),
)
SHOPS = {"table-1": "main", "table-2": "main", "table-3": "second"}


def rows() -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Parcels with their entries; several of one moment, as one file of labels brings them."""
    for serial in range(1, COUNT + 1):
        state, reason = KINDS[serial * 7 % len(KINDS)]
        source = tuple(SHOPS)[serial % 3]
        at = AT + timedelta(minutes=serial // 4 * 37)
        number, order_no = f"5000000{serial:05}", f"10624{serial:05}"
        resolved = state not in ("unresolved", "void")
        label = {
            "id": serial,
            "shop": SHOPS[source],
            "source": source,
            "order_ref": order_no,
            "tracking_number": number,
            "state": "resolved" if resolved else "unresolved",
            "reason": "open" if resolved else reason,
            "created_at": at,
            "heard_printed_at": at,
            "voided_at": at if state == "void" else None,
        }
        of_label = {
            "id": serial,
            "shop": SHOPS[source],
            "source": source,
            "order_no": order_no,
            "parcel_id": serial,
            "tracking_no": number,
            "state": state,
            "reason": reason,
            "heard_at": at,
            "created_at": at,
        }
        yield label, of_label if resolved else None


@pytest.fixture
async def filled(store: Store) -> Store:
    made = list(rows())
    async with store._writing.begin() as connection:
        await connection.execute(insert(parcel), [label for label, _ in made])
        await connection.execute(insert(entry), [of_label for _, of_label in made if of_label is not None])
    return store


def expected(sought: Sought) -> list[int]:
    """The parcels of what should be found, in its order, worked out the plain way."""
    found = []
    for label, of_label in rows():
        state = of_label["state"] if of_label is not None else ParcelState.UNRESOLVED.value
        reason = of_label["reason"] if of_label is not None else label["reason"]
        done = state in ("confirmed", "dropped") or label["voided_at"] is not None
        wanted = (
            (sought.state in (EVERYTHING, state) or (sought.state == IN_WORK_ONLY and not done))
            and sought.shop in ("", label["shop"])
            and sought.source in ("", label["source"])
            and sought.reason in ("", reason)
            and (sought.since is None or sought.since <= label["created_at"])
            and (sought.before is None or label["created_at"] < sought.before)
        )
        if wanted:
            found.append(Position(label["created_at"], of_label is not None, label["id"]))
    return [place.id for place in sorted(found, reverse=True)]


async def walked(store: Store, sought: Sought) -> tuple[list[int], int]:
    """The parcels of all pages, and how many pages these are."""
    found: list[Listed] = []
    for pages in range(1, 1000):
        page = await store.search.page(sought)
        found += page.found
        assert len(page.found) <= sought.limit
        assert (page.searched_to is not None) == (page.next is not None and len(page.found) < sought.limit)
        if page.next is None:
            return [each.parcel_id for each in found], pages
        assert sought.after is None or page.next < sought.after
        sought = replace(sought, after=place_of(cursor_of(page.next)))
    raise AssertionError("the pages never end")


QUESTIONS = [
    Sought(state=state, shop=shop, source=source, reason=reason, since=since, before=before)
    for state, (shop, source), reason, (since, before) in product(
        (IN_WORK_ONLY, EVERYTHING, "held", "confirmed", "dropped", "unresolved", "entering"),
        (("", ""), ("main", ""), ("", "table-3"), ("second", "table-1")),
        ("", "unpaid", "shown", "voided", "order_unknown"),
        ((None, None), (AT + timedelta(hours=3), AT + timedelta(hours=12))),
    )
]


async def test_every_question_is_answered_in_full_and_in_order(filled: Store) -> None:
    """All combinations of filters, page by page with a limit that cuts through labels of one moment."""
    wrong = [sought for sought in QUESTIONS if (await walked(filled, replace(sought, limit=17)))[0] != expected(sought)]

    assert wrong == []


async def test_a_page_that_looks_at_few_rows_says_how_far_and_goes_on(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What matches rarely costs more pages, never a longer one; entries and labels stay in one order."""
    monkeypatch.setattr(search, "WALK", 5)
    sought = Sought(state=EVERYTHING, shop="second", reason="order_unknown", limit=7)

    for each in QUESTIONS[::19]:
        assert (await walked(filled, replace(each, limit=3)))[0] == expected(each)
    found, pages = await walked(filled, sought)
    first = await filled.search.page(sought)

    assert found == expected(sought)
    assert pages > 2
    assert first.searched_to is not None


async def test_what_is_new_meanwhile_moves_no_page(filled: Store, make: Make) -> None:
    sought = Sought(limit=10)
    first = await filled.search.page(sought)
    late = timedelta(days=9) / timedelta(minutes=1)
    await filled.record_delivery(make.delivery(make.event("new", reference="1999999999"), minutes=late))

    second = await filled.search.page(replace(sought, after=first.next))

    shown = [each.parcel_id for each in (*first.found, *second.found)]
    assert shown == expected(Sought())[:20]


class TestNumbers:
    @pytest.mark.parametrize(
        "typed",
        ["1062400008", " １０６２４００００８ ", "Q-1062400008", "1062400008-1", "500000000008", "5000-0000-0008"],
    )
    async def test_any_number_in_any_spelling_finds_its_entry(self, filled: Store, typed: str) -> None:
        page = await filled.search.page(Sought(number=typed))

        assert [each.parcel_id for each in page.found] == [8]

    async def test_start_and_stop_letters_of_a_barcode_are_no_part_of_a_number(self, filled: Store) -> None:
        page = await filled.search.page(Sought(number="a500000000008a"))

        assert [each.parcel_id for each in page.found] == [8]

    async def test_a_cart_finds_all_its_lines_and_the_filters_hold_for_them(self, filled: Store) -> None:
        lines = [("1062400008", "confirmed"), ("1062400011", "?")]
        async with filled._writing.begin() as connection:
            await connection.execute(
                insert(order_line),
                [
                    {"shop": SHOPS[shop_of(no)], "order_no": no, "pack_no": "300123456", "listed": True, "seen_at": AT}
                    for no, _ in lines
                ],
            )

        found = (await filled.search.page(Sought(number="300123456"))).found
        only = (await filled.search.page(Sought(number="300123456", shop="main"))).found

        assert {each.order_no for each in found} <= {no for no, _ in lines}
        assert found
        assert [each.order_no for each in only] == [each.order_no for each in found if each.shop == "main"]

    async def test_a_label_without_an_order_is_found_by_its_number(self, filled: Store) -> None:
        label = next(label for label, of_label in rows() if of_label is None)

        page = await filled.search.page(Sought(number=label["tracking_number"]))

        assert [(each.entry_id, each.parcel_id, each.state) for each in page.found] == [
            (None, label["id"], "unresolved")
        ]

    @pytest.mark.parametrize("typed", ["999", "---", "１", "'; DROP TABLE entry", "x" * 5000])
    async def test_what_nothing_has_finds_nothing(self, filled: Store, typed: str) -> None:
        page = await filled.search.page(Sought(number=typed))

        assert (page.found, page.next) == ((), None)

    async def test_pages_of_one_number_hold_together(self, filled: Store) -> None:
        """A reference that means nothing may stand on any number of labels."""
        async with filled._writing.begin() as connection:
            rows_of_it = [
                {"shop": "main", "order_ref": "SAMPLE", "tracking_number": f"6000{n}", "created_at": AT}
                for n in range(9)
            ]
            await connection.execute(
                insert(parcel), [row | {"state": "unresolved", "reason": "new"} for row in rows_of_it]
            )

        found, pages = await walked(filled, Sought(number="sample", limit=4))

        assert (len(found), len(set(found)), pages) == (9, 9, 3)


def shop_of(order_no: str) -> str:
    return tuple(SHOPS)[int(order_no[5:]) % 3]


def test_spellings_of_nothing_are_none() -> None:
    assert spellings("  -- ") == ()


class TestCursor:
    def test_it_means_its_place(self) -> None:
        places = [Position(AT + timedelta(microseconds=1), is_entry, 2**62) for is_entry in (True, False)]

        assert [place_of(cursor_of(place)) for place in places] == places
        assert place_of("MSBlIDE") == Position(datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC), True, 1)

    @pytest.mark.parametrize(
        "word", ["", "x", "AAAA", "MSBlIDE=", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OSBlIDE", "MSB4IDE"]
    )
    def test_another_word_is_none(self, word: str) -> None:
        with pytest.raises(ValueError, match="is no cursor"):
            place_of(word)


@pytest.fixture
def plans(filled: Store, store_url: str) -> Any:
    """What SQLite does for a page: its steps."""
    from sqlalchemy import event  # noqa: PLC0415

    seen: dict[str, Any] = {}

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: object) -> None:
        seen[statement] = parameters

    event.listen(filled._reading.sync_engine, "before_cursor_execute", note)

    async def of(sought: Sought) -> list[str]:
        seen.clear()
        await filled.search.page(sought)
        with sqlite3.connect(Path(store_url.removeprefix("sqlite:///"))) as connection:
            steps = [
                row[3]
                for statement, parameters in seen.items()
                if not statement.startswith("BEGIN")
                for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
        connection.close()
        return steps

    return of


TABLES = ("entry", "parcel", "order_line", "history")


@pytest.mark.parametrize("number", ["", "1062400008"])
@pytest.mark.parametrize("state", [IN_WORK_ONLY, EVERYTHING, "held", "confirmed", "dropped", "unresolved"])
async def test_no_page_reads_a_table_through_or_sorts_one(plans: Any, state: str, number: str) -> None:
    """Of what is walked along, the rows come in order; only what one number means is sorted."""
    bad = []
    place = Position(AT + timedelta(hours=20), is_entry=True, id=40)
    for shop, source, reason, since, after in product(
        ("", "main"), ("", "table-1"), ("", "unpaid", "shown"), (None, AT), (None, place)
    ):
        steps = await plans(
            Sought(number, shop, source, state, reason, since, AT + timedelta(days=1) if since else None, after)
        )
        for step in steps:
            words = step.split()
            whole = words[0] == "SCAN" and words[1] in TABLES and "USING" not in step
            walks_by_shop = step.endswith("(shop=?)") and "ix_entry_shop_heard_at" not in step
            sorts = "TEMP B-TREE" in step and not number
            if whole or walks_by_shop or sorts:
                bad.append((shop, source, reason, step))

    assert bad == []
