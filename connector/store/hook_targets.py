"""The targets of outgoing webhooks as kept: since when each is told, how far, and how it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.hooks import HookState, Trouble
from connector.store.dialect import insert
from connector.store.hook_news import log_ends
from connector.store.hook_schema import HOOK_DUE, HOOK_GIVEN_UP, hook_delivery, hook_target


@dataclass(frozen=True, slots=True)
class HookTarget:
    """Where a target stands. ``off_at`` is when it answered that it wants no more; None while it is on.

    ``failures`` counts tries in a row that came to nothing; ``due`` messages that wait, ``oldest_due_at`` since when;
    ``given_up`` messages that can be delivered again. ``trouble`` and ``status`` are what came of the last try.
    """

    name: str
    history_id: int
    log_seq: int
    since: datetime
    off_at: datetime | None = None
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0
    due: int = 0
    oldest_due_at: datetime | None = None
    given_up: int = 0
    trouble: Trouble = Trouble.NONE
    status: int | None = None


@dataclass(frozen=True, slots=True)
class WantedTarget:
    """A target of the settings. ``address_hash`` tells another address of the same name."""

    name: str
    address_hash: str


async def begin_hooks(
    connection: AsyncConnection, payloads: Sequence[tuple[Sequence[WantedTarget], datetime]]
) -> list[None]:
    """Brings the kept targets to those of the settings."""
    for wanted, at in payloads:
        names = [each.name for each in wanted]
        await connection.execute(delete(hook_target).where(hook_target.c.name.not_in(names)))
        await connection.execute(
            update(hook_delivery)
            .where(text(HOOK_DUE), hook_delivery.c.target.not_in(names))
            .values(state=HookState.FAILED, trouble=Trouble.TARGET_OFF, due_at=None)
        )
        upto = await log_ends(connection)
        for each in wanted:
            begins = insert(hook_target).values(
                name=each.name, address_hash=each.address_hash, history_id=upto[0], log_seq=upto[1], since=at
            )
            untried = {"off_at": None, "failures": 0, "trouble": Trouble.NONE, "status": None}
            elsewhere = {"address_hash": each.address_hash, **untried}
            await connection.execute(
                begins.on_conflict_do_update(
                    index_elements=["name"], set_=elsewhere, where=hook_target.c.address_hash != each.address_hash
                )
            )
    return [None] * len(payloads)


async def hook_targets(connection: AsyncConnection) -> list[HookTarget]:
    """Where every target stands, by name."""
    waits = (
        select(hook_delivery.c.target, func.count().label("due"), func.min(hook_delivery.c.made_at).label("oldest"))
        .where(text(HOOK_DUE))
        .group_by(hook_delivery.c.target)
    )
    waiting = {row.target: (row.due, row.oldest) for row in await connection.execute(waits)}
    ended = (
        select(hook_delivery.c.target, func.count().label("given_up"))
        .where(text(HOOK_GIVEN_UP))
        .group_by(hook_delivery.c.target)
    )
    given_up = {row.target: row.given_up for row in await connection.execute(ended)}
    rows = await connection.execute(select(hook_target).order_by(hook_target.c.name))
    return [
        HookTarget(
            row.name,
            row.history_id,
            row.log_seq,
            row.since,
            row.off_at,
            row.succeeded_at,
            row.failed_at,
            row.failures,
            *waiting.get(row.name, (0, None)),
            given_up.get(row.name, 0),
            Trouble(row.trouble),
            row.status,
        )
        for row in rows
    ]
