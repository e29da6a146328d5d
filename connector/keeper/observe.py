"""Reads order lines with their claims from Qoo10: one by one when they are few, as lists when they are many."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.domain.memory import CANCEL_CLAIMS, LineMemory
from connector.domain.orders import Claim, ClaimStatus, OrderLine, ShippingStatus
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError, RefusedError
from connector.qoo10.protocol import ClaimSearch, OrderSearch

BY_LINE = "GetShippingAndClaimInfoByOrderNo_V2"
BY_LIST = "GetClaimInfo_V3"
FEW = 5
"""Up to so many lines are read one by one: the lists that replace these reads are five calls themselves."""
MOST_SINGLES = 20
"""How many lines that no list showed are read one by one at a time; the others wait for the next turn."""
LONGEST_SEARCH = timedelta(days=90)
"""How far back cancels are looked for whose order date is not known: as far as one call may reach."""
_EDGE = timedelta(seconds=1)
_CANCELS = (ClaimStatus.CANCEL_REQUESTED, ClaimStatus.CANCELLING, ClaimStatus.CANCELLED)


@dataclass(slots=True)
class Observation:
    """What was read. ``lines`` holds None for a line that Qoo10 does not know; ``failed`` what could not be read.

    A line in neither was left for the next turn. ``from_lists`` are the lines whose claim was looked up in lists.
    """

    lines: dict[str, OrderLine | None] = field(default_factory=dict)
    from_lists: set[str] = field(default_factory=set)
    failed: dict[str, LaterError] = field(default_factory=dict)


async def observe(
    client: QapiClient, order_nos: Collection[str], known: Mapping[str, LineMemory], at: datetime
) -> Observation:
    """Reads these lines, each with its claim.

    Raises:
        CredentialError: the shop must stop.
        LaterError: a list could not be read, so nothing is known.
    """
    try:
        return await _observe(client, order_nos, known, at)
    except RefusedError as error:
        raise as_later(error) from None


async def _observe(
    client: QapiClient, order_nos: Collection[str], known: Mapping[str, LineMemory], at: datetime
) -> Observation:
    seen = Observation()
    wanted = [known[no] for no in order_nos if no in known]
    if len(order_nos) > FEW:
        await _read_lists(client, seen, wanted, at)
    singles = [no for no in order_nos if no not in seen.lines][: FEW if len(order_nos) <= FEW else MOST_SINGLES]
    answers = await asyncio.gather(*(client.read_line(no) for no in singles), return_exceptions=True)
    for no, answer in zip(singles, answers, strict=True):
        if isinstance(answer, LaterError):
            seen.failed[no] = answer
        elif isinstance(answer, RefusedError):
            _note_refusal(seen, no, answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            seen.lines[no] = answer
    if gone := {no for no, line in seen.lines.items() if line is None}:
        await _read_cancels(client, seen, gone, wanted, at)
    return seen


def as_later(error: LaterError | RefusedError) -> LaterError:
    """The failure of a read: a refusal without a code says that the call is wrong, which a person has to mend."""
    return error if isinstance(error, LaterError) else LaterError(error.method, error.detail)


def _note_refusal(seen: Observation, order_no: str, error: RefusedError) -> None:
    """A refusal with a code speaks of the order; one without is about the call, and says nothing of the order."""
    if error.code is None:
        seen.failed[order_no] = as_later(error)
    else:
        seen.lines[order_no] = None


async def _read_cancels(
    client: QapiClient, seen: Observation, gone: set[str], wanted: list[LineMemory], at: datetime
) -> None:
    """Looks for lines that Qoo10 does not show among the cancels: cancelled orders leave the shipping side (observed).

    Whether the call for one line still shows a cancelled one is not known.
    """
    dates = [memory.ordered_at for memory in wanted if memory.order_no in gone and memory.ordered_at is not None]
    start = min(*(date - _EDGE for date in dates), at) if len(dates) == len(gone) else at - LONGEST_SEARCH
    try:
        claims = await _cancels(client, sorted(CANCEL_CLAIMS), start, at)
    except LaterError as error:
        for no in gone:
            del seen.lines[no]
            seen.failed[no] = error
        return
    for no in gone & claims.keys():
        seen.lines[no] = OrderLine(no, None, pack_no=claims[no].pack_no, claim=claims[no])
        seen.from_lists.add(no)


async def _cancels(
    client: QapiClient, statuses: Collection[ClaimStatus], start: datetime, end: datetime
) -> dict[str, Claim]:
    """The cancels of orders of this period, by their order numbers."""
    lists = await asyncio.gather(*(client.list_claims(status, start, end, ClaimSearch.ORDERED) for status in statuses))
    return {claim.order_no: claim for shown in lists for claim in shown}


async def _read_lists(client: QapiClient, seen: Observation, wanted: list[LineMemory], at: datetime) -> None:
    """Fills ``seen`` from lists over the span of the wanted lines' order dates, which keeps the lists short."""
    dates = [memory.ordered_at for memory in wanted if memory.ordered_at is not None]
    if not dates:
        return
    start, end = min(dates) - _EDGE, min(max(dates) + _EDGE, at)
    if start > end:
        return  # our clock is behind Qoo10's, and all of these were ordered meanwhile: they are read one by one
    lists = await asyncio.gather(
        *(client.list_lines(status, start, end, OrderSearch.ORDERED) for status in (None, ShippingStatus.ON_DELIVERY))
    )
    by_line = await _cancels(client, _CANCELS, start, end)
    asked_for = {memory.order_no for memory in wanted}
    for shown_lines in lists:
        for line in shown_lines:
            if line.order_no in asked_for:
                seen.lines[line.order_no] = line.with_claim(by_line.get(line.order_no))
                seen.from_lists.add(line.order_no)
