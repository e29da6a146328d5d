"""The whole page."""

from tools.reference import addresses, commands, metrics, settings, states

_HEAD = """\
# Reference

Every setting, command, HTTP address, metric, state, reason, conflict and act of this version. What to do with them
stands in the operator's guide: [English](guide.md), [日本語](guide.ja.md). What each kind of source needs:
[sources.md](sources.md).

This page is written from the code by `make docs`; changes by hand are lost.
"""


def render() -> str:
    """docs/reference.md."""
    parts = (settings, commands, addresses, metrics, states)
    contents = [line for part in parts for line in part.lines() if line.startswith("## ")]
    listed = [f"- [{line[3:]}](#{line[3:].lower().replace(' ', '-')})" for line in contents]
    body = "\n\n".join("\n".join(part.lines()) for part in parts)
    return f"{_HEAD}\n" + "\n".join(listed) + f"\n\n{body}\n"
