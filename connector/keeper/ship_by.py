"""Gate one: the ship-by date of a line whose label is printed and whose number has to wait.

Until it has a ship-by date a line in 配送要請 can be cancelled by its buyer at once (A2); with one, a cancel becomes a
request that the seller answers. The date is set once for an entry, and never beside a cancel request.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from connector.domain.calendar import day_in_japan, next_business_day
from connector.domain.decision import Person
from connector.domain.entry import Entry
from connector.domain.memory import CANCEL_CLAIMS, LineMemory
from connector.domain.orders import OrderLine, ShippingStatus
from connector.domain.reasons import Reason
from connector.keeper import schedule
from connector.keeper.lines import Lines
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError, RefusedError, UnclearError
from connector.settings import ShopSettings
from connector.settings.shop import SetShipBy
from connector.store.entries import SettledEntry
from connector.store.history import Step
from connector.store.store import Store

MOST_AT_ONCE = 5
"""Lines that are taken in one turn: numbers that may go out must not wait long behind them."""
MOST_TRIES = 5
"""How often a date is sent that Qoo10 calls too early: around midnight its clock and ours may name another day."""
TAKEN_BEFORE = -10012
NOT_OPEN = -10013
TOO_EARLY = -10018

log = structlog.get_logger()


class ShipByStep(StrEnum):
    """Rows of history that gate one writes: before a call goes out, and what came of it."""

    SENT = "ship_by_sent"
    SET = "ship_by_set"
    SET_BEFORE = "ship_by_set_before"
    REFUSED = "ship_by_refused"
    UNCLEAR = "ship_by_unclear"


ENDED = (ShipByStep.SET, ShipByStep.SET_BEFORE, ShipByStep.REFUSED)
"""After these nothing more is sent for the entry."""


class ShipByGate:
    """Sets ship-by dates for a shop, where its settings ask for it."""

    def __init__(
        self,
        shop: str,
        settings: ShopSettings,
        *,
        store: Store,
        client: QapiClient,
        lines: Lines,
        clock: Callable[[], datetime],
    ) -> None:
        self._shop = shop
        self._settings = settings
        self._store = store
        self._client = client
        self._lines = lines
        self._clock = clock

    def concerns(self, settled: SettledEntry) -> bool:
        """Whether this entry's line may be one whose ship-by date is to be set."""
        asked_for = self._settings.set_ship_by is SetShipBy.PRINTED
        return asked_for and settled.reason is Reason.BEFORE_ITS_MOMENT and settled.entry.person is not Person.LEAVE

    async def work_off(self, waiting: Sequence[SettledEntry]) -> list[SettledEntry]:
        """Sets the dates of the first few lines; gives all entries back, due again where something is left to do.

        Raises:
            CredentialError: the shop must stop; the entries stay due.
        """
        ended = await self._store.entries_with_step([each.entry.id for each in waiting], ENDED)
        order_nos = sorted({each.entry.order_no for each in waiting if each.entry.id not in ended})
        known = await self._listed(order_nos)
        outcomes, taken = [], 0
        for each in waiting:
            again_at, memory = None, known.get(each.entry.order_no)
            if each.entry.id not in ended and _is_open(memory):
                again_at = self._clock() + timedelta(seconds=taken // MOST_AT_ONCE)
                if taken < MOST_AT_ONCE:
                    again_at = await self._take(each.entry, memory)
                taken += 1
            attempts = 0 if again_at is None else each.entry.attempts + 1
            due_at = min((at for at in (each.due_at, again_at) if at is not None), default=None)
            outcomes.append(replace(each, due_at=due_at, attempts=attempts))
        return outcomes

    async def _listed(self, order_nos: Sequence[str]) -> dict[str, LineMemory]:
        """What is remembered of these lines, from a fresh list where one is missing: only lists show a ship-by date."""
        known = await self._known(order_nos)
        listed = {no for no, memory in known.items() if memory.listed}
        may_list_from = self._lines.may_list_from
        if listed.issuperset(order_nos) or (may_list_from is not None and may_list_from > self._clock()):
            return known
        try:
            await self._lines.list_open()
        except (LaterError, RefusedError) as error:
            log.warning("orders_not_listed", shop=self._shop, error=str(error))
            return known
        return await self._known(order_nos)

    async def _known(self, order_nos: Sequence[str]) -> dict[str, LineMemory]:
        return {memory.order_no: memory for memory in await self._store.known_lines(self._shop, order_nos)}

    async def _take(self, entry: Entry, memory: LineMemory | None) -> datetime | None:
        """Looks at the line and sets its date; gives when to try again, None where nothing is left to do."""
        again_at = self._clock() + schedule.retry_after(entry.attempts, 1)
        found = await self._lines.read_singly([entry.order_no], self._clock())
        if found.failure is not None:
            return again_at
        line = found.lines.get(entry.order_no)
        if line is None or not _may_be_set(line):
            return None
        if memory is None or not memory.listed:
            return again_at if entry.attempts < MOST_TRIES else None
        return await self._set(entry, again_at)

    async def _set(self, entry: Entry, again_at: datetime) -> datetime | None:
        today = day_in_japan(self._clock())
        ship_by = next_business_day(self._settings.calendar, today, self._settings.ship_by_business_days)
        await self._record(entry, ShipByStep.SENT, ship_by.isoformat())
        try:
            await self._client.set_ship_by(entry.order_no, ship_by)
        except RefusedError as error:
            return await self._refused(entry, error, again_at)
        except UnclearError as error:
            # The line is read before anything is repeated: with the date on it, nothing is.
            await self._record(entry, ShipByStep.UNCLEAR, error.detail)
            return again_at
        except LaterError as error:
            log.warning("ship_by_not_set", shop=self._shop, order_no=entry.order_no, error=str(error))
            return again_at
        await self._record(entry, ShipByStep.SET, ship_by.isoformat())
        return None

    async def _refused(self, entry: Entry, error: RefusedError, again_at: datetime) -> datetime | None:
        if error.code == TAKEN_BEFORE:
            await self._record(entry, ShipByStep.SET_BEFORE, error.detail)
            return None
        if error.code == NOT_OPEN:
            # Paid back, dispatched or cancelled since it was read: what it is now is for the other parts to know.
            await self._lines.read_singly([entry.order_no], self._clock())
        if error.code == TOO_EARLY and entry.attempts < MOST_TRIES:
            log.warning("ship_by_not_set", shop=self._shop, order_no=entry.order_no, error=str(error))
            return again_at
        await self._record(entry, ShipByStep.REFUSED, f"{error.code or ''} {error.detail}".strip())
        return None

    async def _record(self, entry: Entry, what: ShipByStep, detail: str) -> None:
        log.info(what.value, shop=self._shop, order_no=entry.order_no, detail=detail)
        step = Step(
            at=self._clock(),
            shop=self._shop,
            what=what,
            reason=Reason.BEFORE_ITS_MOMENT,
            who="keeper",
            order_no=entry.order_no,
            parcel_id=entry.parcel_id,
            entry_id=entry.id,
            detail=detail,
        )
        await self._store.add_step(step)


def _is_open(memory: LineMemory | None) -> bool:
    """Whether what is remembered leaves room for a date: the line's claim may show later than the list of claims."""
    if memory is None:
        return True
    cancel_stands = memory.cancel_status is not None and memory.ended_at is None
    return memory.status in (ShippingStatus.REQUESTED, None) and memory.ship_by_at is None and not cancel_stands


def _may_be_set(line: OrderLine) -> bool:
    cancel = line.claim is not None and line.claim.status in CANCEL_CLAIMS
    return line.status is ShippingStatus.REQUESTED and line.ship_by_at is None and not cancel
