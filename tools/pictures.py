"""docs/images/demo.svg: the summary of a rehearsal, as ``demo --once`` prints it.

``python -m tools.pictures`` draws it anew. It shows a real run: its gaps are those of the machine that drew it.
"""

import asyncio
import io
import re
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.terminal_theme import DIMMED_MONOKAI

from connector import log
from connector.demo.once import run_once

DEMO = Path(__file__).parent.parent / "docs" / "images" / "demo.svg"
WIDTH = 86
"""Characters; the longest line of the summary has 84."""

_LETTERS = (
    "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', 'Noto Sans CJK JP', "
    "'Hiragino Kaku Gothic ProN', 'Yu Gothic', monospace"
)
"""Fonts of the machine that shows the picture; the first that has a letter is used for it."""


class _Summary(Console):
    """Records from the last table on: what stands before it is how the rehearsal went, not how it ended."""

    def print(self, *objects: Any, **options: Any) -> None:
        if any(isinstance(each, Table) for each in objects):
            self.export_text(clear=True)
        super().print(*objects, **options)


def self_contained(svg: str) -> str:
    """The picture without the fonts that Rich would have fetched from elsewhere."""
    without = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return without.replace("font-family: Fira Code, monospace", f"font-family: {_LETTERS}").replace(
        "font-family: arial", "font-family: Arial, Helvetica, sans-serif"
    )


def main() -> None:
    """Plays the scenario and draws its summary; exits with 1 where the scenario failed."""
    log.configure("error", "auto")
    console = _Summary(record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor", width=WIDTH)
    if not asyncio.run(run_once(console, 0)):
        sys.exit("the rehearsal failed: qoo10-connector demo --once says how")
    svg = console.export_svg(title="make demo ARGS=--once", theme=DIMMED_MONOKAI, unique_id="demo")
    DEMO.parent.mkdir(exist_ok=True)
    DEMO.write_text(self_contained(svg), encoding="utf-8")
    print(f"{DEMO.relative_to(DEMO.parent.parent.parent)} is new")


if __name__ == "__main__":
    main()
