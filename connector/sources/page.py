"""docs/sources.md: the whole picture of the sources, generated from the code so that it cannot say more than it."""

from carriers.model import EventKind
from connector.sources.facts import WAYS, KindFacts, all_kinds

_HEAD = """\
# Sources

Every kind of source that this version knows, how its messages arrive, what proves where they come from, what they tell
of a label, and what proves that we read them rightly. `qoo10-connector sources list` shows the same on a terminal.

This page is generated from the code by `make docs`; changes by hand are lost. How to add a kind:
[adding-a-source.md](adding-a-source.md).

"Recorded" means that a payload or a file which the real service made, or its official test vector, is read as it should
be. "Documented" means that the reading follows a description only. What no document settles is listed below each kind.
"""


def render() -> str:
    """The whole page."""
    kinds = all_kinds()
    return "\n".join([_HEAD, *_table(kinds), "", *(line for kind in kinds for line in _section(kind))]).rstrip() + "\n"


def _table(kinds: list[KindFacts]) -> list[str]:
    told = [str(one).replace("_", " ") for one in EventKind]
    rows = [f"| kind | way in | proves where it comes from | {' | '.join(told)} | reading |"]
    rows.append("|---" * (len(told) + 4) + "|")
    for kind in kinds:
        marks = " | ".join("yes" if one in kind.tells else "-" for one in told)
        proof = "recorded" if kind.proof else "documented"
        proves = _cell(kind.authentication.en)
        rows.append(f"| [{kind.kind}](#{kind.kind}) | {kind.way} | {proves} | {marks} | {proof} |")
    return rows


def _section(kind: KindFacts) -> list[str]:
    way = next(words for way, words in WAYS.items() if way == kind.way)
    lines = [
        f"## {kind.kind}",
        "",
        f"{kind.title}: {way}. [How to set it up](../carriers/{kind.kind}/README.md).",
        "",
        f"- Specification: <{kind.spec}>, read {kind.spec_read_on}.",
        f"- Proved by: {kind.proof or 'nothing recorded; the fixtures are written by hand from the documentation'}.",
    ]
    if kind.settings:
        lines.append("- Settings of its own: " + ", ".join(f"`{setting}`" for setting in kind.settings) + ".")
    if kind.unverified:
        lines += ["- Not verified:", *(f"  - {sentence.en}" for sentence in kind.unverified)]
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
