"""Sessions of browsers: a cookie with a token that changes every hour, and a row in the store that says whose it is."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

from aiohttp import hdrs, web

from connector.access.agents import family
from connector.access.gate import seen_origin
from connector.domain.people import Session, User
from connector.domain.roles import Actor, Via
from connector.store.errors import StoreUnavailable
from connector.store.sessions import FoundSession, NewSession, Rotation, SessionBook

ROTATE_AFTER = timedelta(hours=1)
OLD_TOKEN_HOLDS = timedelta(seconds=60)
"""Requests that were sent side by side still carry the token from before."""
SEEN_EVERY = timedelta(minutes=1)
"""When a session was seen is kept no more often than that."""

_COOKIE = "session"
_SECURE_COOKIE = "__Host-session"
"""Browsers take a cookie of this name only over TLS, for all paths, and from nobody but this very host."""


@dataclass(frozen=True, slots=True)
class SessionRules:
    """When sessions end: not seen for ``idle``, or ``lasts`` after the log-in."""

    idle: timedelta
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be done about a session that was shown. ``holds`` False: nothing, it has ended."""

    holds: bool
    rotate: bool = False
    confirm: bool = False
    see: bool = False


ENDED = Standing(holds=False)


def standing(found: FoundSession, now: datetime, rules: SessionRules) -> Standing:
    """Whether a session holds, and whether its browser gets a new token. Pure.

    The token before the present one holds until the browser has shown the present one, and 60 seconds longer: the
    answer that carried it may have been lost on its way, and nobody is logged out for that.
    """
    if has_ended(found, now, rules):
        return ENDED
    see = now - found.seen_at >= SEEN_EVERY
    if found.is_previous:
        if found.previous_until is not None and now >= found.previous_until:
            return ENDED
        was_lost = not found.confirmed and _is_older(found.rotated_at, OLD_TOKEN_HOLDS, now)
        return Standing(holds=True, rotate=was_lost, see=see)
    rotate = _is_older(found.rotated_at, ROTATE_AFTER, now)
    return Standing(holds=True, rotate=rotate, confirm=not found.confirmed, see=see)


def has_ended(session: FoundSession | Session, now: datetime, rules: SessionRules) -> bool:
    """Whether a session is over for its age, or since it was not seen for long."""
    return now >= session.expires_at or now - session.seen_at >= rules.idle


def _is_older(at: datetime | None, than: timedelta, now: datetime) -> bool:
    return at is None or now - at >= than


@dataclass(frozen=True, slots=True)
class _Cookie:
    """What the answer tells the browser to keep: a token, or (empty) none any more."""

    token: str
    expires_at: datetime


_NEW_COOKIE = web.RequestKey("new_cookie", _Cookie)


class Sessions:
    """Begins, recognises, renews and ends sessions."""

    def __init__(self, book: SessionBook, rules: SessionRules, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._rules = rules
        self._clock = clock

    async def identify(self, request: web.Request) -> Actor | None:
        """The user whose session the request carries; its browser may get a new token with the answer."""
        token = _token_of(request)
        if not token:
            return None
        now, token_hash = self._clock(), hash_of(token)
        found = await self._book.find(token_hash)
        if found is None:
            return None
        judged = standing(found, now, self._rules)
        if not judged.holds:
            return None
        with suppress(StoreUnavailable):  # on a full disk people must still see what is wrong
            if judged.see:
                await self._book.see(found.id, now)
            if judged.confirm:
                await self._book.confirm(found.id, token_hash, now + OLD_TOKEN_HOLDS)
            if judged.rotate:
                await self._rotate(request, found, token_hash, now)
        return Actor(found.user.name, found.user.role, Via.SESSION, found.id, found.user.id)

    async def begin(self, request: web.Request, user: User) -> bool:
        """Logs a user in, with a token that nobody knew before; False where they may not any more.

        ``user`` is as the password was compared with. The session that the browser had before ends.
        """
        now, token, before = self._clock(), _new_token(), _token_of(request)
        new = NewSession(
            of=user,
            token_hash=hash_of(token),
            at=now,
            expires_at=now + self._rules.lasts,
            address=seen_origin(request).address,
            agent=family(request.headers.get(hdrs.USER_AGENT, "")),
            replaces=hash_of(before) if before else "",
            idle_since=now - self._rules.idle,
        )
        begun = await self._book.begin(new)
        if begun:
            request[_NEW_COOKIE] = _Cookie(token, new.expires_at)
        return begun

    async def listed(self, user_id: int | None = None) -> list[Session]:
        """The sessions of a user, or of all, that have not ended; the last seen first."""
        now = self._clock()
        return [each for each in await self._book.all(user_id) if not has_ended(each, now, self._rules)]

    async def renew(self, request: web.Request) -> None:
        """Gives the browser that asks a new token at once; the one that it showed opens nothing any more."""
        token_hash = hash_of(_token_of(request))
        found = await self._book.find(token_hash)
        if found is not None:
            await self._rotate(request, found, token_hash, self._clock(), keeps_old=False)

    def forget(self, request: web.Request) -> None:
        """Tells the browser that asks to drop its cookie."""
        request[_NEW_COOKIE] = _Cookie("", self._clock())

    async def carry(self, request: web.Request, response: web.StreamResponse) -> None:
        """For ``on_response_prepare``: puts the token that the request led to into the answer."""
        new = request.get(_NEW_COOKIE)
        if new is None:
            return
        cookie: SimpleCookie = SimpleCookie()
        cookie[_cookie_name(request)] = new.token
        morsel = cookie[_cookie_name(request)]
        morsel["max-age"] = max(0, int((new.expires_at - self._clock()).total_seconds()))
        morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
        morsel["secure"] = seen_origin(request).scheme == "https"
        # Not by the answer's own cookies: those have become headers before the signal.
        response.headers.add(hdrs.SET_COOKIE, morsel.OutputString())

    async def _rotate(
        self, request: web.Request, found: FoundSession, token_hash: str, now: datetime, *, keeps_old: bool = True
    ) -> None:
        token = _new_token()
        rotation = Rotation(found.id, token_hash, hash_of(token), found.rotated_at, now, keeps_old)
        if await self._book.rotate(rotation):
            request[_NEW_COOKIE] = _Cookie(token, found.expires_at)


def hash_of(token: str) -> str:
    """What is kept of a token: enough to know it again, too little to make it."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _cookie_name(request: web.Request) -> str:
    return _SECURE_COOKIE if seen_origin(request).scheme == "https" else _COOKIE


def _token_of(request: web.Request) -> str:
    return request.cookies.get(_cookie_name(request), "")
