"""How outgoing webhooks are put together: the targets of the settings, who makes messages and who delivers them."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from connector.assembly.tasks import Tasks
from connector.clock import utc_now
from connector.domain.alarm_facts import Alarm
from connector.hooks.desk import HookDesk
from connector.hooks.maker import HookMaker
from connector.hooks.making import Subscription
from connector.hooks.posting import new_session
from connector.hooks.sender import HookSender, TargetAddress
from connector.metrics import Metrics
from connector.settings import Settings
from connector.settings.webhooks import WebhookSettings
from connector.store.errors import StoreUnavailable
from connector.store.hook_targets import WantedTarget
from connector.store.store import Store


async def hook_desk(settings: Settings, store: Store, stack: AsyncExitStack) -> HookDesk:
    """The desk with a session for each target, which end with the stack."""
    targets = {
        name: (address_of(name, each), await stack.enter_async_context(new_session(allow_private=each.may_be_private)))
        for name, each in settings.webhooks.items()
    }
    return HookDesk(store.hooks, targets, utc_now)


async def start_hooks(
    settings: Settings,
    store: Store,
    desk: HookDesk,
    metrics: Metrics,
    tasks: Tasks,
    alarms: Callable[[], Sequence[Alarm]],
) -> None:
    """Starts all that works for outgoing webhooks; ``alarms`` gives those that stand."""
    wanted = [WantedTarget(name, _hash_of(each)) for name, each in settings.webhooks.items()]
    with contextlib.suppress(StoreUnavailable):  # then the first look begins
        await store.hooks.begin(wanted, utc_now())
    if not wanted:
        return
    subscriptions = [
        Subscription(name, frozenset(each.events), frozenset(each.shops)) for name, each in settings.webhooks.items()
    ]
    tasks.start("webhooks", HookMaker(wanted, subscriptions, store, utc_now, alarms, settings.alerts.console_url).run())
    for name, (to, session) in desk.targets.items():
        tasks.start(f"webhook {name}", HookSender(to, store.hooks, session, utc_now, metrics).run())


def address_of(name: str, settings: WebhookSettings) -> TargetAddress:
    """Where the messages of a target go, with what they are signed with."""
    secrets = tuple(secret.get_secret_value() for secret in settings.secrets)
    return TargetAddress(name, settings.url.get_secret_value(), secrets)


def _hash_of(settings: WebhookSettings) -> str:
    """What is kept of an address, to know whether it is still the same."""
    return hashlib.sha256(settings.url.get_secret_value().encode()).hexdigest()[:16]
