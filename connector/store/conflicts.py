"""Conflicts and their log. A conflict is what stands open on a line; the log is what was known when, and only grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carriers.model import EventKind
from connector.domain.chain import GENESIS, LogRow, canonical, row_hash
from connector.domain.conflict import Clock, Fact, News, What
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry
from connector.store.conflict_log import log_end
from connector.store.dialect import insert
from connector.store.schema import conflict, conflict_log, label_event

_LABEL_FACTS = {
    EventKind.PRINTED: What.LABEL_PRINTED,
    EventKind.PACKED: What.LABEL_PACKED,
    EventKind.HANDED_OVER: What.LABEL_HANDED_OVER,
    EventKind.SCANNED: What.LABEL_SCANNED,
    EventKind.VOIDED: What.LABEL_VOIDED,
}


CLOSED_BY_PERSON = ("closed_by_person", "left_cancelled")
"""The outcomes that a person gives."""


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A conflict as kept; ``closed_at`` is None while it is open, ``outcome`` says how it ended."""

    id: int
    shop: str
    order_no: str
    topic: str
    kind: ConflictKind
    tracking_no: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    last_verdict: str


def conflict_of(row: Row[Any]) -> ConflictRow:
    """A row as a word."""
    return ConflictRow(
        id=row.id,
        shop=row.shop,
        order_no=row.order_no,
        topic=row.topic,
        kind=ConflictKind(row.kind),
        tracking_no=row.tracking_no,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
        last_verdict=row.last_verdict,
    )


async def log_news(
    connection: AsyncConnection, shop: str, order_no: str, tracking_no: str, news: News, at: datetime
) -> str:
    """Adds news to the line's conflict of that topic: opens it, follows its kind, adds facts and verdict, closes it.

    Gives the kind of change as a word of the history: ``conflict_opened``, ``conflict_changed``, ``conflict_closed``,
    or "".
    """
    standing = await _open_one(connection, shop, order_no, news.topic)
    if standing is None and (news.kind is None or await _is_dealt_with(connection, shop, order_no, tracking_no, news)):
        return ""
    change = ""
    facts: list[Fact] = []
    if standing is None and news.kind is not None:
        values = {"shop": shop, "order_no": order_no, "topic": news.topic, "kind": news.kind}
        await connection.execute(insert(conflict).values(**values, tracking_no=tracking_no, opened_at=at))
        standing = await _open_one(connection, shop, order_no, news.topic)
        detail = {"kind": news.kind, "topic": news.topic, "tracking_no": tracking_no}
        facts.append(_own(What.OPENED, f"{news.kind}", at, detail))
        change = "conflict_opened"
    if standing is None:
        raise LookupError("a conflict that was just opened is not there")
    changes: dict[str, Any] = {}
    if news.kind is not None and news.kind is not standing.kind:
        changes["kind"] = news.kind
        facts.append(_own(What.KIND_CHANGED, f"{at.isoformat()}", at, {"kind": news.kind, "before": standing.kind}))
        change = "conflict_changed"
    facts += await _label_facts(connection, shop, standing.tracking_no)
    facts += news.facts
    if news.verdict is not None and news.verdict.key != standing.last_verdict:
        changes["last_verdict"] = news.verdict.key
        facts.append(replace(news.verdict, key=f"{news.verdict.key} {at.isoformat()}"))
    if news.kind is None and news.ended:
        changes |= {"closed_at": at, "outcome": news.ended}
        facts.append(_own(What.CLOSED, at.isoformat(), at, {"outcome": news.ended}))
        change = "conflict_closed"
    if changes:
        await connection.execute(update(conflict).where(conflict.c.id == standing.id).values(**changes))
    await append_facts(connection, standing, facts, at)
    return change


async def pass_on(
    connection: AsyncConnection, shop: str, order_no: str, topic: str, tracking_no: str, other: str
) -> None:
    """Lets the open conflict of a number be that of another one: what a person does about it is done to that parcel."""
    await connection.execute(
        update(conflict)
        .where(
            conflict.c.shop == shop,
            conflict.c.order_no == order_no,
            conflict.c.topic == topic,
            conflict.c.tracking_no == tracking_no,
            conflict.c.closed_at.is_(None),
        )
        .values(tracking_no=other)
    )


