"""Messages to buyers in the conflict log: what a person sends, before it goes out, and what became of it."""

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.acts import ActRefused
from connector.domain.conflict import Fact, What
from connector.domain.language import Said
from connector.domain.messages import MESSAGE_ACT, Attempt, BuyerMessage, checked_message, sending_fact
from connector.store.conflicts import ConflictRow, append_facts, conflict_by_id
from connector.store.schema import conflict, conflict_log


async def begin_messages(connection: AsyncConnection, messages: Sequence[BuyerMessage]) -> list[BuyerMessage]:
    """Keeps that these messages are about to go out.

    Raises:
        ActRefused: there is no such conflict, or the message may have gone out before and nobody has looked.
    """
    begun = []
    for message in messages:
        of = await _conflict(connection, message.conflict_id)
        checked = checked_message(message, await _attempts(connection, of))
        await append_facts(connection, of, [sending_fact(checked)], checked.at)
        begun.append(checked)
    return begun


async def settle_messages(connection: AsyncConnection, payloads: Sequence[tuple[int, Fact]]) -> list[None]:
    """Keeps what became of messages."""
    for conflict_id, fact in payloads:
        await append_facts(connection, await _conflict(connection, conflict_id), [fact], fact.learned_at)
    return [None] * len(payloads)


async def _conflict(connection: AsyncConnection, conflict_id: int) -> ConflictRow:
    found = await conflict_by_id(connection, conflict_id)
    if found is None:
        raise ActRefused(Said(f"番号 {conflict_id} の件はありません", f"there is no conflict {conflict_id}"))
    return found


async def _attempts(connection: AsyncConnection, of: ConflictRow) -> list[Attempt]:
    """Every message that was sent about the line, whichever of its conflicts it was sent from."""
    same_line = select(conflict.c.id).where(conflict.c.shop == of.shop, conflict.c.order_no == of.order_no)
    query = (
        select(conflict_log.c.conflict_id, conflict_log.c.what, conflict_log.c.fact_key, conflict_log.c.body)
        .where(conflict_log.c.conflict_id.in_(same_line), conflict_log.c.what.in_((What.PERSON, What.MESSAGE)))
        .order_by(conflict_log.c.seq)
    )
    sent: dict[tuple[int, str], dict[str, str]] = {}
    outcomes: dict[tuple[int, str], str] = {}
    for row in await connection.execute(query):
        detail = json.loads(row.body)["detail"]
        if row.what == What.MESSAGE:
            outcomes[row.conflict_id, row.fact_key] = detail["outcome"]
        elif detail.get("act") == MESSAGE_ACT:
            sent[row.conflict_id, row.fact_key] = detail
    return [Attempt(detail["template"], detail["inquiry"], outcomes.get(key, "")) for key, detail in sent.items()]
