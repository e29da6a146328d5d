"""What happens to what lies in a watched folder. Two looks take a file; the clock between them is the test's."""

import asyncio
import fnmatch
import os
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector.intake.folders import DONE, EMPTY_FOR_S, REFUSED, SETTLED_AFTER_S, SETTLED_ON_SHARE_AFTER_S
from connector.intake.rows import CHUNK_ROWS
from connector.intake.watching import AGAIN_AFTER_S, ANSWERS_WITHIN_S
from connector.store.depths import Depths

if TYPE_CHECKING:
    from tests.connector.files.conftest import B2Row, Bench, Filed

PERSON = ("見本", "東京都", "0000-0000")


async def test_a_good_file_goes_to_done(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    bench.drop("a.csv", filed([row(1), row(2), row(3, ref="")]))

    await bench.settle()

    assert await bench.numbers() == [row(1)[3], row(2)[3]]
    assert (bench.lies(), bench.lies(DONE), bench.lies(REFUSED)) == ([], ["a.csv"], [])
    assert bench.watched.trouble == ""


async def test_a_file_with_refused_rows_leaves_a_report_that_names_row_reason_and_mend(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    """What can be taken is taken; the report holds nothing of what the rows hold."""
    bad = [row(index, number="4.44E+11") for index in range(2, 5)]
    bench.drop("a.csv", filed([row(1), *bad, row(5), row(6, number="44441000001")]))

    await bench.settle()

    assert await bench.numbers() == [row(1)[3], row(5)[3]]
    assert bench.lies(REFUSED) == ["a.csv", "a.csv.report.txt"]
    report = (bench.folder / REFUSED / "a.csv.report.txt").read_text(encoding="utf-8-sig")
    assert "Rows / 行: 2-4\n" in report
    assert "Rows / 行: 6\n" in report
    assert "a spreadsheet has replaced the tracking number" in report
    assert "without opening it in Excel" in report
    assert "Excelで開かずに" in report
    assert "2026-11-22 09:15 JST, source b2" in report
    assert not [word for word in (*PERSON, "106200000", row(1)[3]) if word in report]


async def test_a_mended_file_takes_only_what_was_missing(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    bench.drop("a.csv", filed([row(1), row(2, number="4.44E+11")]))
    await bench.settle()

    bench.drop("a.csv", filed([row(1), row(2)]))
    await bench.settle()

    assert await bench.numbers() == [row(1)[3], row(2)[3]]
    assert (bench.lies(DONE), bench.lies(REFUSED)) == (["a.csv"], ["a.csv", "a.csv.report.txt"])


async def test_a_file_in_which_nothing_is_for_us_says_so(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    bench.drop("a.csv", filed([row(1, ref=""), row(2, number="UMN001")]))

    await bench.settle()

    report = (bench.folder / DONE / "a.csv.report.txt").read_text(encoding="utf-8-sig")
    assert "no_order_reference 1, not_printed_yet 1" in report


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("お届け先,見本 太郎\r\n東京都,0000-0000\r\n".encode(), "no file of issued labels"),
        (b"PK\x03\x04 a workbook", "Excel workbook"),
        ("東京都\r\n".encode("cp932") + "東京都千代田区,見本".encode(), "neither UTF-8 nor"),
    ],
)
async def test_another_programs_file_is_set_aside_with_a_report(bench: "Bench", content: bytes, problem: str) -> None:
    bench.drop("a.csv", content)

    await bench.settle()

    assert bench.lies(REFUSED) == ["a.csv", "a.csv.report.txt"]
    report = (bench.folder / REFUSED / "a.csv.report.txt").read_text(encoding="utf-8-sig")
    assert problem in report
    assert "Nothing of this file was taken" in report
    assert not [word for word in PERSON if word in report]
    assert await bench.numbers() == []


async def test_an_empty_file_is_set_aside_only_after_a_while(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    path = bench.drop("a.csv", b"")
    bench.drop("b.csv", b"")
    await bench.settle()
    assert bench.lies() == ["a.csv", "b.csv"]

    path.write_bytes(filed([row(1)]))
    await bench.look(EMPTY_FOR_S)
    await bench.look(SETTLED_AFTER_S)

    assert (bench.lies(DONE), bench.lies(REFUSED)) == (["a.csv"], ["b.csv", "b.csv.report.txt"])


async def test_a_file_that_still_grows_is_left_alone(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    content = filed([row(1), row(2)])
    for end in (100, 300, len(content)):
        bench.drop("a.csv", content[:end])
        await bench.look(SETTLED_AFTER_S)
        assert await bench.numbers() == []

    await bench.look(SETTLED_AFTER_S)

    assert await bench.numbers() == [row(1)[3], row(2)[3]]


async def test_a_file_that_somebody_holds_open_for_writing_is_left_alone(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    """However long it stands still: a program may compute for minutes between two rows."""
    path = bench.drop("a.csv", filed([row(1)]))
    with path.open("ab") as writer:
        await bench.settle()
        await bench.look(1000)
        assert bench.lies() == ["a.csv"]
        writer.write(filed([row(2)]))

    await bench.settle()

    assert await bench.numbers() == [row(1)[3], row(2)[3]]


async def test_what_was_appended_while_it_was_read_is_read_too(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    path = bench.drop("a.csv", filed([row(index) for index in range(CHUNK_ROWS * 2)]))
    take = bench.watched._intake.take
    more = [row(9_999)]

    async def appended_to(taken: Path, progress: object) -> object:
        del progress
        summary = await take(taken)
        if more:
            with path.open("ab") as writer:
                writer.write(filed([more.pop()]))
        return summary

    bench.watched._intake.take = appended_to  # type: ignore[assignment, method-assign]  # a writer between two steps

    await bench.settle()
    assert bench.lies() == ["a.csv"]
    await bench.settle()

    assert bench.lies(DONE) == ["a.csv"]
    assert (await bench.numbers())[-1] == row(9_999)[3]
    assert len(await bench.numbers()) == CHUNK_ROWS * 2 + 1


async def test_renamed_and_copied_in_again_a_row_is_taken_once(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    content = filed([row(1), row(2)])
    path = bench.drop("a.csv", content)
    await bench.look()
    path.rename(bench.folder / "b.csv")
    await bench.settle()
    for name in ("b.csv", "c.csv"):
        bench.drop(name, content)
        await bench.settle()

    assert await bench.numbers() == [row(1)[3], row(2)[3]]
    assert bench.lies(DONE) == ["b-2.csv", "b.csv", "c.csv"]


async def test_a_restart_in_the_middle_of_a_file_goes_on_and_takes_no_row_twice(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    bench.drop("a.csv", filed([row(index) for index in range(CHUNK_ROWS * 4)]))
    bench.watch(store=bench.failing(takes=2))
    await bench.settle()
    assert len(await bench.numbers()) == CHUNK_ROWS * 2
    assert "the disk is full" in bench.watched.trouble
    assert bench.lies() == ["a.csv"]

    bench.watch()
    await bench.settle()

    assert await bench.numbers() == [row(index)[3] for index in range(CHUNK_ROWS * 4)]
    assert bench.lies(DONE) == ["a.csv"]


async def test_a_store_that_comes_back_is_used_again(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    bench.drop("a.csv", filed([row(1)]))
    failing = bench.failing(takes=0)
    bench.watch(store=failing)
    await bench.settle()
    assert "store" in bench.watched.trouble

    failing.takes = 10  # type: ignore[attr-defined]  # a FailingStore
    await bench.settle()

    assert bench.watched.trouble == ""
    assert bench.lies(DONE) == ["a.csv"]


async def test_a_folder_that_is_not_there_is_said_and_used_when_it_comes(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    bench.folder.rmdir()
    await bench.look()
    assert bench.watched.trouble == f"the folder {bench.folder} cannot be read: No such file or directory"
    assert b'qoo10_connector_folder_trouble{source="b2"} 1.0' in bench.metrics.exposition(Depths(), datetime.now(UTC))

    bench.folder.mkdir()
    bench.drop("a.csv", filed([row(1)]))
    await bench.settle()

    assert bench.watched.trouble == ""
    assert b'qoo10_connector_folder_trouble{source="b2"} 0.0' in bench.metrics.exposition(Depths(), datetime.now(UTC))
    assert await bench.numbers() == [row(1)[3]]


async def test_a_share_that_hangs_is_said(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that waits for it keeps nobody else waiting."""
    goes_on = threading.Event()
    monkeypatch.setattr("connector.intake.watching.look_into", lambda *_: goes_on.wait(30) and [])
    looking = asyncio.create_task(bench.look())
    await asyncio.sleep(0)
    assert bench.watched.trouble == ""

    bench.monotonic_s += ANSWERS_WITHIN_S + 1
    assert bench.watched.trouble == f"the folder {bench.folder} does not answer"
    assert bench.watched.troubled_since == bench.watched.due_since == bench.now
    goes_on.set()
    await looking

    assert bench.watched.trouble == ""
    assert (bench.watched.troubled_since, bench.watched.due_since) == (None, None)


async def test_a_folder_that_hangs_before_its_first_look_is_said(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that nobody called one is asked for what it is before it is looked into."""
    goes_on, asked = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(_folder: Path) -> None:
        loop.call_soon_threadsafe(asked.set)
        goes_on.wait(30)
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", hang)
        running = asyncio.create_task(bench.watched.run())
        await asked.wait()
    bench.monotonic_s += ANSWERS_WITHIN_S + 1

    assert bench.watched.trouble == f"the folder {bench.folder} does not answer"
    goes_on.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_long_list_of_a_slow_share_is_no_hanging(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(20):
        bench.drop(f"{index}.csv", b"")
    troubles: set[str] = set()
    fits = fnmatch.fnmatchcase

    def slowly(name: str, pattern: str) -> bool:
        bench.monotonic_s += 30
        troubles.add(bench.watched.trouble)
        return fits(name, pattern)

    monkeypatch.setattr(fnmatch, "fnmatchcase", slowly)
    await bench.look()

    assert troubles == {""}


async def test_it_is_in_trouble_since_it_began(bench: "Bench") -> None:
    bench.folder.rmdir()
    await bench.look()
    since = bench.now
    bench.now += timedelta(minutes=2)
    await bench.look()
    assert bench.watched.troubled_since == since

    bench.folder.mkdir()
    await bench.look()
    assert bench.watched.troubled_since is None


async def test_a_file_that_cannot_be_moved_is_taken_said_and_tried_again_later(
    bench: "Bench", row: "B2Row", filed: "Filed"
) -> None:
    """A file stands where the folder for done files should be."""
    (bench.folder / DONE).write_text("in the way")
    bench.drop("a.csv", filed([row(1)]))
    await bench.settle()
    assert await bench.numbers() == [row(1)[3]]
    assert "a.csv was read, but cannot be moved to done" in bench.watched.trouble

    (bench.folder / DONE).unlink()
    await bench.look(1)
    assert bench.lies() == ["a.csv"]
    assert bench.watched.trouble
    await bench.look(AGAIN_AFTER_S)

    assert bench.lies(DONE) == ["a.csv"]
    assert bench.watched.trouble == ""


async def test_one_file_that_cannot_be_read_stops_no_other(
    bench: "Bench", row: "B2Row", filed: "Filed", monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.drop("a.csv", filed([row(1)]))
    bench.drop("b.csv", filed([row(2)]))
    real_open = Path.open

    def refusing(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return real_open(path, *args, **kwargs)  # type: ignore[call-overload]  # passed on as it came

    monkeypatch.setattr(Path, "open", refusing)

    await bench.settle()

    assert await bench.numbers() == [row(2)[3]]
    assert bench.watched.trouble == "the file a.csv cannot be read: Permission denied"


async def test_a_defect_stops_no_other_file(
    bench: "Bench", row: "B2Row", filed: "Filed", monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.drop("a.csv", filed([row(1)]))
    bench.drop("b.csv", filed([row(2)]))
    take = bench.watched._intake.take

    async def broken(path: Path, progress: object) -> object:
        del progress
        if path.name == "a.csv":
            raise ZeroDivisionError
        return await take(path)

    monkeypatch.setattr(bench.watched._intake, "take", broken)

    await bench.settle()

    assert await bench.numbers() == [row(2)[3]]
    assert bench.lies() == ["a.csv"]
    assert "defect" in bench.watched.trouble


async def test_a_share_is_given_more_time(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    bench.drop("a.csv", filed([row(1)]))
    bench.watch(network_share=True)
    await bench.settle()
    assert await bench.numbers() == []

    await bench.look(SETTLED_ON_SHARE_AFTER_S - SETTLED_AFTER_S)

    assert await bench.numbers() == [row(1)[3]]


def _is_done(bench: "Bench", name: str) -> bool:
    return name in bench.lies(DONE)


async def test_whether_watched_or_looked_into_the_same_happens(bench: "Bench", row: "B2Row", filed: "Filed") -> None:
    """The running watcher, on a clock on which everything settles at once; its watch is told of new files."""
    for share in (False, True):
        bench.drop(f"{share}.csv", filed([row(share)]))
        watched = bench.watch(network_share=share)
        watched._settling._settled_after_s = 0
        task = asyncio.create_task(watched.run())
        try:
            await bench.until(partial(_is_done, bench, f"{share}.csv"))
            if not share:
                bench.drop("later.csv", filed([row(7)]))
                await bench.until(partial(_is_done, bench, "later.csv"))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    assert await bench.numbers() == [row(0)[3], row(7)[3], row(1)[3]]


async def test_the_files_of_others_are_not_touched(bench: "Bench") -> None:
    for name in ("photo.jpg", "a.csv.part", "~$a.csv", ".a.csv"):
        bench.drop(name, b"x")
    os.mkdir(bench.folder / "folder.csv")  # noqa: PTH102 - any way of making one will do

    await bench.settle()

    assert bench.lies() == [".a.csv", "a.csv.part", "photo.jpg", "~$a.csv"]
    assert not (bench.folder / REFUSED).exists()
