"""Conflicts on a terminal."""

from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from connector.domain.advice import Saving
from connector.proof.dossier import Dossier, in_japan, standing_advice, until_ja
from connector.proof.verify import Verified
from connector.store.cases import Case

_STYLES = {Saving.GOODS_AND_MONEY: "bold red", Saving.ORDER: "yellow", Saving.CLARITY: "cyan", Saving.NOTHING: "dim"}
_MOST_FINDINGS = 50


def as_table(cases: Sequence[Case], now: datetime) -> Table:
    """One row for each conflict: which, until when, and what to do about it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("no.", "order line", "number", "until (Japan)"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what, and what to do", overflow="fold")
    for case in cases:
        conflict, said = case.conflict, standing_advice(case, now)
        what = Text(conflict.kind.replace("_", " "), style="dim" if said is None else _STYLES[said.saving])
        what.append(f"\n{said.do_en}" if said is not None else f"\nclosed: {conflict.outcome}", style="default")
        until = until_ja(said.until) if said is not None and said.until is not None else "-"
        table.add_row(str(conflict.id), conflict.order_no, conflict.tracking_no, until, what)
    return table


def in_detail(of: Dossier) -> RenderableType:
    """One conflict: how it stands, what to do, and every fact with both clocks."""
    conflict = of.case.conflict
    about = Table.grid(padding=(0, 2, 0, 0))
    about.add_column(style="dim", no_wrap=True)
    about.add_column(overflow="fold")
    lines = [
        ("conflict", f"{conflict.id} of shop {conflict.shop}: {conflict.kind.replace('_', ' ')} ({of.kind_ja})"),
        ("order line", f"{conflict.order_no}, cart {of.pack_no or '-'}"),
        ("parcel", f"{of.tracking_no}, {of.carrier or '-'}"),
        ("open since", f"{in_japan(conflict.opened_at)} (Japan time)"),
    ]
    if conflict.closed_at is not None:
        lines.append(("closed", f"{in_japan(conflict.closed_at)}: {conflict.outcome} ({of.outcome_ja})"))
    if of.verdict is not None:
        lines.append(("verdict", f"{of.verdict.why} ({of.verdict.reason})"))
        lines.append(("rule", f"docs/qoo10.md {of.verdict.source}"))
    if of.advice is not None:
        lines += [("do now", f"{of.advice.do_en}\n{of.advice.do_ja}"), ("otherwise", of.advice.otherwise_en)]
        lines.append(("until", until_ja(of.advice.until) if of.advice.until is not None else "-"))
    skew = "not measured" if of.skew_s is None else f"{of.skew_s:+.1f} s (ours minus Qoo10's, good to a second)"
    lines.append(("clocks", skew))
    for name, text in lines:
        about.add_row(name, Text(text))
    parts: list[RenderableType] = [about, "", _facts(of)]
    if not of.intact:
        parts.append(Text("Rows of this log were changed: run qoo10-connector conflicts verify.", style="bold red"))
    return Group(*parts)


def _facts(of: Dossier) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), title_justify="left")
    for heading in ("happened (Japan)", "learned (Japan)", "clock"):
        table.add_column(heading)
    table.add_column("fact, and where it is from", overflow="fold")
    for each in of.facts:
        fact = each.fact
        what = Text(f"{fact.what.replace('_', ' ')} ({each.what_ja})", style="bold")
        what.append(f"\n{fact.origin}", style="dim")
        if each.detail_ja:
            what.append(f"\n{each.detail_ja}", style="default")
        table.add_row(in_japan(fact.happened_at), in_japan(fact.learned_at), fact.clock, what)
    return table


def verification(verified: Verified, anchors: int, took_s: float) -> list[tuple[str, str]]:
    """What came of checking the log: lines, each with its style."""
    findings = [f"row {found.seq} {_sentence(found.problem)}" for found in verified.breaks] + list(verified.differences)
    lines = [(finding, "red") for finding in findings[:_MOST_FINDINGS]]
    if len(findings) > _MOST_FINDINGS:
        lines.append((f"and {len(findings) - _MOST_FINDINGS} more", "red"))
    counted = f"{verified.rows} rows of {verified.conflicts} conflicts in {took_s:.1f} s"
    if verified.whole:
        lines.append((f"The conflict log is whole: {counted}, {anchors} anchors kept.", "green"))
    else:
        lines.append((f"The conflict log is not what was written: {len(findings)} findings; {counted}.", "bold red"))
    if verified.rows:
        lines.append((f"Its end: row {verified.last_seq}, hash {verified.last_hash}", "default"))
    return lines


def _sentence(problem: str) -> str:
    """``rows 3 to 4 are missing`` names its rows itself."""
    return f"and on: {problem}" if problem.startswith("row") else problem
