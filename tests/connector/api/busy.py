"""The running program with enough of everything that each operation of its API finds something to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from connector.demo.packing import tracking_number
from connector.domain.acts import NEEDS
from connector.domain.entry_acts import LABEL_DESTROYED, NUMBER_CHECKED
from connector.sandbox import Sandbox
from connector.store.changes import Listener
from tests.connector.api.conftest import SECRET, SOURCE, TOKEN_KEY, Service, serving

PASSWORD = "a-password-of-nobody"
HELD, UNRESOLVED, IN_CONFLICT, SPARE = 20, 10, 4, 8
"""How many there are: of held entries (every second one by a person), of labels without an order, of conflicts, and of
what administrators end or change: users, browsers, tokens, secrets."""
WITHIN_S = 60.0


@dataclass(frozen=True)
class Busy:
    """Where it is, and what is there.

    ``program`` is what a program of an administrator shows, ``browser`` what a browser does that one has logged in
    with. ``ids`` are by the word that stands before them in an address, ``words`` by the name of their field. ``needs``
    is what a body has to say, by the act or the last word of the address, that the document cannot: some words depend
    on each other.
    """

    url: str
    program: Mapping[str, str]
    browser: Mapping[str, str]
    ids: Mapping[str, Sequence[int]]
    words: Mapping[str, str]
    needs: Mapping[str, Mapping[str, str]]


@asynccontextmanager
async def busy_program(folder: Path) -> AsyncIterator[Busy]:
    """Runs it. Its source and its target of webhooks have the one name that schemathesis.toml asks for."""
    templates = folder / "templates"
    templates.mkdir()
    (templates / "own.txt").write_text("注文${order_no}の件、申し訳ございません。", encoding="utf-8")
    async with takes_all() as outside, serving(folder, settings(outside, templates)) as service:
        users = [
            await done(service, "POST", "/users", {"name": f"user {number}", "password": PASSWORD, "role": "viewer"})
            for number in range(SPARE)
        ]
        for user in users:
            await log_in(service, user["name"])
        sessions = (await done(service, "GET", "/sessions"))["sessions"]
        program = await done(service, "POST", "/tokens", {"name": "api", "role": "admin"})
        tokens = [await done(service, "POST", "/tokens", {"name": "wms", "role": "viewer"}) for _ in range(SPARE)]
        secrets = [await done(service, "POST", f"/sources/{SOURCE}/secrets", {}) for _ in range(SPARE)]

        with service.app.store.changes.listening() as listener:
            at = datetime.now(UTC) + timedelta(seconds=1)
            for serial, (order_ref, carrier) in enumerate(labels(service.sandbox)):
                await service.print_label(order_ref, tracking_number(serial), carrier, at)
            held = await found(service, "/entries?state=held", HELD, listener)
            unresolved = await found(service, "/entries?state=unresolved", UNRESOLVED, listener)
            conflicts = await found(service, "/conflicts", IN_CONFLICT, listener)
            alerts = await found(service, "/alerts", 1, listener)
        for each in held[::2]:
            await done(service, "POST", f"/entries/{each['id']}/hold", {"who": "佐藤", "why": "倉庫に確認中"})
        for each in conflicts:
            service.sandbox.market.add_inquiry(each["order_no"], "キャンセルしてください")

        there = {"conflicts": conflicts, "entries": held, "alerts": alerts, "users": users, "tokens": tokens}
        there |= {"sessions": sessions, "secrets": secrets}
        yield Busy(
            url=service.app.url,
            program={"Authorization": f"Bearer {program['token']}"},
            browser=await log_in(service, "first"),
            ids={kind: [each["id"] for each in rows] for kind, rows in there.items()}
            | {"parcels": [each["parcel_id"] for each in unresolved]},
            words={
                "who": "佐藤",
                "why": "QSMで確認した",
                "template": "own",
                "old": PASSWORD,
            },
            needs={
                **{act: {"confirm": word} for act, word in NEEDS.items()},
                "void": {"confirm": LABEL_DESTROYED},
                "release": {"confirm": NUMBER_CHECKED},
                "assign": {"order_no": held[0]["order_no"], "pack_no": ""},
                "trial": {"payload": "{}", "payload_base64": ""},
            },
        )


def settings(outside: str, templates: Path) -> str:
    """One of every kind of thing that the API can do something with; ``outside`` takes all that is sent."""
    return f"""
        store.token_key = "{TOKEN_KEY}"
        console.first_user = "first"
        console.first_password = "{PASSWORD}"
        messages.folder = "{templates}"
        alarms.every_s = 5
        alerts.targets.office.url = "json://{outside}/alerts"
        webhooks.{SOURCE}.url = "http://{outside}/hooks"
        webhooks.{SOURCE}.secrets = ["{SECRET}"]
        shops.main.calls_per_second = 50
        shops.main.answer_inquiries = true
        sources.table-1.kind = "scan"
        sources.table-1.shop = "main"
        sources.table-1.options.carrier = "yamato.takkyubin"
    """


def labels(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """Orders and carriers: a carrier that nobody knows, orders that are not there, and some with a cancel request."""
    for _ in range(HELD):
        yield sandbox.market.add_cart()[0].order_no, "unheard-of"
    for number in range(UNRESOLVED):
        yield f"{1_999_999_900 + number}", "sagawa"
    for _ in range(IN_CONFLICT):
        (line,) = sandbox.market.add_cart()
        sandbox.market.ask_cancel(line.order_no)
        yield line.order_no, "sagawa"


async def done(service: Service, method: str, path: str, body: Any = None) -> Any:
    """The answer of the API to what can be done."""
    status, answer = await service.ask(method, f"/api/v1{path}", body)
    assert status < 300, answer
    return answer


async def found(service: Service, path: str, count: int, listener: Listener) -> list[Any]:
    """A list of the API, as soon as it is so long."""
    word = path.lstrip("/").partition("?")[0]
    async with asyncio.timeout(WITHIN_S):
        while len(rows := (await done(service, "GET", path))[word]) < count:
            await listener.take()
    return list(rows)


async def log_in(service: Service, name: str) -> Mapping[str, str]:
    """What a browser shows after the log-in."""
    form, own_page = {"name": name, "password": PASSWORD}, {"Origin": service.app.url}
    async with service.session.post(
        f"{service.app.url}/login", data=form, headers=own_page, allow_redirects=False
    ) as answer:
        return {"Cookie": f"session={answer.cookies['session'].value}", **own_page}


@asynccontextmanager
async def takes_all() -> AsyncIterator[str]:
    """Host and port of somebody who takes whatever is sent."""

    async def take(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.router.add_route("*", "/{path}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
