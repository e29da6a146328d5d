"""From facts to findings: what is right, what to keep an eye on, what must be mended, and how. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

from connector.check import shop_words, words
from connector.check.facts import DiskFacts, KeyFacts, KeySource, PortFacts, ShopFacts, StoreFacts, StoreState
from connector.domain.entry import EntryState
from connector.domain.language import Said
from connector.domain.orders import JAPAN
from connector.domain.silence import CLOCK_BAD_S, DISK_BAD_BYTES, DISK_WARN_BYTES, KEY_LIFE
from connector.listing.words import STATE_JA
from connector.qoo10.errors import CredentialError, LaterError, QapiError
from connector.settings import TRY_OUT_SECRET, Settings

MONTH, WEEK, LAST_DAY = 30, 7, 1
"""Days before a key's end at which it is worth a warning, a stronger one, and no more delay."""
CLOCK_WARN_S = 5
OLDEST_SQLITE = (3, 35, 0)
"""The first version with RETURNING."""
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))
"""First and last version that can corrupt a database when two connections checkpoint (sqlite.org, WAL-reset bug)."""
FOR_A_PERSON = (EntryState.HELD, EntryState.CONFLICT, EntryState.REFUSED)


class Level(StrEnum):
    """How a finding is meant: nothing to do, keep an eye on it, or mend it now."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``mend`` says what to do; empty where nothing is to be done."""

    level: Level
    about: Said
    message: Said
    mend: Said = words.NOTHING


def worst(findings: Sequence[Finding]) -> Level:
    """The worst level of all."""
    return max((each.level for each in findings), key=list(Level).index, default=Level.OK)


def on_settings(settings: Settings) -> list[Finding]:
    """The configuration, as far as it can be judged without asking anybody."""
    shops, sources = len(settings.shops), len(settings.sources)
    readable = words.READABLE.filled(
        shops=shops, sources=sources, shops_en=_count(shops, "shop"), sources_en=_count(sources, "source")
    )
    found = [Finding(Level.OK, words.CONFIGURATION, readable)]
    if not settings.sources:
        found.append(Finding(Level.WARN, words.CONFIGURATION, words.NO_SOURCE, words.ADD_SOURCE))
    found += [
        Finding(Level.WARN, words.SOURCE.filled(name=name), words.PUBLIC_SECRET, words.OWN_SECRET.filled(name=name))
        for name, source in settings.sources.items()
        if TRY_OUT_SECRET in {secret.get_secret_value() for secret in source.secrets}
    ]
    return found


def on_secrets(readable_by_all: Sequence[Path]) -> list[Finding]:
    """Files with secrets in them that every user of the machine can read."""
    return [
        Finding(Level.WARN, words.SECRETS, words.READ_BY_ALL.filled(path=path), words.CHMOD.filled(path=path))
        for path in readable_by_all
    ]


def on_targets(usable: Mapping[str, bool]) -> list[Finding]:
    """The places where messages go: whether apprise knows what to do with their addresses. Nothing was sent."""
    return [
        Finding(Level.OK, words.TARGET.filled(name=name), words.TARGET_FITS)
        if fits
        else Finding(Level.BAD, words.TARGET.filled(name=name), words.TARGET_WRONG, words.CHECK_TARGET)
        for name, fits in usable.items()
    ]


def on_port(port: PortFacts, store: StoreFacts) -> Finding:
    """Where the daemon listens, or why it could not."""
    where = words.WHERE.filled(host=port.host, port=port.port)
    setting = port.setting
    if port.taken and store.state is StoreState.IN_USE:
        return Finding(Level.OK, words.ADDRESS, words.PORT_OWN.filled(where=where))
    if port.taken:
        mend = words.FREE_PORT.filled(setting=setting)
        return Finding(Level.BAD, words.ADDRESS, words.PORT_TAKEN.filled(where=where), mend)
    if port.port and store.state is StoreState.IN_USE:
        return Finding(Level.WARN, words.ADDRESS, words.PORT_OLD.filled(where=where), words.RESTART)
    if port.problem:
        message = words.PORT_UNUSABLE.filled(where=where, problem=port.problem)
        return Finding(Level.BAD, words.ADDRESS, message, words.OTHER_ADDRESS.filled(setting=setting))
    if not _loopback(port.host):
        return Finding(Level.WARN, words.ADDRESS, words.PORT_OPEN.filled(where=where), words.USE_PROXY)
    free = words.PORT_FREE.filled(where=where) if port.port else words.PORT_ANY.filled(host=port.host)
    return Finding(Level.OK, words.ADDRESS, free)


