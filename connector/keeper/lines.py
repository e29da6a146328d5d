"""What one shop's keeper knows of order lines: read from Qoo10, remembered in the store."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from connector.domain.memory import LineMemory, claim_remembered, remembered
from connector.domain.orders import Claim, OrderLine
from connector.keeper.observe import BY_LINE, FEW, as_later
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError, RefusedError
from connector.qoo10.protocol import OrderSearch, is_order_no
from connector.store.store import Store

LIST_SPAN = timedelta(days=88)
"""How far back unshipped orders are listed: about as far as one call may reach."""
LIST_PAUSE = timedelta(seconds=2)
"""The shortest time between two lists asked for by unknown references, so that a flood of them is no flood of calls."""

log = structlog.get_logger()


@dataclass(slots=True)
class Found:
    """What a look-up brought.

    ``lines`` were read with their claims and need not be read again in this turn. ``failure`` says that something could
    not be asked, so that what is missing is not unknown; ``reached`` that Qoo10 answered something.
    """

    lines: dict[str, OrderLine] = field(default_factory=dict)
    failure: LaterError | None = None
    reached: bool = False


class Lines:
    """Keeps the memory of a shop's lines up to date."""

    def __init__(self, shop: str, store: Store, client: QapiClient, clock: Callable[[], datetime]) -> None:
        self._shop = shop
        self._store = store
        self._client = client
        self._clock = clock
        self._listed_at: datetime | None = None
        self._list_failure: LaterError | None = None
        self._on_list: frozenset[str] = frozenset()
        self.quiet = asyncio.Lock()
        """Held while parcels are matched with what is known, so that a line learnt meanwhile is not missed."""
        self.companies: set[str] = set()
        """Names of delivery companies that stand on this shop's orders."""

    @property
    def may_list_from(self) -> datetime | None:
        """When the next list may be asked for; None when at once."""
        return None if self._listed_at is None else self._listed_at + LIST_PAUSE

    async def list_open(self) -> int:
        """Reads all lines that are not shipped yet; gives how many there are."""
        at = self._clock()
        self._listed_at = at
        try:
            lines = await self._client.list_lines(None, at - LIST_SPAN, at, OrderSearch.ORDERED)
        except (LaterError, RefusedError) as error:
            self._list_failure = as_later(error)
            raise
        self._list_failure = None
        await self.remember(lines, at, listed=True, claim_from="")
        self._on_list = frozenset(line.order_no for line in lines)
        return len(lines)

    async def follow_left(self) -> int:
        """Looks where lines went that waited for their number and left the list; gives how many there are.

        A person dispatched them, or they are cancelled. Of one that Qoo10 does not show the state is unknown.

        Raises:
            CredentialError: the shop must stop.
        """
        at = self._clock()
        left = [
            memory
            for memory in await self._store.open_lines(self._shop)
            if memory.listed and memory.order_no not in self._on_list and _is_listed_at(memory, at)
        ]
        some = left[:FEW]
        found = await self.read_singly([memory.order_no for memory in some], at)
        if found.failure is None:
            nowhere = [replace(memory, status=None) for memory in some if memory.order_no not in found.lines]
            async with self.quiet:
                await self._store.remember_lines(self._shop, nowhere, at)
        return len(left)

    async def remember(
        self, lines: Sequence[OrderLine], at: datetime, *, listed: bool, claim_from: str
    ) -> dict[str, LineMemory]:
        """Keeps what was seen, where it differs from what was known; gives the memory of each line."""
        self.companies.update(line.delivery_company for line in lines if line.delivery_company)
        async with self.quiet:
            known = {memory.order_no: memory for memory in await self._known([line.order_no for line in lines])}
            now = {
                line.order_no: remembered(
                    known.get(line.order_no), self._shop, line, at, listed=listed, claim_from=claim_from
                )
                for line in lines
            }
            changed = [memory for order_no, memory in now.items() if memory != known.get(order_no)]
            await self._store.remember_lines(self._shop, changed, at)
        return now

    async def remember_claims(self, claims: Mapping[str, Claim], at: datetime, claim_from: str) -> set[str]:
        """Keeps claims by their lines, where they differ from what was known; gives the lines that changed."""
        async with self.quiet:
            known = {memory.order_no: memory for memory in await self._known(sorted(claims))}
            changed = []
            for order_no, claim in claims.items():
                before = known.get(order_no, LineMemory(self._shop, order_no, pack_no=claim.pack_no))
                now = claim_remembered(before, claim, claim_from, at)
                if now != before:
                    changed.append(now)
            await self._store.remember_lines(self._shop, changed, at)
        return {memory.order_no for memory in changed}

    async def look_up(self, numbers: Collection[str]) -> Found:
        """Looks for numbers that nothing is known of: as order lines while they are few, then in a fresh list.

        Raises:
            CredentialError: the shop must stop.
        """
        at = self._clock()
        found = Found()
        if len(numbers) <= FEW:
            found = await self.read_singly(numbers, at)
        missing = set(numbers) - set(found.lines)
        if missing and (self.may_list_from is None or at >= self.may_list_from):
            try:
                await self.list_open()
            except (LaterError, RefusedError) as error:
                log.warning("orders_not_listed", shop=self._shop, error=str(error))
                found.failure = as_later(error)
                return found
            found.reached = True
            known = await self._known(list(missing))
            missing -= {memory.order_no for memory in known} | {memory.pack_no for memory in known}
            if missing and len(numbers) > FEW:
                singly = await self.read_singly(sorted(missing)[:FEW], at)
                found = replace(singly, reached=True)
        elif missing and self._list_failure is not None:
            found.failure = self._list_failure  # it is too early for another list, and the last one told nothing
        return found

    async def read_singly(self, numbers: Collection[str], at: datetime) -> Found:
        """Reads lines with their claims one by one, and remembers them."""
        asked = [number for number in numbers if is_order_no(number)]
        answers = await asyncio.gather(*(self._client.read_line(number) for number in asked), return_exceptions=True)
        found = Found()
        for number, answer in zip(asked, answers, strict=True):
            if isinstance(answer, LaterError | RefusedError):
                log.warning("order_not_read", shop=self._shop, order_no=number, error=str(answer))
                if isinstance(answer, LaterError) or answer.code is None:
                    found.failure = as_later(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found.reached = True
                if answer is not None:
                    found.lines[number] = answer
        await self.remember(list(found.lines.values()), at, listed=False, claim_from=BY_LINE)
        return found

    async def _known(self, numbers: Sequence[str]) -> list[LineMemory]:
        return await self._store.known_lines(self._shop, numbers)


def _is_listed_at(memory: LineMemory, at: datetime) -> bool:
    """Whether a list of this moment reaches back to the line's order; a day is left for clocks that differ."""
    return memory.ordered_at is not None and memory.ordered_at > at - LIST_SPAN + timedelta(days=1)
