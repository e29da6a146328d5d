"""From facts to findings: what is right, what to keep an eye on, what must be mended, and how. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

from connector.check.facts import DiskFacts, KeyFacts, KeySource, PortFacts, ShopFacts, StoreFacts, StoreState
from connector.domain.entry import EntryState
from connector.domain.orders import JAPAN
from connector.domain.silence import CLOCK_BAD_S, DISK_BAD_BYTES, DISK_WARN_BYTES, KEY_LIFE
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
    about: str
    message: str
    mend: str = ""


def worst(findings: Sequence[Finding]) -> Level:
    """The worst level of all."""
    return max((each.level for each in findings), key=list(Level).index, default=Level.OK)


def on_settings(settings: Settings) -> list[Finding]:
    """The configuration, as far as it can be judged without asking anybody."""
    counted = f"{_count(len(settings.shops), 'shop')}, {_count(len(settings.sources), 'source')}"
    found = [Finding(Level.OK, "configuration", f"can be read: {counted}")]
    if not settings.sources:
        found.append(
            Finding(Level.WARN, "configuration", "no source: no label can come in", "Add a table [sources.<name>].")
        )
    for name, source in settings.sources.items():
        if TRY_OUT_SECRET in {secret.get_secret_value() for secret in source.secrets}:
            found.append(
                Finding(
                    Level.WARN,
                    f"source {name}",
                    "its secret is the public one for trying out",
                    f"Set sources.{name}.secrets to one of your own before a real shop is connected.",
                )
            )
    return found


def on_secrets(readable_by_all: Sequence[Path]) -> list[Finding]:
    """Files with secrets in them that every user of the machine can read."""
    return [
        Finding(Level.WARN, "secrets", f"{path} can be read by every user of this machine", f"chmod o-r {path}")
        for path in readable_by_all
    ]


def on_targets(usable: Mapping[str, bool]) -> list[Finding]:
    """The places where messages go: whether apprise knows what to do with their addresses. Nothing was sent."""
    mend = "Check the address against docs/alerts.md, then try it: qoo10-connector alerts test"
    return [
        Finding(Level.OK, f"target {name}", "its address can be used; qoo10-connector alerts test tries it")
        if fits
        else Finding(Level.BAD, f"target {name}", "nothing can be sent to its address", mend)
        for name, fits in usable.items()
    ]


def on_port(port: PortFacts, store: StoreFacts) -> Finding:
    """Where the daemon listens, or why it could not."""
    about, where = "address", f"{port.host} port {port.port}"
    if port.taken and store.state is StoreState.IN_USE:
        return Finding(Level.OK, about, f"{where} is in use, as it is while the daemon runs")
    if port.taken:
        mend = f"Stop what listens there, or set {port.setting} to another one."
        return Finding(Level.BAD, about, f"{where} is in use, and not by this daemon", mend)
    if port.port and store.state is StoreState.IN_USE:
        mend = "Restart the daemon, so that it takes these settings."
        return Finding(Level.WARN, about, f"the daemon runs, but does not listen on {where}", mend)
    if port.problem:
        mend = f"Set server.host and {port.setting} to others."
        return Finding(Level.BAD, about, f"{where} cannot be used: {port.problem}", mend)
    if not _loopback(port.host):
        mend = 'Put a proxy with TLS in front and set server.host to "127.0.0.1", unless a container keeps it inside.'
        return Finding(Level.WARN, about, f"{where} can be reached from other machines, without encryption", mend)
    return Finding(Level.OK, about, f"{where} is free" if port.port else f"{port.host}, any port that is free")


def on_store(store: StoreFacts, disk: DiskFacts) -> list[Finding]:
    """The store and the room it has."""
    found = [_on_opening(store, disk)]
    waiting = {state: store.in_state[state] for state in FOR_A_PERSON if store.in_state.get(state)}
    if waiting:
        counted = ", ".join(f"{count} {state}" for state, count in waiting.items())
        mend = "Look at each: its reason says what to do."
        found.append(Finding(Level.WARN, "entries", f"some wait for a person: {counted}", mend))
    free = f"{disk.free_bytes / 1024**3:.1f} GiB free in {disk.folder}"
    if disk.free_bytes < DISK_WARN_BYTES:
        level = Level.BAD if disk.free_bytes < DISK_BAD_BYTES else Level.WARN
        mend = "Make room: on a full disk no label is taken, and its sender gets 503."
        found.append(Finding(level, "disk", free, mend))
    else:
        found.append(Finding(Level.OK, "disk", free))
    return found


def _on_opening(store: StoreFacts, disk: DiskFacts) -> Finding:
    match store.state:
        case StoreState.OPENED:
            return Finding(Level.OK, "store", f"{store.path} can be opened and written")
        case StoreState.IN_USE:
            return Finding(Level.OK, "store", f"{store.problem}, so it was only read")
        case StoreState.MISSING if disk.writable:
            return Finding(Level.OK, "store", f"{store.path} is not there yet; the first start makes it")
        case StoreState.MISSING:
            mend = "Let the daemon's user write there, or set store.url to another place."
            return Finding(Level.BAD, "store", f"{store.path} cannot be made: {disk.folder} cannot be written", mend)
        case StoreState.FAILED:
            mend = "Check the file and its folder: their owner, the disk, and the program's version."
            return Finding(Level.BAD, "store", store.problem, mend)


def on_sqlite(version: str) -> Finding:
    """The SQLite library that Python brings along."""
    numbers = tuple(int(part) for part in version.split("."))
    if numbers < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        mend = f"Use a Python whose sqlite3 module has version {oldest} or newer."
        return Finding(Level.BAD, "SQLite", f"{version} is too old", mend)
    first, last = WAL_RESET_BUG
    if first <= numbers <= last:
        message = (
            f"{version} has the WAL-reset bug (3.7.0 to 3.51.2), which needs two connections that checkpoint; "
            "the daemon has only one, so it is not met. Open the file with no other tool while the daemon runs"
        )
        return Finding(Level.OK, "SQLite", message)
    return Finding(Level.OK, "SQLite", version)


def on_shop(shop: ShopFacts, now: datetime) -> list[Finding]:
    """A shop: its answer, its key, its clock."""
    found = [_on_answer(shop), _on_key(shop, now)]
    if shop.asked and not isinstance(shop.error, LaterError):
        found.append(_on_clock(shop))
    if shop.stopped_for:
        mend = "Mend the key; work goes on by itself as soon as Qoo10 accepts it."
        found.append(Finding(Level.BAD, f"shop {shop.name}", f"the daemon stands still: {shop.stopped_for}", mend))
    return found


def _on_answer(shop: ShopFacts) -> Finding:
    about = f"shop {shop.name}"
    if not shop.asked:
        message = "not asked: a key would have been issued, and that might end the key which the daemon uses"
        return Finding(Level.OK, about, message)
    if shop.error is None and shop.rehearsal:
        mend = f"For the real shop remove shops.{shop.name}.qapi_url and set its key."
        return Finding(Level.WARN, about, f"rehearses: {shop.address} answers, and it is not Qoo10", mend)
    if shop.error is None:
        return Finding(Level.OK, about, f"Qoo10 answers and accepts the key ({shop.took_ms} ms)")
    return Finding(Level.BAD, about, *_what_went_wrong(shop, shop.error))


def _what_went_wrong(shop: ShopFacts, error: QapiError) -> tuple[str, str]:
    """A failed call in words, and its mend."""
    if isinstance(error, CredentialError):
        return (
            f"the key is not accepted: {error}",
            f"Set shops.{shop.name}.seller_auth_key to a new key from QSM, or check api_key, user_id and password.",
        )
    if isinstance(error, LaterError) and shop.rehearsal:
        return (
            f"{shop.address} does not answer: {error}",
            "Start the sandbox there (qoo10-connector sandbox), or remove qapi_url for the real shop.",
        )
    if isinstance(error, LaterError):
        return (
            f"Qoo10 does not answer: {error}",
            f"Check that this machine reaches {shop.address} (network, proxy, firewall), then try again later.",
        )
    return (
        f"a harmless call was not answered as expected: {error}",
        "Try again; if it stays, what Qoo10 says is new to this program: report it.",
    )


def _on_key(shop: ShopFacts, now: datetime) -> Finding:
    about, key = f"key of {shop.name}", shop.key
    if key.source is KeySource.ISSUED:
        return Finding(Level.OK, about, "is issued from the login, and issued again when it runs out")
    setting = f"shops.{shop.name}.seller_auth_key_issued_on"
    today = now.astimezone(JAPAN).date()
    if key.issued_on is not None and key.issued_on > today:
        return Finding(
            Level.WARN, about, f"was issued on {key.issued_on}, says {setting}: in the future", "Correct it."
        )
    since = key.issued_on or (key.first_used_at.astimezone(JAPAN).date() if key.first_used_at is not None else None)
    if since is None:
        if shop.rehearsal:
            return Finding(Level.OK, about, "its age does not matter in a rehearsal")
        return Finding(Level.WARN, about, "its age is not known, and it lives one year", f"Set {setting}.")
    return _on_age(about, key, since, (since + KEY_LIFE - today).days, setting)


def _on_age(about: str, key: KeyFacts, since: date, days: int, setting: str) -> Finding:
    """A key that has ``days`` left of its year, which began on ``since`` or before."""
    seen = f"issued on {since}" if key.issued_on is not None else f"in use here since {since}, so at least that old"
    if days > MONTH:
        mend = "" if key.issued_on is not None else f"Set {setting} to be warned in time."
        return Finding(Level.OK, about, f"{seen}; it ends in {_days(key, days)}", mend)
    mend = f"Issue a new key in QSM, replace the old one, and set {setting} to that day."
    if days > LAST_DAY:
        urgency = "this week, " if days <= WEEK else ""
        return Finding(Level.WARN, about, f"{seen}; it ends {urgency}in {_days(key, days)}", mend)
    return Finding(Level.BAD, about, f"{seen}; its year is over" if days <= 0 else f"{seen}; it ends tomorrow", mend)


def _days(key: KeyFacts, days: int) -> str:
    return f"{days} days" if key.issued_on is not None else f"at most {days} days"


def _on_clock(shop: ShopFacts) -> Finding:
    about, ahead_s = "clock", shop.clock_ahead_s
    if ahead_s is None:
        mend = "Make sure that time synchronisation runs."
        return Finding(Level.WARN, about, f"the answer to shop {shop.name} had no date to compare with", mend)
    message = f"{abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} {shop.address}"
    if abs(ahead_s) < CLOCK_WARN_S:
        return Finding(Level.OK, about, f"agrees with {shop.address}")
    level = Level.BAD if abs(ahead_s) >= CLOCK_BAD_S else Level.WARN
    mend = "Turn on time synchronisation (timedatectl set-ntp true): signatures and cancel requests depend on it."
    return Finding(level, about, message, mend)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
