"""The findings for the command, in English: for people and for machines."""

import json
from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from connector.check.findings import Finding, Level, worst

STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "bold red"}


def as_table(findings: Sequence[Finding]) -> Table:
    """One row for each finding, with its mend below it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
    table.add_column("level", no_wrap=True)
    table.add_column("about")
    table.add_column("finding", overflow="fold")
    for finding in findings:
        said = Text(finding.message.en)
        if finding.mend.en:
            said.append(f"\n-> {finding.mend.en}", style=STYLES[finding.level])
        table.add_row(Text(finding.level.value, style=STYLES[finding.level]), finding.about.en, said)
    return table


def in_short(findings: Sequence[Finding]) -> str:
    """How many findings are of which kind, in one sentence."""
    counts = Counter(finding.level for finding in findings)
    bad = f"{counts[Level.BAD]} to mend now" if counts[Level.BAD] else "Nothing to mend now"
    return f"{bad}, {counts[Level.WARN]} to keep an eye on, {counts[Level.OK]} in order."


def as_json(findings: Sequence[Finding]) -> str:
    """One object: the worst level, and every finding."""
    listed = [
        {"level": each.level, "about": each.about.en, "message": each.message.en, "mend": each.mend.en}
        for each in findings
    ]
    return json.dumps({"worst": worst(findings), "findings": listed}, indent=2)
