"""Commands on the daemon's machine: the unix socket beside the store, and who is let in by it."""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs

from connector.access.local import LocalUsers, bound_for_commands, socket_path, user_name
from connector.app import running
from connector.domain.roles import Actor, Role, Via
from connector.settings import Settings
from tests.connector.access.conftest import with_two_ports

NO_USER = 4_294_967_294
"""The largest id that a user can have; nobody has it."""


class Transport:
    """A connection by a unix socket, at whose other end is a user of this id."""

    family = socket.AF_UNIX

    def __init__(self, uid: int) -> None:
        self._uid = uid

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" else default

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        assert (level, option, size) == (socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.pack("iII", 1, self._uid, 0)


def from_user(uid: int) -> web.Request:
    request = make_mocked_request("GET", "/")
    request.protocol.transport = Transport(uid)  # type: ignore[assignment]  # all that is asked of one here
    return request


class TestWhoIsLetIn:
    @pytest.mark.parametrize("uid", sorted({0, os.geteuid()}))
    def test_root_and_the_daemons_own_user_are_administrators(self, uid: int) -> None:
        assert LocalUsers().identify(from_user(uid)) == Actor(user_name(uid), Role.ADMIN, Via.COMMAND)

    def test_every_other_user_is_nobody(self) -> None:
        assert LocalUsers().identify(from_user(NO_USER)) is None

    def test_a_user_without_a_name_is_a_number(self) -> None:
        """As in a container that has no list of users."""
        assert user_name(NO_USER) == "uid 4294967294"
        assert user_name(0) == "root"


class TestTheSocket:
    @pytest.mark.usefixtures("_loose_umask")
    def test_it_is_for_its_owner_alone_and_gone_at_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "connector.db.sock"

        with bound_for_commands(path) as bound:
            assert bound is not None
            mode = path.stat().st_mode

        assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o600)
        assert list(tmp_path.iterdir()) == []

    def test_one_that_a_killed_daemon_left_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "connector.db.sock"
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))

        with bound_for_commands(path) as bound:
            assert bound is not None
            with socket.socket(socket.AF_UNIX) as command:
                bound.listen()
                command.connect(str(path))

        assert not path.exists()

    def test_a_file_that_is_no_socket_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "connector.db.sock"
        path.write_text("something else")

        with capture_logs() as logs, bound_for_commands(path) as bound:
            assert bound is None

        assert path.read_text() == "something else"
        assert [(each["event"], each["error"]) for each in logs] == [
            ("no_socket_for_commands", "Address already in use")
        ]

    def test_where_the_path_is_too_long_for_one_the_log_says_so(self, tmp_path: Path) -> None:
        folder = tmp_path / ("x" * 100)
        folder.mkdir()

        with capture_logs() as logs, bound_for_commands(folder / "connector.db.sock") as bound:
            assert bound is None

        assert [(each["event"], each["error"]) for each in logs] == [
            ("no_socket_for_commands", "AF_UNIX path too long")
        ]
        assert list(folder.iterdir()) == []

    def test_the_socket_of_another_is_not_removed(self, tmp_path: Path) -> None:
        """Whoever replaced the folder may have started a daemon there."""
        path = tmp_path / "store" / "connector.db.sock"
        path.parent.mkdir()
        with bound_for_commands(path):
            path.parent.rename(tmp_path / "moved")
            path.parent.mkdir()
            with socket.socket(socket.AF_UNIX) as other:
                other.bind(str(path))

        assert path.is_socket()

    def test_a_folder_that_was_removed_is_no_trouble(self, tmp_path: Path) -> None:
        path = tmp_path / "store" / "connector.db.sock"
        path.parent.mkdir()
        with bound_for_commands(path):
            path.unlink()
            path.parent.rmdir()

        assert not path.parent.exists()


@pytest.fixture
def _loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_two_ports(tmp_path)


class TestTheRunningProgram:
    async def test_a_change_and_a_page_come_by_the_socket_as_by_the_address(self, settings: Settings) -> None:
        """Behind the same gate: with the audit, with Idempotency-Key, and with pages that follow what changes."""
        token, key = {"name": "wms", "role": "viewer"}, {"Idempotency-Key": "1"}
        async with running(settings) as app, by_socket(settings) as http:
            async with http.get("http://any.example/api/v1/me", headers={"X-Forwarded-For": "192.0.2.7"}) as answer:
                me = await answer.json()
            statuses = []
            for _ in range(2):
                async with http.post("http://localhost/api/v1/tokens", json=token, headers=key) as answer:
                    statuses.append(answer.status)
            async with http.get("http://localhost/users") as page, http.get("http://localhost/stream") as stream:
                statuses += [page.status, stream.status]
                first = await stream.content.readline()
            (deed,) = await app.store.deeds.page(10)

        assert (me["name"], me["role"], me["via"]) == (user_name(os.geteuid()), "admin", "command")
        assert statuses == [201, 409, 200, 200]  # the second time: done before, and a token is shown once
        assert first == b"retry: 1000\n"
        assert (deed.who, deed.via, deed.action) == (user_name(os.geteuid()), "command", "POST /api/v1/tokens")

    async def test_a_log_in_by_the_socket_works_and_is_limited(self, settings: Settings) -> None:
        """Nothing needs an address of whoever asks."""
        form = {"name": "nobody", "password": "wrong"}
        headers = {"Origin": "http://localhost"}
        async with running(settings), by_socket(settings) as http:
            statuses = []
            for _ in range(6):
                async with http.post("http://localhost/login", data=form, headers=headers) as answer:
                    statuses.append(answer.status)
            async with http.post("http://localhost/login", data=form, headers={"Origin": "http://evil"}) as answer:
                statuses.append(answer.status)

        assert statuses == [401] * 5 + [429, 403]

    async def test_two_daemons_on_two_stores_have_a_socket_each(self, settings: Settings, tmp_path: Path) -> None:
        store = settings.store.model_copy(update={"url": f"sqlite:///{tmp_path}/second.db"})
        second = settings.model_copy(update={"store": store})
        names = []
        async with running(settings) as one, running(second) as two:
            for each, app in ((settings, one), (second, two)):
                token = {"name": Path(each.store.url).name, "role": "viewer"}
                async with by_socket(each) as http, http.post("http://localhost/api/v1/tokens", json=token):
                    names.append([made.name for made in await app.store.tokens.all()])

        assert names == [["connector.db"], ["second.db"]]

    async def test_while_there_is_no_user_it_says_how_to_make_one(self, settings: Settings) -> None:
        with capture_logs() as logs:
            async with running(settings), by_socket(settings) as http, http.get("http://localhost/api/v1/users") as got:
                users = await got.json()

        assert [each["hint"] for each in logs if each["event"] == "nobody_can_log_in"] == [
            "qoo10-connector users add NAME --role admin"
        ]
        assert users == {"users": []}


def by_socket(settings: Settings) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.UnixConnector(str(socket_path(settings.store.url))), cookie_jar=aiohttp.DummyCookieJar()
    )
