"""Every page under docs/ that the code writes: ``python -m tools.pages`` writes them anew, a test compares them."""

from collections.abc import Callable
from pathlib import Path

from connector.sources import page as sources
from tools import decisions
from tools.reference import page as reference

DOCS = Path(__file__).parent.parent / "docs"

PAGES: dict[str, Callable[[], str]] = {
    "decisions-table.md": decisions.render,
    "reference.md": reference.render,
    "sources.md": sources.render,
}


def main() -> None:
    """Writes the pages that are not as they should be, and names them."""
    for name, render in PAGES.items():
        page, text = DOCS / name, render()
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            print(f"docs/{name} is new")


if __name__ == "__main__":
    main()
