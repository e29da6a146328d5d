"""What a person does about outgoing webhooks: tries a target, has messages delivered again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import aiohttp

from connector.domain.hooks import TEST, Tried
from connector.domain.orders import JAPAN
from connector.hooks.bodies import WebhookTest, WebhookTestData
from connector.hooks.sender import TargetAddress, send
from connector.store.hook_deliveries import NewHook, Redeliver, SentTest, new_id
from connector.store.hooks import HookBook


class HookDesk:
    """Works on the configured targets."""

    def __init__(
        self,
        book: HookBook,
        targets: Mapping[str, tuple[TargetAddress, aiohttp.ClientSession]],
        clock: Callable[[], datetime],
    ) -> None:
        self._book = book
        self.targets = MappingProxyType(dict(targets))
        self._clock = clock

    def knows(self, name: str) -> bool:
        """Whether there is such a target in the settings."""
        return name in self.targets

    async def test(self, name: str) -> tuple[str, Tried]:
        """Sends a test at once and keeps it: its id, and what came of it.

        One that is taken switches the target on, and has all that waits for it sent at once.

        Raises:
            StoreUnavailable: it was sent, but is not kept.
        """
        to, session = self.targets[name]
        at = self._clock()
        body = WebhookTest(timestamp=at.astimezone(JAPAN), data=WebhookTestData(target=name)).model_dump_json()
        message_id = new_id(at)
        tried = await send(session, to, message_id, body, self._clock)
        hook = NewHook(name, f"test {message_id}", TEST, "", body, at)
        await self._book.record_test(SentTest(hook, message_id, tried))
        return message_id, tried

    async def redeliver(self, name: str, ids: Sequence[str]) -> int:
        """Has messages delivered again: these, or without any all that were given up. Gives how many.

        Raises:
            TargetIsOff, StoreUnavailable: nothing was done.
        """
        return await self._book.redeliver(Redeliver(name, tuple(ids), self._clock()))