def on_store(store: StoreFacts, disk: DiskFacts) -> list[Finding]:
    """The store and the room it has."""
    found = [_on_opening(store, disk)]
    waiting = [
        words.COUNTED.filled(state=state, state_ja=STATE_JA[state], count=store.in_state[state])
        for state in FOR_A_PERSON
        if store.in_state.get(state)
    ]
    if waiting:
        counted = Said("、".join(each.ja for each in waiting), ", ".join(each.en for each in waiting))
        message = words.FOR_A_PERSON.filled(counted=counted)
        found.append(Finding(Level.WARN, words.ENTRIES, message, words.LOOK_AT_EACH))
    free = words.FREE_ROOM.filled(free=f"{disk.free_bytes / 1024**3:.1f}", folder=disk.folder)
    if disk.free_bytes < DISK_WARN_BYTES:
        level = Level.BAD if disk.free_bytes < DISK_BAD_BYTES else Level.WARN
        found.append(Finding(level, words.DISK, free, words.MAKE_ROOM))
    else:
        found.append(Finding(Level.OK, words.DISK, free))
    return found


def _on_opening(store: StoreFacts, disk: DiskFacts) -> Finding:
    match store.state:
        case StoreState.OPENED:
            return Finding(Level.OK, words.STORE, words.STORE_OPENED.filled(path=store.path))
        case StoreState.IN_USE:
            return Finding(Level.OK, words.STORE, words.STORE_IN_USE.filled(problem=store.problem))
        case StoreState.MISSING if disk.writable:
            return Finding(Level.OK, words.STORE, words.STORE_MISSING.filled(path=store.path))
        case StoreState.MISSING:
            message = words.STORE_IMPOSSIBLE.filled(path=store.path, folder=disk.folder)
            return Finding(Level.BAD, words.STORE, message, words.LET_WRITE)
        case StoreState.FAILED:
            message = words.STORE_FAILED.filled(problem=store.problem)
            return Finding(Level.BAD, words.STORE, message, words.CHECK_STORE)


def on_users(users: int | None, first_user: str) -> list[Finding]:
    """Whether anybody can log in; nothing where nobody knows. ``first_user`` is the one of the settings, if any."""
    if users is None:
        return []
    if users:
        return [Finding(Level.OK, words.LOG_IN, words.MAY_LOG_IN.filled(count=users))]
    if first_user:
        return [Finding(Level.OK, words.LOG_IN, words.FIRST_USER.filled(name=first_user))]
    return [Finding(Level.WARN, words.LOG_IN, words.NOBODY, words.ADD_FIRST_USER)]


def on_sqlite(version: str) -> Finding:
    """The SQLite library that Python brings along."""
    numbers = tuple(int(part) for part in version.split("."))
    if numbers < OLDEST_SQLITE:
        mend = words.NEWER_SQLITE.filled(oldest=".".join(map(str, OLDEST_SQLITE)))
        return Finding(Level.BAD, words.SQLITE, words.SQLITE_OLD.filled(version=version), mend)
    first, last = WAL_RESET_BUG
    if first <= numbers <= last:
        return Finding(Level.OK, words.SQLITE, words.SQLITE_BUG.filled(version=version))
    return Finding(Level.OK, words.SQLITE, words.SQLITE_FINE.filled(version=version))


def on_shop(shop: ShopFacts, now: datetime) -> list[Finding]:
    """A shop: its answer, its key, its clock."""
    found = [_on_answer(shop), _on_key(shop, now)]
    if shop.asked and not isinstance(shop.error, LaterError):
        found.append(_on_clock(shop))
    if shop.stopped_for:
        about, message = shop_words.SHOP.filled(name=shop.name), shop_words.STOPPED.filled(reason=shop.stopped_for)
        found.append(Finding(Level.BAD, about, message, shop_words.MEND_KEY))
    return found


