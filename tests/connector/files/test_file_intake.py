"""A row is taken once: however often its file comes, under whatever name, and wherever a crash falls."""

from typing import TYPE_CHECKING

import pytest

from connector.intake.rows import CHUNK_ROWS
from connector.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from tests.connector.files.conftest import B2Row, Bench, Filed


async def test_a_file_is_taken_row_by_row(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    path = bench.drop("a.csv", filed([row(1), row(2), row(2), row(3, number=""), row(4, number="4.44E+11")]))

    summary = await bench.intake().take(path)

    assert (summary.accepted, summary.duplicates, summary.ignored, summary.refused_rows) == (
        2,
        1,
        {"no_number_yet": 1},
        1,
    )
    assert summary.rows == 5
    assert await bench.numbers() == [row(1)[3], row(2)[3]]


async def test_the_same_file_again_is_known_without_reading_its_rows(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    content = filed([row(1), row(2)])
    await bench.intake().take(bench.drop("a.csv", content))

    again = await bench.intake().take(bench.drop("another name.txt", content))

    assert again.known
    assert again.rows == 0
    assert len(await bench.numbers()) == 2


async def test_rows_that_came_in_another_file_are_taken_once(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    """Programs export the whole day each time; Excel writes it in another encoding."""
    await bench.intake().take(bench.drop("a.csv", filed([row(1), row(2)])))

    later = await bench.intake().take(bench.drop("b.csv", filed([row(2), row(3), row(1)], "utf-8-sig")))

    assert (later.accepted, later.duplicates) == (1, 2)
    assert len(await bench.numbers()) == 3


async def test_full_width_digits_and_hyphens_are_the_same_row(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    wide = row(1, ref="１０６２００００００１", number="４４４４－１０００－００１５")
    plain = row(1, ref="10620000001", number="444410000015")

    summary = await bench.intake().take(bench.drop("a.csv", filed([wide, plain])))

    assert (summary.accepted, summary.duplicates) == (1, 1)
    assert await bench.numbers() == ["444410000015"]


@pytest.mark.parametrize("chunks", [0, 1, 2, 3])
async def test_a_crash_after_so_many_chunks_costs_nothing_and_takes_nothing_twice(
    bench: "Bench", row: "B2Row", filed: "Filed", chunks: int
) -> None:
    """The file is taken again from its start; the report is whole all the same."""
    rows = [row(index, number="" if index % 100 == 7 else None) for index in range(CHUNK_ROWS * 3)]
    path = bench.drop("a.csv", filed([*rows, row(9999, number="1" * 5)]))
    with pytest.raises(StoreUnavailable):
        await bench.intake(store=bench.failing(takes=chunks)).take(path)

    summary = await bench.intake().take(path)

    kept = await bench.numbers()
    assert len(kept) == len(set(kept)) == summary.accepted + summary.duplicates
    assert summary.rows == len(rows) + 1
    assert summary.refused_rows == 1
    assert sum(summary.ignored.values()) == sum(row[3] == "" for row in rows)
    assert await bench.count("parcel") == len(kept)


async def test_a_file_with_rows_left_is_read_again_when_it_comes_again(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    """What is ignored today may be taken after a setting or this program has changed."""
    path = bench.drop("a.csv", filed([row(1), row(2, ref="")]))
    await bench.intake().take(path)

    again = await bench.intake().take(path)

    assert not again.known
    assert (again.accepted, again.duplicates, sum(again.ignored.values())) == (0, 1, 1)


async def test_a_file_is_read_again_when_the_columns_were_set_wrongly(bench: "Bench", filed: "Filed") -> None:
    """The options belong to what is known of a file."""
    path = bench.drop("a.csv", filed([["1062428737", "444413758703", "444413750012"]]))
    wrong = {"order_ref": "#1", "tracking_number": "#2", "carrier_is": "yamato"}
    await bench.intake("csv", options=wrong).take(path)

    mended = await bench.intake("csv", options=wrong | {"tracking_number": "#3"}).take(path)

    assert mended.accepted == 1
    assert await bench.numbers() == ["444413758703", "444413750012"]


async def test_a_deleted_label_makes_its_parcel_void_in_any_order(bench: "Bench", filed: "Filed") -> None:
    def history(deleted_on: str) -> bytes:
        cells = [""] * 91
        cells[0], cells[2], cells[18], cells[84] = "514699854874", "2026/11/22", "1062428737", deleted_on
        return filed([cells])

    for content in (history("2026/11/22"), history("")):
        await bench.intake("ehiden3").take(bench.drop("a.csv", content))

    (parcel,) = (await bench.store.parcels_by_id([1])).values()
    assert parcel.label.name == "VOIDED"


async def test_progress_goes_to_the_end(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    content = filed([row(index) for index in range(CHUNK_ROWS + 1)])
    told: list[tuple[int, int]] = []

    await bench.intake().take(bench.drop("a.csv", content), lambda read, size: told.append((read, size)))

    assert told[-1] == (len(content), len(content))
    assert [read for read, _ in told] == sorted(read for read, _ in told)
