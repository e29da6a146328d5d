"""What a benchmark gives: a small table, for the terminal and for the page."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measured:
    """One benchmark's figures under a title; ``note`` says what was measured and how."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def show(self, console: Console) -> None:
        """On a terminal."""
        table = Table(title=self.title, caption=self.note, title_justify="left", caption_justify="left")
        for position, name in enumerate(self.columns):
            table.add_column(name, justify="right" if position else "left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)

    def markdown(self) -> str:
        """As a section of the page."""
        marks = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, marks, *self.rows)]
        return "\n".join([f"## {self.title}", "", self.note, "", *lines, ""])


def run_alone(measure: Callable[[], Awaitable[Measured]]) -> None:
    """Runs one benchmark and shows its table."""

    async def run() -> None:
        (await measure()).show(Console())

    asyncio.run(run())


def ms(seconds: float) -> str:
    """Seconds as milliseconds, with one decimal."""
    return f"{seconds * 1000:.1f}"
