"""The check beside the running program: one at a time, and not again while its findings are fresh."""

import asyncio
from datetime import UTC, datetime, timedelta

from connector.check.desk import FRESH_FOR, CheckDesk
from connector.check.findings import Finding, Level
from connector.domain.language import Said

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


async def test_findings_are_kept_for_a_minute() -> None:
    """Whoever reloads a page must not use up a shop's calls."""
    now, asked = [AT], []

    async def examine() -> list[Finding]:
        asked.append(now[0])
        return [Finding(Level.OK, Said("データの保存先", "store"), Said("使えます", "can be used"))]

    desk = CheckDesk(examine, lambda: now[0])

    first = await asyncio.gather(desk.look(), desk.look())
    now[0] = AT + FRESH_FOR - timedelta(seconds=1)
    fresh = await desk.look()
    now[0] = AT + FRESH_FOR
    again = await desk.look()

    assert asked == [AT, AT + FRESH_FOR]
    assert first[0] is first[1] is fresh
    assert (again.at, again.findings) == (
        AT + FRESH_FOR,
        [Finding(Level.OK, Said("データの保存先", "store"), Said("使えます", "can be used"))],
    )


async def test_a_check_that_fails_is_made_again_by_the_next_who_asks() -> None:
    outcomes: list[Exception | list[Finding]] = [RuntimeError("a defect"), []]

    async def examine() -> list[Finding]:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    desk = CheckDesk(examine, lambda: AT)

    failed = await asyncio.gather(desk.look(), return_exceptions=True)
    assert [str(each) for each in failed] == ["a defect"]
    assert (await desk.look()).findings == []
