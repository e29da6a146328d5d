"""What persons did: kept in the conflict's log, and told to the entries that it concerns."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Case, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.acts import DECISIONS, Act, ActKind, ActOutdated, ActRefused
from connector.domain.conflict import Clock, Fact, What
from connector.domain.decision import Person
from connector.domain.language import Said
from connector.store.conflicts import ConflictRow, append_facts, conflict_of
from connector.store.entries import wake_others
from connector.store.schema import conflict, conflict_log, entry
from connector.store.voids import void_number


async def act_on(connection: AsyncConnection, acts: Sequence[Act]) -> list[str]:
    """Keeps acts; gives the shop of each.

    Raises:
        ActOutdated: the conflict is no more as it was seen.
        ActRefused: there is no such conflict, or the act does not fit its state.
    """
    shops = []
    for act in acts:
        row = (await connection.execute(select(conflict).where(conflict.c.id == act.conflict_id))).one_or_none()
        if row is None:
            raise ActRefused(
                Said(f"番号 {act.conflict_id} の件はありません", f"there is no conflict {act.conflict_id}")
            )
        of = conflict_of(row)
        if act.seen is not None and act.seen != await _version_of(connection, of.id):
            raise ActOutdated
        await _do(connection, of, act)
        shops.append(of.shop)
    return shops


async def _version_of(connection: AsyncConnection, conflict_id: int) -> int:
    """The newest row of the conflict's log, as ``CaseInFull.version`` has it."""
    query = select(func.max(conflict_log.c.seq)).where(conflict_log.c.conflict_id == conflict_id)
    return (await connection.execute(query)).scalar() or 0


async def _do(connection: AsyncConnection, of: ConflictRow, act: Act) -> None:
    closed = of.closed_at is not None
    if act.kind is ActKind.REOPEN and not closed:
        raise ActRefused(Said("この記録はすでに開いています", "this conflict is open already"))
    if closed and act.kind not in (ActKind.REOPEN, ActKind.NOTE):
        raise ActRefused(
            Said("この記録は閉じています。先に開き直してください", "this conflict is closed; reopen it first")
        )
    facts = [_person(act)]
    if act.kind is ActKind.REOPEN:
        await _reopen(connection, of)
        facts.append(Fact(What.REOPENED, act.at.isoformat(), act.at, act.at, Clock.OURS, f"person {act.who}"))
    if act.kind in (ActKind.CLOSE, ActKind.LEAVE_CANCELLED):
        outcome = "left_cancelled" if act.kind is ActKind.LEAVE_CANCELLED else "closed_by_person"
        await connection.execute(
            update(conflict).where(conflict.c.id == of.id).values(closed_at=act.at, outcome=outcome)
        )
        detail = {"outcome": outcome}
        facts.append(Fact(What.CLOSED, act.at.isoformat(), act.at, act.at, Clock.OURS, f"person {act.who}", detail))
        await wake_others(connection, of.shop, of.order_no, of.tracking_no, act.at)  # their parcels meet it still
    if act.kind is ActKind.VOID_LABEL:
        await void_number(connection, of.shop, of.tracking_no, await _heard_at(connection, of), act.who, act.at)
    await append_facts(connection, of, facts, act.at)
    if act.kind in DECISIONS:
        await connection.execute(
            update(entry)
            .where(entry.c.shop == of.shop, entry.c.order_no == of.order_no, entry.c.tracking_no == of.tracking_no)
            .values(person=_decided(act.kind), due_at=act.at)
        )


def _decided(kind: ActKind) -> Person | Case[str]:
    """What the act says of the number. Opening a conflict again takes back only what was decided in it."""
    if kind is not ActKind.REOPEN:
        return DECISIONS[kind]
    taken_back = entry.c.person.in_([Person.ENTER, Person.LEAVE])
    return case((taken_back, DECISIONS[kind].value), else_=entry.c.person)


async def _reopen(connection: AsyncConnection, of: ConflictRow) -> None:
    same = (conflict.c.shop == of.shop, conflict.c.order_no == of.order_no, conflict.c.topic == of.topic)
    standing = await connection.execute(select(conflict.c.id).where(*same, conflict.c.closed_at.is_(None)))
    if standing.first() is not None:
        raise ActRefused(
            Said("同じ注文の新しい記録がすでに開いています", "a newer conflict of this kind is open on the line")
        )
    await connection.execute(
        update(conflict).where(conflict.c.id == of.id).values(closed_at=None, outcome="", last_verdict="")
    )


async def _heard_at(connection: AsyncConnection, of: ConflictRow) -> datetime:
    """When the label of the conflict's number was heard of, as its entry says."""
    query = select(entry.c.heard_at).where(
        entry.c.shop == of.shop, entry.c.order_no == of.order_no, entry.c.tracking_no == of.tracking_no
    )
    return (await connection.execute(query)).scalar() or of.opened_at


def _person(act: Act) -> Fact:
    detail = {"act": str(act.kind), "why": act.why, "confirmed": act.confirmed}
    return Fact(
        What.PERSON, f"{act.kind} {act.at.isoformat()}", act.at, act.at, Clock.OURS, f"person {act.who}", detail
    )
