"""The heartbeat: an outside monitor hears every minute that all is well, or why it is not; its silence is the alarm."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import aiohttp
import structlog
from pydantic import SecretStr
from yarl import URL

EVERY_S = 60.0
TIMEOUT_S = 10.0
LONGEST_REASON = 1000

log = structlog.get_logger()


class Heartbeat:
    """Calls a healthchecks-style address. It is a secret: whoever has it can say that all is well."""

    def __init__(
        self, url: SecretStr, session: aiohttp.ClientSession, reasons: Callable[[], Awaitable[Sequence[str]]]
    ) -> None:
        self._url = url
        self._session = session
        self._reasons = reasons
        self._was_heard = True

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(EVERY_S)

    async def beat(self) -> None:
        """``GET`` the address while all is well, else ``POST`` the reasons to it with ``/fail`` behind its path."""
        heard = False
        try:
            reasons = await self._reasons()
            url = URL(self._url.get_secret_value())
            method = "POST" if reasons else "GET"
            body = "; ".join(reasons)[:LONGEST_REASON].encode() if reasons else None
            to = url.with_path(f"{url.path.rstrip('/')}/fail", keep_query=True) if reasons else url
            timeout = aiohttp.ClientTimeout(TIMEOUT_S)
            async with self._session.request(method, to, data=body, timeout=timeout, allow_redirects=False) as response:
                heard = response.status < HTTPStatus.MULTIPLE_CHOICES
                problem = f"status {response.status}"
        except Exception as error:  # noqa: BLE001 - nothing ends the heartbeat; the error's text may hold the address
            problem = type(error).__name__
        if heard is not self._was_heard:
            say = log.info if heard else log.warning
            say("heartbeat_heard" if heard else "heartbeat_not_heard", problem=None if heard else problem)
        self._was_heard = heard
