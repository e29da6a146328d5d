"""How alerts are put together: who looks, who decides, who sends, and who watches them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp

from connector.alerts.desk import AlertDesk
from connector.alerts.guard import Guard, Standstill
from connector.alerts.heartbeat import Heartbeat
from connector.alerts.post import Post
from connector.alerts.sender import LOOK_EVERY_S, Sender
from connector.alerts.watch import AlertsWatch
from connector.assembly.tasks import Tasks
from connector.clock import utc_now
from connector.domain.alarm_facts import AlarmKind
from connector.domain.hooks import about_target
from connector.domain.silence import FailingTarget
from connector.health import Health
from connector.measure.rules import alert_policy
from connector.measure.signs import LivingKeeper, SignsOfLife, TroubledSource
from connector.measure.watch import AlarmsWatch
from connector.metrics import Metrics
from connector.settings import AlertSettings, Settings
from connector.store.alerts import FAILS_FROM
from connector.store.errors import StoreUnavailable
from connector.store.hook_targets import HookTarget
from connector.store.store import Store

NOT_WELL = frozenset({AlarmKind.SHOP_STOPPED, AlarmKind.KEEPER_STUCK, AlarmKind.TASK_ENDED})
"""What the outside monitor is told of: this program does not do its work. That Qoo10 is away is not its fault."""

_STANDS = {
    Standstill.SENDERS: "messages are not sent",
    Standstill.ALERTS: "alarms are not looked for",
    Standstill.LOOP: "the program stood still just now",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What alerts are drawn from."""

    settings: Settings
    store: Store
    metrics: Metrics
    health: Health
    keepers: Mapping[str, LivingKeeper]
    attended: Mapping[str, TroubledSource]


@dataclass(frozen=True, slots=True)
class RunningAlerts:
    """What others ask of alerts: the desk, and the alarms of the last look.

    ``close`` ends the looking, before anything else is ended: a stop looks like the death of every part.
    """

    desk: AlertDesk
    alarms: AlarmsWatch
    close: Callable[[], None]


def build_posts(settings: AlertSettings) -> list[Post]:
    """The targets."""
    return [
        Post(name, target.url.get_secret_value(), settings.console_url) for name, target in settings.targets.items()
    ]


@contextmanager
def running_alerts(of: Watched, session: aiohttp.ClientSession, tasks: Tasks) -> Iterator[RunningAlerts]:
    """Starts all that alerts need; nobody looks any more when the block ends, the tasks end with the program."""
    given, store = of.settings.alerts, of.store
    posts, every_s = build_posts(given), of.settings.alarms.every_s
    guard = Guard(posts, given.voice, looks_every_s=every_s, sends_every_s=LOOK_EVERY_S)
    senders = [Sender(post, store.alerts, utc_now, of.metrics, partial(guard.worked, post.name)) for post in posts]

    async def failing() -> tuple[FailingTarget, ...]:
        """Only of those that the settings still name: for others there is nobody who sends."""
        to_people = [each for each in await store.alerts.failing() if each.name in given.targets]
        hooks = [each for each in await store.hooks.targets() if each.name in of.settings.webhooks]
        return (*to_people, *filter(None, map(_failing_hook, hooks)))

    signs = SignsOfLife(
        of.settings,
        store,
        of.metrics,
        of.health,
        keepers=of.keepers,
        attended=of.attended,
        failed_tasks=tasks.failed,
        failing_targets=failing,
    )
    alarms = AlarmsWatch(store, of.settings, utc_now, of.metrics, signs.gather)
    watch = AlertsWatch(
        alarms.look,
        store.alerts,
        policy=alert_policy(of.settings),
        voice=given.voice,
        every_s=every_s,
        clock=utc_now,
        metrics=of.metrics,
        afterwards=[guard.looked, *(sender.wake for sender in senders)],
    )

    async def reasons() -> list[str]:
        """Why the outside monitor should hear that all is not well."""
        found = [alarm.happened.en for alarm in watch.alarms if alarm.kind in NOT_WELL]
        if (stands := guard.standstill()) is not Standstill.NOTHING:
            found.append(_STANDS[stands])
        try:
            await store.prove_writable(utc_now())
        except StoreUnavailable:
            found.append("the store cannot be written")
        return found

    for post, sender in zip(posts, senders, strict=True):
        tasks.start(f"alerts to {post.name}", sender.run())
    looking = tasks.start("alerts", watch.run())
    tasks.start("heart", guard.keep_beating())
    if given.heartbeat_url.get_secret_value():
        tasks.start("heartbeat", Heartbeat(given.heartbeat_url, session, reasons).run())
    if posts:
        guard.start()

    def close() -> None:
        looking.cancel()
        guard.end()

    try:
        yield RunningAlerts(AlertDesk(posts, given.voice), alarms, close)
    finally:
        close()


def _failing_hook(target: HookTarget) -> FailingTarget | None:
    """A webhook at which messages wait although they were tried, or that wants no more."""
    since = target.off_at or (target.oldest_due_at if target.failures >= FAILS_FROM else None)
    return None if since is None else FailingTarget(about_target(target.name), since, target.failures)
