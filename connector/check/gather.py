"""Gathers the facts: opens the store, asks each shop one harmless question. The only part of the check with I/O."""

import asyncio
import contextlib
import errno
import os
import shutil
import socket
import stat
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from connector.assembly.alerts import build_posts
from connector.assembly.shops import build_client, new_session, read_key
from connector.check.facts import DiskFacts, KeyFacts, KeySource, PortFacts, ShopFacts, StoreFacts, StoreState
from connector.check.findings import (
    Finding,
    on_port,
    on_secrets,
    on_settings,
    on_shop,
    on_sqlite,
    on_store,
    on_targets,
    on_users,
)
from connector.clock import utc_now
from connector.qoo10.errors import QapiError
from connector.qoo10.transport import CallRecord
from connector.settings import ServerSettings, Settings, ShopSettings
from connector.store import overview, shops
from connector.store.errors import StoreError, StoreInUse
from connector.store.reading import reading
from connector.store.shops import ShopRow
from connector.store.sqlite import database_path, sqlite_version
from connector.store.store import Store
from connector.store.users import all_users
from connector.tokens import fingerprint

LOOK_BACK = timedelta(minutes=1)
"""The period of the harmless question, kept short so that the answer is."""


async def examine(settings: Settings, config: Path | None) -> list[Finding]:
    """Looks at everything that the configuration names; gives one finding or more for each."""
    path = database_path(settings.store.url).absolute()
    store, rows = await _look_into_store(path, list(settings.shops))
    in_use = store.state is StoreState.IN_USE
    async with new_session() as session:
        facts = await asyncio.gather(
            *(_ask(name, shop, session, rows.get(name), daemon_runs=in_use) for name, shop in settings.shops.items())
        )
    now = utc_now()
    return [
        *on_settings(settings),
        *on_secrets(_readable_by_all(settings, config)),
        *on_targets({post.name: post.is_usable() for post in build_posts(settings.alerts)}),
        *(on_port(port, store) for port in try_ports(settings.server)),
        *on_store(store, _disk(path)),
        *on_users(store.users, settings.console.first_user),
        on_sqlite(sqlite_version()),
        *(finding for shop in facts for finding in on_shop(shop, now)),
    ]


def _readable_by_all(settings: Settings, config: Path | None) -> list[Path]:
    """Of the files that hold secrets those that others may read; in a rehearsal config.toml has none that matter."""
    files = [config] if config is not None and not all(shop.rehearsal for shop in settings.shops.values()) else []
    for shop in settings.shops.values():
        files += filter(None, (shop.seller_auth_key_file, shop.api_key_file, shop.password_file))
    files += filter(None, (source.secrets_file for source in settings.sources.values()))
    files += filter(None, (target.url_file for target in settings.alerts.targets.values()))
    files += filter(None, (settings.api.tokens_file, settings.alerts.heartbeat_url_file))
    return [path for path in dict.fromkeys(files) if path.stat().st_mode & stat.S_IROTH]


async def _look_into_store(path: Path, names: list[str]) -> tuple[StoreFacts, Mapping[str, ShopRow]]:
    """Opens the store as the daemon would; only reads where the daemon has it; makes none where there is none.

    A store that this command made could belong to a user whose files the daemon may not write.
    """
    if not await asyncio.to_thread(path.exists):
        return StoreFacts(path, StoreState.MISSING, users=0), {}
    state, problem = StoreState.OPENED, ""
    try:
        store = await Store.open(f"sqlite:///{path}")
        try:
            await store.prove_writable(utc_now())
        finally:
            await store.close()
    except StoreInUse as error:
        state, problem = StoreState.IN_USE, str(error).partition(":")[0]
    except StoreError as error:
        return StoreFacts(path, StoreState.FAILED, str(error)), {}
    try:
        async with reading(path) as connection:
            counts = await overview.state_counts(connection)
            people = await all_users(connection)
            rows = [row for name in names if (row := await shops.shop_by_name(connection, name)) is not None]
    except StoreError as error:
        return StoreFacts(path, StoreState.FAILED, str(error)), {}
    in_state: Counter[str] = Counter()
    for (_, entry_state, _), count in counts.items():
        in_state[entry_state] += count
    users = sum(each.disabled_at is None for each in people)
    return StoreFacts(path, state, problem, in_state, users), {row.name: row for row in rows}


def _disk(path: Path) -> DiskFacts:
    folder = next(parent for parent in path.parents if parent.is_dir())
    return DiskFacts(folder, shutil.disk_usage(folder).free, os.access(folder, os.W_OK | os.X_OK))


def try_ports(server: ServerSettings) -> list[PortFacts]:
    """Whether the daemon could listen where it is told to."""
    ports = {"server.port": server.port, "server.webhook_port": server.webhook_port}
    return [_try_port(server.host, port, setting) for setting, port in ports.items() if port is not None]


def _try_port(host: str, port: int, setting: str) -> PortFacts:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        return PortFacts(host, port, taken, error.strerror or type(error).__name__, setting)
    return PortFacts(host, port, setting=setting)


async def _ask(
    name: str, shop: ShopSettings, session: aiohttp.ClientSession, row: ShopRow | None, *, daemon_runs: bool
) -> ShopFacts:
    """Asks for the orders of the last minute: one call that changes nothing."""
    issued = bool(shop.api_key.get_secret_value())
    first_used_at = None
    if not issued and row is not None:
        with contextlib.suppress(OSError, ValueError):
            if fingerprint(read_key(shop).strip()) == row.key_fingerprint:
                first_used_at = row.key_first_used_at
    records: list[tuple[CallRecord, float | None]] = []

    def note(record: CallRecord) -> None:
        ahead = None if record.server_date is None else (utc_now() - record.server_date).total_seconds()
        records.append((record, ahead))

    asked = not (issued and daemon_runs)
    error: QapiError | None = None
    if asked:
        at = utc_now()
        try:
            await build_client(shop, session, note).list_lines(None, at - LOOK_BACK, at)
        except QapiError as met:
            error = met
    last, ahead_s = records[-1] if records else (None, None)
    return ShopFacts(
        name=name,
        address=urlsplit(shop.qapi_url).netloc,
        rehearsal=shop.rehearsal,
        key=KeyFacts(
            KeySource.ISSUED if issued else KeySource.CONFIGURED, shop.seller_auth_key_issued_on, first_used_at
        ),
        asked=asked,
        error=error,
        took_ms=round(last.duration_s * 1000) if last is not None else 0,
        clock_ahead_s=ahead_s,
        stopped_for=row.stopped_for if row is not None and daemon_runs else "",
    )