def _on_answer(shop: ShopFacts) -> Finding:
    about = shop_words.SHOP.filled(name=shop.name)
    if not shop.asked:
        return Finding(Level.OK, about, shop_words.NOT_ASKED)
    if shop.error is None and shop.rehearsal:
        message, mend = shop_words.REHEARSES, shop_words.LEAVE_REHEARSAL
        return Finding(Level.WARN, about, message.filled(address=shop.address), mend.filled(name=shop.name))
    if shop.error is None:
        return Finding(Level.OK, about, shop_words.ACCEPTED.filled(took_ms=shop.took_ms))
    message, mend = _what_went_wrong(shop, shop.error)
    filled = {"name": shop.name, "address": shop.address, "error": shop.error}
    return Finding(Level.BAD, about, message.filled(**filled), mend.filled(**filled))


def _what_went_wrong(shop: ShopFacts, error: QapiError) -> tuple[Said, Said]:
    """A failed call in words, and its mend; ``{name}``, ``{address}`` and ``{error}`` are still to be filled."""
    if isinstance(error, CredentialError):
        return shop_words.KEY_REFUSED, shop_words.NEW_KEY
    if isinstance(error, LaterError) and shop.rehearsal:
        return shop_words.SANDBOX_SILENT, shop_words.START_SANDBOX
    if isinstance(error, LaterError):
        return shop_words.SILENT, shop_words.CHECK_NETWORK
    return shop_words.ODD_ANSWER, shop_words.REPORT_IT


def _on_key(shop: ShopFacts, now: datetime) -> Finding:
    about, key = shop_words.KEY.filled(name=shop.name), shop.key
    if key.source is KeySource.ISSUED:
        return Finding(Level.OK, about, shop_words.KEY_ISSUED)
    setting = f"shops.{shop.name}.seller_auth_key_issued_on"
    today = now.astimezone(JAPAN).date()
    if key.issued_on is not None and key.issued_on > today:
        message = shop_words.KEY_FUTURE.filled(day=key.issued_on, setting=setting)
        return Finding(Level.WARN, about, message, shop_words.CORRECT_IT)
    since = key.issued_on or (key.first_used_at.astimezone(JAPAN).date() if key.first_used_at is not None else None)
    if since is None:
        if shop.rehearsal:
            return Finding(Level.OK, about, shop_words.KEY_ANY_AGE)
        return Finding(Level.WARN, about, shop_words.KEY_AGE_UNKNOWN, shop_words.SET_DAY.filled(setting=setting))
    return _on_age(about, key, since, (since + KEY_LIFE - today).days, setting)


def _on_age(about: Said, key: KeyFacts, since: date, days: int, setting: str) -> Finding:
    """A key that has ``days`` left of its year, which began on ``since`` or before."""
    known = key.issued_on is not None
    seen = (shop_words.KEY_ISSUED_ON if known else shop_words.KEY_SEEN_SINCE).filled(since=since)
    left = (shop_words.DAYS_LEFT if known else shop_words.DAYS_LEFT_AT_MOST).filled(days=days)
    if days > MONTH:
        mend = words.NOTHING if known else shop_words.WARN_IN_TIME.filled(setting=setting)
        return Finding(Level.OK, about, shop_words.KEY_ENDS.filled(seen=seen, left=left), mend)
    mend = shop_words.REPLACE_KEY.filled(setting=setting)
    if days > LAST_DAY:
        ends = shop_words.KEY_ENDS_THIS_WEEK if days <= WEEK else shop_words.KEY_ENDS
        return Finding(Level.WARN, about, ends.filled(seen=seen, left=left), mend)
    ended = shop_words.KEY_OVER if days <= 0 else shop_words.KEY_ENDS_TOMORROW
    return Finding(Level.BAD, about, ended.filled(seen=seen), mend)


def _on_clock(shop: ShopFacts) -> Finding:
    about, ahead_s, address = shop_words.CLOCK, shop.clock_ahead_s, shop.address
    if ahead_s is None:
        return Finding(Level.WARN, about, shop_words.NO_DATE.filled(name=shop.name), shop_words.CHECK_TIME)
    if abs(ahead_s) < CLOCK_WARN_S:
        return Finding(Level.OK, about, shop_words.CLOCK_AGREES.filled(address=address))
    off = shop_words.CLOCK_AHEAD if ahead_s > 0 else shop_words.CLOCK_BEHIND
    level = Level.BAD if abs(ahead_s) >= CLOCK_BAD_S else Level.WARN
    return Finding(level, about, off.filled(seconds=f"{abs(ahead_s):.0f}", address=address), shop_words.SYNC_TIME)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
