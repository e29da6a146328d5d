"""docs/decisions-table.md: the decision table with every rule in its order, and for how many cases each decides."""

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

from connector.domain.decision import CANCEL_CONFLICTS, RULES, TABLE, Cancel, Facts, Rule
from tools.reference.markdown import code, table

QOO10 = Path(__file__).parent.parent / "docs" / "qoo10.md"

_HEAD = """\
# The decision table

What the keeper does with one entry, one tracking number for one order line, and why. It looks at the facts below; the
first rule that holds decides. Together the rules cover all {total} combinations of facts, which a test proves.

This page is written by `make docs` from `connector/domain/decision.py`; changes by hand are lost. The sections A1 to B6
named as sources are those of [qoo10.md](qoo10.md), with how sure each fact is; "design" and "promise" are choices of
this program. What the reasons say to a person stands in [reference.md](reference.md).
"""

_FACTS = {
    "cancel": "where the line's cancel request stands",
    "shipping": "the line's state: 1 · 2 or 3 · 4 or 5 · nowhere to be found · a number that is not known",
    "shown": "the tracking number on the line, also one that we wrote and Qoo10 does not show yet",
    "label": "whether the label counts",
    "written": "what our own last write came to; an unclear one counts as `never` once it had time to show",
    "policy": "the shop's setting `in_the_gap`",
    "person": "what a person has decided",
    "making": "whether the seller's item code is one of `made_to_order`",
}

_CANCEL = {
    Cancel.NONE: "no request was ever seen",
    Cancel.BEFORE_LABEL: "open, made before the label was printed or in the same second",
    Cancel.IN_GAP: "open, made after the label was printed",
    Cancel.AFTER_ENTRY: "open, made after Qoo10 accepted the number",
    Cancel.UNDER_WAY: "being cancelled, or cancelled",
    Cancel.ENDED: "gone again, and the line is alive",
}

_ABOUT_RULES = """\
A fact that is not named may be anything. "Decides" is the number of combinations for which a rule is the first that
holds.
"""

_ABOUT_CONFLICTS = """\
Whatever is done about the number, a cancel request that meets a parcel is a conflict, by where the request stands. It
meets none where the rule drops the entry, for then there is no parcel, or where a person has stopped it (`person`
`leave`).
"""


def render() -> str:
    """The whole page.

    Raises:
        KeyError: a fact or a stand of the cancel request has no words here, or a source is no section of qoo10.md.
    """
    decides = Counter(TABLE.values())
    lines = [
        _HEAD.format(total=len(TABLE)),
        "## Facts",
        "",
        *table(
            ("fact", "what it is", "values"),
            [
                (code(field.name), _FACTS[field.name], ", ".join(code(value) for value in _values(field.name)))
                for field in fields(Facts)
            ],
        ),
        "",
        *table(("cancel", "the request is"), [(code(cancel), _CANCEL[cancel]) for cancel in Cancel]),
        "",
        "## Rules",
        "",
        _ABOUT_RULES,
        *table(
            ("no.", "when", "then", "reason", "conflict about numbers", "why", "source", "decides"),
            [
                (
                    str(number),
                    _when(rule),
                    f"**{rule.verdict.action}**",
                    code(rule.verdict.reason),
                    code(rule.verdict.conflict or ""),
                    rule.why,
                    _linked(rule.source),
                    str(decides[rule]),
                )
                for number, rule in enumerate(RULES, start=1)
            ],
        ),
        "",
        "## Conflicts about cancel requests",
        "",
        _ABOUT_CONFLICTS,
        *table(
            ("cancel", "conflict"),
            [(code(cancel), code(CANCEL_CONFLICTS.get(cancel, "")) or "none") for cancel in Cancel],
        ),
    ]
    return "\n".join(lines) + "\n"


def _values(fact: str) -> list[str]:
    return list(dict.fromkeys(getattr(facts, fact) for facts in TABLE))


def _when(rule: Rule) -> str:
    """The facts that a rule names, the shorter way round."""
    named = []
    for field in fields(Facts):
        allowed: frozenset[str] = getattr(rule, field.name)
        every = _values(field.name)
        others = [value for value in every if value not in allowed]
        if not others:
            continue
        if len(others) < len(allowed):
            named.append(f"{field.name} is not {' or '.join(code(value) for value in others)}")
        else:
            named.append(f"{field.name} is {' or '.join(code(value) for value in every if value in allowed)}")
    return "; ".join(named) or "always"


def _linked(source: str) -> str:
    """A rule's source, its sections of qoo10.md as links.

    Raises:
        KeyError: there is no such section.
    """
    headings = re.findall(r"^## ([A-Z][0-9]+)(\..*)$", QOO10.read_text(encoding="utf-8"), flags=re.MULTILINE)
    anchors = {name: re.sub(r"[^\w\- ]", "", f"{name}{rest}".lower()).replace(" ", "-") for name, rest in headings}
    return re.sub(r"\b[A-D][0-9]+\b", lambda named: f"[{named[0]}](qoo10.md#{anchors[named[0]]})", source)
