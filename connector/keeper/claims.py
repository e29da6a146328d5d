"""The claims watch: sees cancel requests while nothing else looks at their lines."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import structlog

from connector.domain.conflict import Clock, Fact, What
from connector.domain.memory import CANCEL_UNDER_WAY
from connector.domain.orders import Claim, ClaimStatus
from connector.keeper.keeper import Keeper
from connector.keeper.lines import Lines
from connector.keeper.observe import BY_LIST
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import QapiError
from connector.qoo10.protocol import ClaimSearch
from connector.store.errors import StoreUnavailable
from connector.store.store import Store

FARTHEST = timedelta(days=88)
"""How far back claims are looked for: about as far as one call may reach."""
OVERLAP = timedelta(hours=1)
"""How far each look reaches back into the one before, for claims that Qoo10 shows late and clocks that differ."""
SHARE_OF_CALLS = 0.1
"""How much of the shop's call limit the watch may use; with a short limit it looks less often."""
MOST_VANISHED = 5
"""How many lines whose request is gone are read in one look, where no entry of theirs is read anyway."""
WATCHED = (
    ClaimStatus.CANCEL_REQUESTED,
    ClaimStatus.CANCELLING,
    ClaimStatus.CANCELLED,
    ClaimStatus.RETURN_REQUESTED,
)

log = structlog.get_logger()


class ClaimsWatch:
    """Looks at a shop's claims again and again; whatever changed is remembered, and the line's entries are woken."""

    def __init__(
        self,
        shop: str,
        keeper: Keeper,
        *,
        store: Store,
        client: QapiClient,
        lines: Lines,
        clock: Callable[[], datetime],
        every_s: float,
        calls_per_second: float,
    ) -> None:
        self._shop = shop
        self._keeper = keeper
        self._store = store
        self._client = client
        self._lines = lines
        self._clock = clock
        self._every_s = max(every_s, len(WATCHED) / (SHARE_OF_CALLS * calls_per_second))

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            try:
                if not self._keeper.stopped_for:
                    await self.look()
            except (QapiError, StoreUnavailable) as error:
                log.warning("claims_not_read", shop=self._shop, error=str(error))
            except Exception:
                # A defect must not blind the shop: it is logged whole, and the next look tries again.
                log.exception("claims_watch_failed", shop=self._shop)
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Reads the claims since the last look, and since the oldest request that is still open.

        Raises:
            QapiError: they could not be read; nothing was concluded.
            StoreUnavailable: they could not be kept.
        """
        at = self._clock()
        row = await self._store.shop(self._shop)
        open_requests = await self._store.open_requests(self._shop)
        since = [row.claims_read_until - OVERLAP] if row is not None and row.claims_read_until is not None else []
        since += [memory.requested_at for memory in open_requests if memory.requested_at is not None and since]
        # A clock that was put back lets the last look lie ahead: it was just now then, on a clock that was wrong.
        start = max(min([*since, at - OVERLAP] if since else [at - FARTHEST]), at - FARTHEST)
        claims: list[Claim] = []
        for status in WATCHED:  # one after the other: the keeper's calls must not queue behind four of these
            claims += await self._client.list_claims(status, start, at, ClaimSearch.REQUESTED)
        cancels = _weightiest(claim for claim in claims if claim.status is not ClaimStatus.RETURN_REQUESTED)
        changed = await self._lines.remember_claims(cancels, at, BY_LIST)
        vanished = [memory.order_no for memory in open_requests if memory.order_no not in cancels]
        woken = await self._store.wake_lines(self._shop, sorted(changed | set(vanished)), at)
        # No entry will find out whether these requests have ended: the lines are read here.
        await self._lines.read_singly([no for no in vanished if no not in woken][:MOST_VANISHED], at)
        for claim in claims:
            if claim.status is ClaimStatus.RETURN_REQUESTED:
                await self._store.add_fact(self._shop, claim.order_no, _return(claim, at), at)
        await self._store.record_claims_read(self._shop, at)
        if changed or vanished:
            log.info("claims_changed", shop=self._shop, changed=sorted(changed), vanished=vanished)


def _weightiest(claims: Iterable[Claim]) -> dict[str, Claim]:
    """One claim for each line: a later request before an earlier one, then one being carried out before a request."""
    first = datetime.min.replace(tzinfo=UTC)
    found: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda each: (each.requested_at or first, each.status in CANCEL_UNDER_WAY)):
        found[claim.order_no] = claim
    return found


def _return(claim: Claim, at: datetime) -> Fact:
    """The expected way on after a refused cancel: the buyer asks to return what was received."""
    identity = claim.requested_at.isoformat() if claim.requested_at is not None else "unknown"
    return Fact(What.RETURN_REQUESTED, identity, claim.requested_at, at, Clock.QOO10, BY_LIST)
