"""Watched folders: what lies in one, what is ready to be taken, and where it goes afterwards. Nothing is deleted."""

import fnmatch
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SETTLED_AFTER_S = 2.0
"""A file that has not changed for so long is taken to be complete."""
SETTLED_ON_SHARE_AFTER_S = 5.0
"""The same where the writer may be on another machine, whose writes come in bursts."""
EMPTY_FOR_S = 30.0
"""Programs create a file before they fill it; one that stays empty so long is meant to be."""

DONE = "done"
REFUSED = "refused"
_MOST_NAMES = 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file as a look into the folder found it; any change of it is a change of one of these."""

    path: Path
    size: int
    mtime_ns: int
    inode: int


def look_into(folder: Path, patterns: Sequence[str], note_sign: Callable[[], None]) -> list[Found]:
    """The files in a folder whose names fit one of the patterns (whatever their case), oldest first.

    Hidden files, folders and links are left alone, and so is what office programs leave beside open files (``~$``).
    ``note_sign`` is called with each name: a share may be slow, and its folder long.

    Raises:
        OSError: the folder is not there or cannot be read.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            note_sign()
            name = entry.name.casefold()
            fits = any(fnmatch.fnmatchcase(name, pattern.casefold()) for pattern in patterns)
            if name.startswith((".", "~$")) or not fits or not entry.is_file(follow_symlinks=False):
                continue
            if (now := _as_found(Path(entry.path))) is not None:
                found.append(now)
    return sorted(found, key=lambda each: (each.mtime_ns, each.path.name))


def unchanged(found: Found) -> bool:
    """Whether a file is still as it was found."""
    return _as_found(found.path) == found


def _as_found(path: Path) -> Found | None:
    try:
        stat = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # moved or renamed meanwhile
    return Found(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)


class Settling:
    """Tells which files have stood still for long enough. Times are seconds of any clock that only goes forward."""

    def __init__(self, settled_after_s: float) -> None:
        self._settled_after_s = settled_after_s
        self._since: dict[Found, float] = {}

    def settled(self, found: Sequence[Found], now: float) -> list[Found]:
        """Those of the found files that are complete by all appearances."""
        self._since = {each: self._since.get(each, now) for each in found}
        return [
            each
            for each, since in self._since.items()
            if now - since >= (self._settled_after_s if each.size else max(EMPTY_FOR_S, self._settled_after_s))
        ]


def put_away(path: Path, where: str, report: str = "") -> Path:
    """Moves a file into a folder beside it, under a name that is free there, with its report next to it.

    The report comes first: where it stands without its file, the file is taken once more, and no row twice.

    Raises:
        OSError: it cannot be moved; it stays where it was.
    """
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    target = _reserve(folder, path.name)
    beside = _report_beside(target)
    try:
        if report:
            beside.write_text(report, encoding="utf-8-sig", newline="\r\n")  # Windows' editors read it so
        path.replace(target)
    except OSError:
        # Both are ours, and of no use without the file.
        beside.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise
    return target


def _report_beside(target: Path) -> Path:
    return target.with_name(f"{target.name}.report.txt")


def _reserve(folder: Path, name: str) -> Path:
    """An empty file under a name that neither a file nor a report has there: name.csv, name-2.csv, ..."""
    stem, suffix = Path(name).stem, Path(name).suffix
    for count in range(1, _MOST_NAMES):
        target = folder / (name if count == 1 else f"{stem}-{count}{suffix}")
        if _report_beside(target).exists():
            continue
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            continue
        return target
    raise FileExistsError(f"{folder} has no free name for {name}")
