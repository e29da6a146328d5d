"""What lies in a folder, when it is complete, and how it is put away; on times that are passed in."""

import fcntl
import os
from pathlib import Path

import pytest

from connector.intake.folders import (
    DONE,
    EMPTY_FOR_S,
    SETTLED_AFTER_S,
    Settling,
    look_into,
    put_away,
    unchanged,
)
from connector.intake.writers import is_being_written


def names(folder: Path, *patterns: str) -> list[str]:
    return [found.path.name for found in look_into(folder, patterns or ("*.csv",), lambda: None)]


def test_only_files_with_a_fitting_name_are_seen(tmp_path: Path) -> None:
    for name in ("a.csv", "B.CSV", "c.txt", "d.csv.part", ".hidden.csv", "~$open.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "c.txt")
    os.mkfifo(tmp_path / "pipe.csv")

    assert sorted(names(tmp_path)) == ["B.CSV", "a.csv"]
    assert names(tmp_path, "*.TXT") == ["c.txt"]


def test_the_oldest_comes_first(tmp_path: Path) -> None:
    for seconds, name in ((3, "a.csv"), (1, "b.csv"), (2, "c.csv")):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (seconds, seconds))

    assert names(tmp_path) == ["b.csv", "c.csv", "a.csv"]


def test_a_file_is_settled_when_it_has_not_changed_for_long_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    settling = Settling(SETTLED_AFTER_S)
    path.write_text("x")
    assert settling.settled(look_into(tmp_path, ["*"], lambda: None), 0) == []
    path.write_text("xx")
    assert settling.settled(look_into(tmp_path, ["*"], lambda: None), SETTLED_AFTER_S) == []
    assert settling.settled(look_into(tmp_path, ["*"], lambda: None), SETTLED_AFTER_S * 2 - 0.1) == []

    (found,) = settling.settled(look_into(tmp_path, ["*"], lambda: None), SETTLED_AFTER_S * 2)

    assert found.path == path
    assert unchanged(found)


def test_another_file_under_the_same_name_settles_anew(tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.tmp"
    settling = Settling(SETTLED_AFTER_S)
    path.write_text("x")
    os.utime(path, (1, 1))
    settling.settled(look_into(tmp_path, ["*.csv"], lambda: None), 0)
    other.write_text("y")
    os.utime(other, (1, 1))
    other.replace(path)

    assert settling.settled(look_into(tmp_path, ["*.csv"], lambda: None), SETTLED_AFTER_S) == []


def test_an_empty_file_is_given_time_to_be_filled(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    settling = Settling(SETTLED_AFTER_S)

    assert settling.settled(look_into(tmp_path, ["*"], lambda: None), 0) == []
    assert settling.settled(look_into(tmp_path, ["*"], lambda: None), EMPTY_FOR_S - 0.1) == []
    assert len(settling.settled(look_into(tmp_path, ["*"], lambda: None), EMPTY_FOR_S)) == 1


def test_what_is_put_away_gets_a_name_that_is_free(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        (tmp_path / "a.csv").write_text(content)
        put_away(tmp_path / "a.csv", DONE)

    assert {path.name: path.read_text() for path in (tmp_path / DONE).iterdir()} == {
        "a.csv": "first",
        "a-2.csv": "second",
        "a-3.csv": "third",
    }


def test_a_report_lies_beside_its_file_and_under_its_name(tmp_path: Path) -> None:
    for count in (1, 2):
        (tmp_path / "a.csv").write_text("x")
        put_away(tmp_path / "a.csv", DONE, f"report {count}\n見本\n")

    assert sorted(path.name for path in (tmp_path / DONE).iterdir()) == [
        "a-2.csv",
        "a-2.csv.report.txt",
        "a.csv",
        "a.csv.report.txt",
    ]
    assert (tmp_path / DONE / "a-2.csv.report.txt").read_bytes() == "\ufeffreport 2\r\n見本\r\n".encode()


def test_what_cannot_be_moved_stays_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        put_away(tmp_path / "gone.csv", DONE, "report")

    assert list((tmp_path / DONE).iterdir()) == []


def test_a_file_that_is_open_for_writing_is_being_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w") as file:
        file.write("x")
        file.flush()
        assert is_being_written(path)

    assert not is_being_written(path)


def test_a_reader_does_not_make_a_file_look_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")

    with path.open():
        assert not is_being_written(path)


def test_no_lease_is_left_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")
    is_being_written(path)

    with path.open() as file:
        assert fcntl.fcntl(file, fcntl.F_GETLEASE) == fcntl.F_UNLCK
    assert not is_being_written(tmp_path / "gone.csv")
