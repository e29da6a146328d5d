"""The way out for messages: one target behind apprise. Nothing here repeats a target's address."""

import asyncio
import logging
import threading
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import structlog

from connector.domain.alert_facts import Occasion
from connector.domain.alert_words import Text
from connector.domain.patience import SEND_WITHIN
from connector.threads import in_thread

if TYPE_CHECKING:
    import apprise

SEND_WITHIN_S = SEND_WITHIN.total_seconds()
"""How long a send may take before it is taken for failed. Its thread may go on; nothing else is sent meanwhile."""
_NEVER = logging.CRITICAL + 1

log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of an attempt to send: a word for logs, metrics and pages."""

    SENT = "sent"
    FAILED = "failed"
    """The service refused it, or could not be reached: apprise does not tell which without telling secrets."""
    TIMEOUT = "timeout"
    HANGING = "hanging"
    """The attempt before has not come back yet."""
    UNUSABLE = "unusable"
    """apprise can do nothing with the address."""


class Post:
    """One target. ``app_url`` is shown by some services as where the message comes from."""

    def __init__(self, name: str, url: str, app_url: str = "", *, send_within_s: float = SEND_WITHIN_S) -> None:
        self.name = name
        self._url = url
        self._app_url = app_url
        self._send_within_s = send_within_s
        self._in_use = threading.Lock()
        self._service: apprise.Apprise | None = None

    def __repr__(self) -> str:
        return f"Post({self.name!r})"

    async def send(self, text: Text, occasion: Occasion) -> Outcome:
        """Sends without holding up the loop. Never raises but when it is cancelled."""
        try:
            async with asyncio.timeout(self._send_within_s):
                return await in_thread(partial(self.send_now, text, occasion))
        except TimeoutError:
            return Outcome.TIMEOUT

    def send_now(self, text: Text, occasion: Occasion) -> Outcome:
        """Sends, and waits for it; from any thread. Never raises."""
        if not self._in_use.acquire(blocking=False):
            return Outcome.HANGING
        try:
            service = self._service = self._service or _service(self._url, self._app_url)
            if service is None:
                return Outcome.UNUSABLE
            sent = service.notify(
                title=text.title, body=text.body, notify_type=_types()[occasion], body_format=_plain_text()
            )
        except Exception as error:  # noqa: BLE001 - any of a hundred services; its text may hold the address
            log.error("alert_service_failed", target=self.name, error=type(error).__name__)
            return Outcome.FAILED
        else:
            return Outcome.SENT if sent else Outcome.FAILED
        finally:
            self._in_use.release()

    def is_usable(self) -> bool:
        """Whether apprise knows what to do with the address; nothing is sent."""
        return _service(self._url, self._app_url) is not None


def _service(url: str, app_url: str) -> "apprise.Apprise | None":
    """The address as apprise sees it. It is asked for nothing but what it was told to do.

    No redirect is followed, no picture is named, nothing is kept on disk, and nothing is logged, since it logs
    addresses. A send runs in the thread that asks for it, so that a service that hangs uses up no pool.
    """
    import apprise  # noqa: PLC0415 - loads a hundred services: only for whoever has a target

    from connector.alerts.chatwork import add_chatwork, is_whole  # noqa: PLC0415 - as above

    add_chatwork()
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(_NEVER)
    asset = apprise.AppriseAsset(
        app_id="qoo10-connector",
        app_desc="qoo10-connector",
        app_url=app_url,
        async_mode=False,
        service_timeout=0,
        http_redirects=False,
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
    )
    service = apprise.Apprise(asset=asset)
    return service if is_whole(url) and service.add(url) and len(service) == 1 else None


def _types() -> "dict[Occasion, apprise.NotifyType]":
    import apprise  # noqa: PLC0415 - as above

    kind = apprise.NotifyType
    return {
        Occasion.NEW: kind.WARNING,
        Occasion.FOLLOW_UP: kind.WARNING,
        Occasion.RESOLVED: kind.SUCCESS,
        Occasion.TEST: kind.INFO,
    }


def _plain_text() -> str:
    import apprise  # noqa: PLC0415 - as above

    return str(apprise.NotifyFormat.TEXT.value)
