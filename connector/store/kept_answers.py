"""Answers to requests that came with a key, so that the same request can come twice and be done once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.keeping import ANSWERS_KEPT_FOR
from connector.store.dialect import insert
from connector.store.part import Part
from connector.store.people_schema import idempotency


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with a key. ``actor`` says whose key it is, ``digest`` what is asked for."""

    actor: str
    key: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given."""

    status: int
    media: str
    body: bytes


class Earlier(Enum):
    """What is known of a key when there is no answer to give again."""

    NEW = "new"
    OTHER_REQUEST = "other_request"
    NO_ANSWER = "no_answer"
    """The request is being done, or the program ended while it was."""


_BEGIN = insert(idempotency).on_conflict_do_nothing().returning(idempotency.c.key)
_THIS = (idempotency.c.actor == bindparam("of_actor"), idempotency.c.key == bindparam("of_key"))
_READ = select(idempotency).where(*_THIS)
_KEEP = (
    update(idempotency)
    .where(*_THIS)
    .values(status=bindparam("new_status"), media=bindparam("new_media"), body=bindparam("new_body"))
)
_FORGET = delete(idempotency).where(*_THIS)
_FORGET_OLD = _FORGET.where(idempotency.c.at <= bindparam("until"))


async def begin_requests(connection: AsyncConnection, requests: Sequence[KeyedRequest]) -> list[KeptAnswer | Earlier]:
    """Remembers keys, or says what was answered to them within a day."""
    found: list[KeptAnswer | Earlier] = []
    for each in requests:
        this = {"of_actor": each.actor, "of_key": each.key}
        await connection.execute(_FORGET_OLD, {**this, "until": each.at - ANSWERS_KEPT_FOR})
        values = {"actor": each.actor, "key": each.key, "at": each.at, "digest": each.digest}
        if (await connection.execute(_BEGIN, values)).first() is not None:
            found.append(Earlier.NEW)
            continue
        row = (await connection.execute(_READ, this)).one()
        if row.digest != each.digest:
            found.append(Earlier.OTHER_REQUEST)
        elif row.status is None:
            found.append(Earlier.NO_ANSWER)
        else:
            found.append(KeptAnswer(row.status, row.media, row.body or b""))
    return found


async def keep_answers(
    connection: AsyncConnection, payloads: Sequence[tuple[KeyedRequest, KeptAnswer | None]]
) -> list[None]:
    """Keeps answers; None forgets the key, so that the request can come again."""
    for of, answer in payloads:
        this = {"of_actor": of.actor, "of_key": of.key}
        if answer is None:
            await connection.execute(_FORGET, this)
        else:
            values = {"new_status": answer.status, "new_media": answer.media, "new_body": answer.body}
            await connection.execute(_KEEP, {**this, **values})
    return [None] * len(payloads)


class AnswerBook(Part):
    """The answers that the store keeps."""

    async def begin(self, request: KeyedRequest) -> KeptAnswer | Earlier:
        """Remembers a key before the request is done; or gives what was answered, or what is known of it."""
        found: KeptAnswer | Earlier = await self._submit(begin_requests, request)
        return found

    async def keep(self, request: KeyedRequest, answer: KeptAnswer | None) -> None:
        """Keeps the answer; None forgets the key."""
        await self._submit(keep_answers, (request, answer))
