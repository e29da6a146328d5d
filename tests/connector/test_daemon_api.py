"""How a command asks the daemon: by the socket beside the store, else with a token; and nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from connector.access.local import socket_path
from connector.daemon_api import STARTS_WITHIN_S, DaemonRefused, DaemonSilent, ask
from connector.settings import Settings

TOKEN = "t" * 40


@dataclass
class Daemon:
    """Answers each question by the socket with ``by_socket``, and by HTTP whoever has the token."""

    runner: web.AppRunner
    path: Path
    by_socket: int = 200
    asked: list[str] = field(default_factory=list)
    port: int = 0

    async def listen_for_commands(self) -> None:
        await web.UnixSite(self.runner, str(self.path)).start()

    async def answer(self, request: web.Request) -> web.Response:
        by_http = bool(request.remote)
        self.asked.append("http" if by_http else "socket")
        status = self.by_socket
        if by_http:
            status = 200 if request.headers.get("Authorization") == f"Bearer {TOKEN}" else 401
        if not status:
            assert request.transport is not None
            request.transport.abort()
        if status == 204:
            return web.Response(status=204)
        error = {"error": {"code": "x", "message": "No.", "hint": "Ask again."}}
        return web.json_response({"done": True} if status == 200 else error, status=status or 500)


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    app = web.Application()
    runner = web.AppRunner(app)
    made = Daemon(runner, socket_path(f"sqlite:///{tmp_path}/connector.db"))
    app.router.add_post("/api/v1/notes", made.answer)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


def settings(of: Daemon, *, token: bool) -> Settings:
    return Settings.model_validate(
        {
            "server": {"port": of.port},
            "store": {"url": f"sqlite:///{of.path.parent}/connector.db"},
            "api": {"tokens": [TOKEN] if token else []},
            "shops": {"main": {"seller_auth_key": "x"}},
        }
    )


async def note(of: Daemon, *, token: bool = False) -> object:
    return await ask(settings(of, token=token), "POST", "/api/v1/notes", {"why": "counted"}, 10)


@pytest.mark.parametrize("token", [True, False])
async def test_the_socket_comes_first(daemon: Daemon, *, token: bool) -> None:
    await daemon.listen_for_commands()

    assert await note(daemon, token=token) == {"done": True}
    assert daemon.asked == ["socket"]


async def test_an_answer_without_words_is_none(daemon: Daemon) -> None:
    await daemon.listen_for_commands()
    daemon.by_socket = 204

    assert await note(daemon) is None


async def test_a_daemon_that_still_starts_is_waited_for(daemon: Daemon) -> None:
    """It has the store already, and listens in a moment."""
    asking = asyncio.create_task(note(daemon))
    await asyncio.sleep(0)
    assert not asking.done()
    await daemon.listen_for_commands()

    assert await asking == {"done": True}


async def test_without_a_socket_a_token_does_at_once(daemon: Daemon) -> None:
    assert await note(daemon, token=True) == {"done": True}
    assert daemon.asked == ["http"]


async def test_whoever_is_not_let_in_comes_with_a_token(daemon: Daemon) -> None:
    await daemon.listen_for_commands()
    daemon.by_socket = 401

    assert await note(daemon, token=True) == {"done": True}
    with pytest.raises(
        DaemonRefused, match=r"does not let this user in.*Run this as the user of the daemon or as root"
    ):
        await note(daemon)
    assert daemon.asked == ["socket", "http", "socket"]


@pytest.mark.parametrize("token", [True, False])
async def test_what_is_refused_is_not_asked_again(daemon: Daemon, *, token: bool) -> None:
    await daemon.listen_for_commands()
    daemon.by_socket = 409

    with pytest.raises(DaemonRefused, match=r"No\. Ask again\."):
        await note(daemon, token=token)
    assert daemon.asked == ["socket"]


async def test_a_lost_answer_is_not_known_and_not_asked_for_again(daemon: Daemon) -> None:
    """It may have been done: only where nothing can have been sent is another way taken."""
    await daemon.listen_for_commands()
    daemon.by_socket = 0

    with pytest.raises(DaemonSilent, match=r"connector\.db\.sock"):
        await note(daemon, token=True)
    assert daemon.asked == ["socket"]


async def test_what_can_never_be_a_socket_is_not_waited_for(daemon: Daemon) -> None:
    """Where the path is too long for one the daemon has none."""
    daemon.path = daemon.path.with_name("x" * 100) / "connector.db.sock"

    with pytest.raises(DaemonRefused, match=r"AF_UNIX path too long.*set \[api\] tokens"):
        await asyncio.wait_for(note(daemon), STARTS_WITHIN_S / 2)


async def test_where_nobody_listens_at_all_it_says_where_it_asked(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.daemon_api.STARTS_WITHIN_S", 0)
    await daemon.runner.cleanup()

    with pytest.raises(DaemonSilent, match=rf"does not answer on http://127\.0\.0\.1:{daemon.port}"):
        await note(daemon, token=True)
    with pytest.raises(DaemonRefused, match=r"No such file or directory.*set \[api\] tokens"):
        await note(daemon)
