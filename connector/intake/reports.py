"""The report beside a file whose rows could not all be taken: reasons and rows, and nothing of what a row holds."""

from collections.abc import Iterator
from datetime import datetime

from carriers.kinds import RowRefused
from connector.domain.orders import JAPAN
from connector.intake.decoding import FileRefused
from connector.intake.files import FileSummary, RowRanges


def needs_report(summary: FileSummary) -> bool:
    """Whether a person should look: rows were refused, or there was nothing for us in any row."""
    return bool(summary.refused) or (bool(summary.ignored) and not summary.accepted + summary.duplicates)


def report_of(source: str, summary: FileSummary, at: datetime) -> str:
    """The report on a file that was read."""
    return "\n".join([*_head(source, at), *_counts(summary), *reasons(summary), ""])


def report_of_refusal(source: str, refused: FileRefused, at: datetime) -> str:
    """The report on a file of which nothing was taken."""
    lines = [
        *_head(source, at),
        "Nothing of this file was taken. / このファイルからは何も取り込んでいません。",
        "",
        *_why(refused),
    ]
    return "\n".join([*lines, ""])


def _head(source: str, at: datetime) -> list[str]:
    return [f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M} JST, source {source}", ""]


def _counts(summary: FileSummary) -> Iterator[str]:
    ignored = ", ".join(f"{reason} {count}" for reason, count in sorted(summary.ignored.items()))
    yield f"Rows taken now / 取り込み: {summary.accepted}"
    yield f"Rows taken before / 取り込み済み: {summary.duplicates}"
    yield f"Rows that are nothing for us / 対象外: {summary.ignored.total()}" + (f" ({ignored})" if ignored else "")
    yield f"Rows not taken / 取り込めない行: {summary.refused_rows}"
    if summary.refused:
        yield ""
        yield "Rows are counted from 1, the header included. Drop the mended file in again: no row is taken twice."
        yield "行番号は見出しを含めて1から数えます。直したファイルをもう一度入れてください。二重には取り込みません。"


def reasons(summary: FileSummary) -> Iterator[str]:
    """For each reason the rows that were refused for it, what is wrong, and what to do, in both languages."""
    for why, ranges in summary.refused.items():
        yield ""
        yield f"Rows / 行: {_in_words(ranges)}"
        yield from _why(why)


def _why(why: FileRefused | RowRefused) -> list[str]:
    return [f"  What is wrong: {why.problem}.", f"  What to do: {why.mend}", f"  {why.ja}"]


def _in_words(ranges: RowRanges) -> str:
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges.runs)
    left = ranges.count - sum(last - first + 1 for first, last in ranges.runs)
    return f"{shown} and {left} more" if left else shown
