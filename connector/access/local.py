"""Commands on the daemon's machine: a unix socket beside the store, and who is at its other end, as the kernel says.

Whoever comes this way could write the store's file itself, so nobody is let in who could do less before.
"""

import os
import pwd
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from aiohttp import web

from connector.domain.roles import Actor, Role, Via
from connector.store.sqlite import database_path

_ROOT = 0
_CREDENTIALS = struct.Struct("iII")
"""``struct ucred``: process, user, group."""

log = structlog.get_logger()


def socket_path(url: str) -> Path:
    """Where the daemon that holds this store listens for commands; the same for the daemon and for the command."""
    database = database_path(url)
    return database.with_name(database.name + ".sock")


def user_name(uid: int) -> str:
    """The name of a user of this machine; in a container there may be none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


class LocalUsers:
    """Root and the user that this program runs as: to them the store's file is open anyway."""

    def __init__(self) -> None:
        # Now, since a name may have to be asked for elsewhere, and nothing may wait for that later.
        self._names: Mapping[int | None, str] = {uid: user_name(uid) for uid in (_ROOT, os.geteuid())}

    def identify(self, request: web.Request) -> Actor | None:
        """The user behind a request that came by the unix socket; None for others, and for whoever came elsewhere."""
        name = self._names.get(_peer_uid(request))
        return None if name is None else Actor(name, Role.ADMIN, Via.COMMAND)


def _peer_uid(request: web.Request) -> int | None:
    """The user that the kernel saw connecting; None where that is not by a unix socket."""
    connection = request.get_extra_info("socket")
    if connection is None or connection.family != socket.AF_UNIX:
        return None
    try:
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except OSError:  # whoever asked has gone
        return None
    uid: int = _CREDENTIALS.unpack(told)[1]
    return uid


@contextmanager
def bound_for_commands(path: Path) -> Iterator[socket.socket | None]:
    """A socket at this path that only its owner can open, until the block is left; nobody listens on it yet.

    The caller holds the store's lock: a socket that lies there is left of a daemon that was killed. Where there can
    be none (the path is too long for one, say), None, and the log says why: commands then need a token.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        try:
            _bind(made, path)
        except OSError as error:
            why, hint = error.strerror or str(error), "commands beside the daemon need a token: set [api] tokens"
            log.warning("no_socket_for_commands", path=str(path), error=why, hint=hint)
            yield None
            return
        identity = _identity(path)
        try:
            yield made
        finally:
            if _identity(path) == identity:  # else the folder is another one by now
                with suppress(OSError):  # the next start removes it
                    path.unlink()


def _bind(made: socket.socket, path: Path) -> None:
    if path.is_socket():
        path.unlink()
    made.bind(str(path))
    path.chmod(0o600)  # nobody can have come in before: it does not listen yet


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.lstat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