async def _is_dealt_with(connection: AsyncConnection, shop: str, order_no: str, tracking_no: str, news: News) -> bool:
    """Whether a person has closed just this: what a look sees again is no news, a new fact or verdict is."""
    query = (
        select(conflict)
        .where(conflict.c.shop == shop, conflict.c.order_no == order_no, conflict.c.topic == news.topic)
        .order_by(conflict.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None or row.outcome not in CLOSED_BY_PERSON:
        return False
    verdict = row.last_verdict if news.verdict is None else news.verdict.key
    if (row.kind, row.tracking_no, row.last_verdict) != (news.kind, tracking_no, verdict):
        return False
    return {(fact.what, fact.key) for fact in news.facts} <= await _known_facts(connection, row.id)


async def _known_facts(connection: AsyncConnection, conflict_id: int) -> set[tuple[What, str]]:
    query = select(conflict_log.c.what, conflict_log.c.fact_key).where(conflict_log.c.conflict_id == conflict_id)
    return {(What(row.what), row.fact_key) for row in await connection.execute(query)}


async def append_facts(connection: AsyncConnection, of: ConflictRow, facts: Sequence[Fact], at: datetime) -> None:
    """Adds the facts that the conflict's log does not have yet, each chained to the row before it."""
    known = await _known_facts(connection, of.id)
    new = list({(fact.what, fact.key): fact for fact in facts if (fact.what, fact.key) not in known}.values())
    if not new:
        return
    seq, before = await log_end(connection) or (0, GENESIS)
    rows = []
    for fact in new:
        seq += 1
        body = canonical(_body(fact))
        row = LogRow(seq, of.id, of.shop, of.order_no, at, fact.what, fact.key, body, before)
        before = row_hash(row)
        rows.append(
            {
                "seq": row.seq,
                "conflict_id": row.conflict_id,
                "shop": row.shop,
                "order_no": row.order_no,
                "at": row.at,
                "what": row.what,
                "fact_key": row.fact_key,
                "body": row.body,
                "prev_hash": row.prev_hash,
                "hash": before,
            }
        )
    await connection.execute(insert(conflict_log), rows)


async def add_facts(connection: AsyncConnection, payloads: Sequence[tuple[str, str, Fact, datetime]]) -> list[None]:
    """Adds a fact to the newest conflict of its line, open or closed; without one it is no concern of the log."""
    for shop, order_no, fact, at in payloads:
        query = select(conflict).where(conflict.c.shop == shop, conflict.c.order_no == order_no)
        row = (await connection.execute(query.order_by(conflict.c.id.desc()).limit(1))).one_or_none()
        if row is not None:
            await append_facts(connection, conflict_of(row), [fact], at)
    return [None] * len(payloads)


def _body(fact: Fact) -> Mapping[str, object]:
    return {
        "happened_at": fact.happened_at,
        "learned_at": fact.learned_at,
        "clock": fact.clock,
        "origin": fact.origin,
        "detail": dict(fact.detail),
    }


def _own(what: What, key: str, at: datetime, detail: Mapping[str, str]) -> Fact:
    return Fact(what, key, at, at, Clock.OURS, "decision table", detail)


async def _open_one(connection: AsyncConnection, shop: str, order_no: str, topic: str) -> ConflictRow | None:
    query = select(conflict).where(
        conflict.c.shop == shop,
        conflict.c.order_no == order_no,
        conflict.c.topic == topic,
        conflict.c.closed_at.is_(None),
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else conflict_of(row)


async def _label_facts(connection: AsyncConnection, shop: str, tracking_no: str) -> list[Fact]:
    """Everything that the sources said about the number, as it came in."""
    query = (
        select(label_event)
        .where(label_event.c.shop == shop, label_event.c.tracking_number == tracking_no)
        .order_by(label_event.c.id)
    )
    return [
        Fact(
            _LABEL_FACTS[EventKind(row.kind)],
            f"{row.source} {row.key}",
            row.occurred_at,
            row.received_at,
            Clock.SOURCE,
            f"delivery {row.delivery_id}",
            {"source": row.source, "tracking_no": row.tracking_number, "order_ref": row.order_ref},
        )
        for row in await connection.execute(query)
    ]


async def log_labels(connection: AsyncConnection, shop: str, of: Sequence[Entry], at: datetime) -> None:
    """Adds what was heard of these entries' numbers to their conflicts, open or closed.

    A number that stands is looked at no more, and yet its parcel is handed over and scanned: that proves most.
    """
    numbers = {(each.order_no, each.tracking_no) for each in of}
    order_nos = sorted({each.order_no for each in of})
    query = select(conflict).where(conflict.c.shop == shop, conflict.c.order_no.in_(order_nos))
    for standing in [conflict_of(row) for row in await connection.execute(query)]:
        if (standing.order_no, standing.tracking_no) in numbers:
            facts = await _label_facts(connection, shop, standing.tracking_no)
            await append_facts(connection, standing, facts, at)


async def lines_in_conflict(connection: AsyncConnection, shop: str, order_nos: Sequence[str]) -> set[str]:
    """Which of these lines have an open conflict."""
    query = select(conflict.c.order_no).where(
        conflict.c.shop == shop, conflict.c.order_no.in_(order_nos), conflict.c.closed_at.is_(None)
    )
    return set((await connection.execute(query)).scalars())


async def conflict_by_id(connection: AsyncConnection, conflict_id: int) -> ConflictRow | None:
    """A conflict, or None."""
    row = (await connection.execute(select(conflict).where(conflict.c.id == conflict_id))).one_or_none()
    return None if row is None else conflict_of(row)


async def conflict_rows(connection: AsyncConnection, limit: int) -> list[ConflictRow]:
    """The newest conflicts, open and closed, newest first."""
    query = select(conflict).order_by(conflict.c.id.desc()).limit(limit)
    return [conflict_of(row) for row in await connection.execute(query)]
