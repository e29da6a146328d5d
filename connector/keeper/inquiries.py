"""The inquiries watch: sees what buyers write about order lines in work. A weak sign, which decides nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from connector.domain.inquiries import OPEN_INQUIRIES, Inquiry
from connector.keeper.keeper import Keeper
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import QapiError
from connector.store.errors import StoreUnavailable
from connector.store.inquiries import InquiryLook
from connector.store.store import Store

LOOK_BACK = timedelta(days=14)
"""Inquiries that were asked longer ago are about orders that have long left the house."""
SHARE_OF_CALLS = 0.02
"""How much of the shop's call limit the watch may use; with a short limit it looks less often."""

log = structlog.get_logger()


class Inquiries:
    """Reads a shop's open inquiries and keeps those about order lines in work."""

    def __init__(self, shop: str, store: Store, client: QapiClient, clock: Callable[[], datetime]) -> None:
        self._shop = shop
        self._store = store
        self._client = client
        self._clock = clock

    async def look(self) -> list[Inquiry]:
        """All open inquiries of the shop, about whatever; those about lines with an entry are kept.

        Raises:
            QapiError: they could not be read; nothing was concluded.
            StoreUnavailable: they could not be kept.
        """
        at = self._clock()
        listed: dict[str, Inquiry] = {}
        for status in OPEN_INQUIRIES:  # one after the other: the keeper's calls must not queue behind both
            for inquiry in await self._client.list_inquiries(at - LOOK_BACK, at, status):
                # A row without a status that we know has the one that was asked for.
                listed[inquiry.key] = replace(inquiry, status=inquiry.status or status)
        still_open = [inquiry for inquiry in listed.values() if inquiry.status in OPEN_INQUIRIES]
        for new in await self._store.record_inquiries(InquiryLook(self._shop, still_open, at)):
            log.info(
                "inquiry_about_a_line_in_work",
                shop=self._shop,
                order_no=new.inquiry.order_no,
                inquiry=new.inquiry.key,
                speaks_of_cancelling=new.inquiry.speaks_of_cancelling,
            )
        return still_open


class InquiriesWatch:
    """Looks at a shop's inquiries again and again."""

    def __init__(
        self, shop: str, keeper: Keeper, inquiries: Inquiries, *, every_s: float, calls_per_second: float
    ) -> None:
        self._shop = shop
        self._keeper = keeper
        self._inquiries = inquiries
        self._every_s = max(every_s, len(OPEN_INQUIRIES) / (SHARE_OF_CALLS * calls_per_second))

    async def run(self) -> None:
        """Works until it is cancelled. A stopped shop is left alone."""
        while True:
            try:
                if not self._keeper.stopped_for:
                    await self._inquiries.look()
            except (QapiError, StoreUnavailable) as error:
                log.warning("inquiries_not_read", shop=self._shop, error=str(error))
            except Exception:
                # A defect must not blind the shop: it is logged whole, and the next look tries again.
                log.exception("inquiries_watch_failed", shop=self._shop)
            await asyncio.sleep(self._every_s)
