"""Buyers' inquiries about order lines in work: kept without their words, and told to the conflicts of their lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.conflict import inquiry_fact
from connector.domain.inquiries import Inquiry, InquiryStatus, KeptInquiry
from connector.store.conflicts import ConflictRow, append_facts, conflict_of
from connector.store.dialect import insert
from connector.store.schema import conflict, entry, inquiry

CHUNK = 500
OPEN = "status <> ''"
"""Spelt out wherever it is asked for: only then is its index used."""
_KEY = (inquiry.c.inq_type, inquiry.c.question_no, inquiry.c.seq_no)


@dataclass(frozen=True, slots=True)
class InquiryLook:
    """All inquiries of a shop that Qoo10 listed as open at this moment, about whatever."""

    shop: str
    listed: Sequence[Inquiry]
    at: datetime


async def record_inquiries(connection: AsyncConnection, looks: Sequence[InquiryLook]) -> list[list[KeptInquiry]]:
    """Keeps what is about a line with an entry, and adds it to the log of that line's conflicts.

    Gives those that were not known before. No entry is woken and no verdict changes: an inquiry is no request.
    """
    return [await _record(connection, look) for look in looks]


async def _record(connection: AsyncConnection, look: InquiryLook) -> list[KeptInquiry]:
    in_work = await _lines_with_entries(connection, look.shop, {each.order_no for each in look.listed})
    listed = {_key(each): each for each in look.listed if each.order_no in in_work}
    known = await _known(connection, look.shop, list(listed))
    if listed:
        statement = insert(inquiry)
        statement = statement.on_conflict_do_update(
            index_elements=["shop", *(column.name for column in _KEY)], set_={"status": statement.excluded.status}
        )
        await connection.execute(statement, [_row(look, each) for each in listed.values()])
    still_open = (await connection.execute(_open_of(look.shop))).all()
    gone = [_row_key(row) for row in still_open if _row_key(row) not in listed]
    for some in _chunks(gone):
        await connection.execute(
            update(inquiry).where(inquiry.c.shop == look.shop, tuple_(*_KEY).in_(some)).values(status="")
        )
    kept = await _known(connection, look.shop, list(listed))
    await _tell_conflicts(connection, look, list(kept.values()))
    return [kept[key] for key in listed if key not in known]


async def _tell_conflicts(connection: AsyncConnection, look: InquiryLook, kept: Sequence[KeptInquiry]) -> None:
    """Adds the inquiries to every open conflict of their lines, or else to the newest one."""
    by_line: defaultdict[str, list[KeptInquiry]] = defaultdict(list)
    for each in kept:
        by_line[each.inquiry.order_no].append(each)
    for order_no, inquiries in by_line.items():
        query = select(conflict).where(conflict.c.shop == look.shop, conflict.c.order_no == order_no)
        found = [conflict_of(row) for row in await connection.execute(query.order_by(conflict.c.id.desc()))]
        concerned: list[ConflictRow] = [each for each in found if each.closed_at is None] or found[:1]
        for of in concerned:
            await append_facts(connection, of, [inquiry_fact(each) for each in inquiries], look.at)


async def open_inquiries(connection: AsyncConnection) -> list[KeptInquiry]:
    """All that Qoo10 listed as open when it was last asked, the newest first."""
    query = select(inquiry).where(text(OPEN)).order_by(inquiry.c.learned_at.desc(), *_KEY)
    return [_kept(row) for row in await connection.execute(query)]


async def _lines_with_entries(connection: AsyncConnection, shop: str, order_nos: set[str]) -> set[str]:
    found: set[str] = set()
    for some in _chunks(sorted(order_nos - {""})):
        query = select(entry.c.order_no).where(entry.c.shop == shop, entry.c.order_no.in_(some)).distinct()
        found.update((await connection.execute(query)).scalars())
    return found


async def _known(
    connection: AsyncConnection, shop: str, keys: list[tuple[str, str, str]]
) -> dict[tuple[str, str, str], KeptInquiry]:
    found = {}
    for some in _chunks(keys):
        query = select(inquiry).where(inquiry.c.shop == shop, tuple_(*_KEY).in_(some))
        found.update({_row_key(row): _kept(row) for row in await connection.execute(query)})
    return found


def _open_of(shop: str) -> Any:
    return select(*_KEY).where(inquiry.c.shop == shop, text(OPEN))


def _chunks(values: list[Any]) -> list[list[Any]]:
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def _key(of: Inquiry) -> tuple[str, str, str]:
    return of.inq_type, of.question_no, of.seq_no


def _row_key(row: Row[Any]) -> tuple[str, str, str]:
    return row.inq_type, row.question_no, row.seq_no


def _row(look: InquiryLook, of: Inquiry) -> dict[str, Any]:
    return {
        "shop": look.shop,
        "inq_type": of.inq_type,
        "question_no": of.question_no,
        "seq_no": of.seq_no,
        "order_no": of.order_no,
        "asked_at": of.asked_at,
        "status": str(of.status or ""),
        "speaks_of_cancelling": of.speaks_of_cancelling,
        "learned_at": look.at,
    }


def _kept(row: Row[Any]) -> KeptInquiry:
    found = Inquiry(
        inq_type=row.inq_type,
        question_no=row.question_no,
        seq_no=row.seq_no,
        order_no=row.order_no,
        asked_at=row.asked_at,
        status=InquiryStatus(row.status) if row.status else None,
        speaks_of_cancelling=row.speaks_of_cancelling,
    )
    return KeptInquiry(row.shop, found, row.learned_at)
