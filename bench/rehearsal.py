"""Starts the real programs on loopback and speaks to them as the world does. The acceptance tests use it too."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

SECRET = "whsec_cmVoZWFyc2FsLW9ubHktbm8tcmVhbC1zaG9w"  # noqa: S105 - signs rehearsals on loopback only
SOURCE = "packing-table"
COMMAND = str(Path(sys.executable).with_name("qoo10-connector"))
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 10.0
_TAIL = 200
_ENV_PREFIX = "QOO10_CONNECTOR__"


class RehearsalFailed(Exception):
    """A program did not do what a rehearsal needs; the message ends with what it wrote last."""


class Program:
    """A started process. What it writes is read all the time, so that it never waits for us."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.tail: deque[str] = deque(maxlen=_TAIL)
        self._waiting: list[tuple[Callable[[str], str | None], asyncio.Future[str]]] = []
        self._reading = asyncio.create_task(self._read_all())

    @classmethod
    async def start(cls, *command: str, folder: Path) -> Self:
        """Starts a command, without settings from the environment."""
        own = {name: value for name, value in os.environ.items() if not name.upper().startswith(_ENV_PREFIX)}
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env={**own, "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1024 * 1024,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def says(self, found: Callable[[str], str | None], within_s: float = STARTS_WITHIN_S) -> str:
        """Waits for a line in which ``found`` finds something, and gives that.

        Raises:
            RehearsalFailed: the program ended, or said nothing of the kind in time.
        """
        for line in self.tail:
            if (value := found(line)) is not None:
                return value
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((found, waiting))
        either: set[asyncio.Future[Any]] = {waiting, self._reading}
        await asyncio.wait(either, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise RehearsalFailed("\n".join(["the program did not say what was waited for", *self.tail]))
        return waiting.result()

    async def kill(self) -> None:
        """SIGKILL: as a power cut does it."""
        await self._end(signal.SIGKILL, STOPS_WITHIN_S)

    async def stop(self, within_s: float = STOPS_WITHIN_S) -> int:
        """SIGTERM; gives the exit code.

        Raises:
            RehearsalFailed: it did not end in time (it is killed then).
        """
        return await self._end(signal.SIGTERM, within_s)

    async def ended(self, within_s: float) -> int:
        """Waits for it to end by itself; gives the exit code.

        Raises:
            RehearsalFailed: it did not end in time (it is killed then).
        """
        return await self._end(None, within_s)

    async def _end(self, number: signal.Signals | None, within_s: float) -> int:
        if number is not None and self.running:
            with contextlib.suppress(ProcessLookupError):
                # Not send_signal(): it may reap the process and so lose its exit code.
                os.kill(self.pid, number)
        try:
            code = await asyncio.wait_for(self._process.wait(), within_s)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise RehearsalFailed("\n".join([f"the program did not end within {within_s:g} s", *self.tail])) from None
        finally:
            await self._reading
        return code

    async def _read_all(self) -> None:
        streams = (self._process.stdout, self._process.stderr)
        await asyncio.gather(*(self._read(stream) for stream in streams if stream is not None))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.tail.append(line)
            for found, waiting in self._waiting:
                if not waiting.done() and (value := found(line)) is not None:
                    waiting.set_result(value)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running ``qoo10-connector sandbox`` and its admin API."""

    program: Program
    qapi_url: str
    admin_url: str
    session: aiohttp.ClientSession

    async def admin(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call of the admin API; see docs/sandbox.md."""
        async with self.session.request(method, self.admin_url + path, json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def add_orders(self, count: int) -> list[str]:
        """Buyers order: so many carts of one line each. Gives the order numbers."""
        made = await self.admin("POST", "/orders", {"count": count})
        return [order_no for cart in made["carts"] for order_no in cart["order_nos"]]

    async def lines(self) -> dict[str, dict[str, Any]]:
        """Every order line by its number, as it truly is."""
        return {line["order_no"]: line for line in (await self.admin("GET", "/orders"))["orders"]}

    async def line(self, order_no: str) -> dict[str, Any]:
        """One order line, as it truly is."""
        found: dict[str, Any] = await self.admin("GET", f"/orders/{order_no}")
        return found

    async def entered(self, order_nos: Sequence[str], within_s: float, every_s: float = 0.02) -> None:
        """Waits until every one of these lines had a successful write, looking at one of them every so often.

        Raises:
            RehearsalFailed: not all of them in time; the message names one that had none.
        """
        deadline = time.monotonic() + within_s
        for order_no in order_nos:
            while not (await self.line(order_no))["applied_writes"]:
                if time.monotonic() > deadline:
                    raise RehearsalFailed(f"{order_no} has no number after {within_s:g} s")
                await asyncio.sleep(every_s)


@asynccontextmanager
async def sandbox(folder: Path, **switches: object) -> AsyncIterator[Sandbox]:
    """A sandbox without orders, with these switches, for the length of the block."""
    program = await Program.start(COMMAND, "sandbox", "--port", "0", "--orders", "0", folder=folder)
    try:
        admin_url = await program.says(lambda line: _found(r"(http://\S+/_sandbox)$", line))
        qapi_url = await program.says(lambda line: _found(r"qapi_url\s+(\S+)$", line))
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
            running = Sandbox(program, qapi_url, admin_url, session)
            await running.admin("PATCH", "/switches", switches)
            yield running
    finally:
        if program.running:
            await program.kill()


def _found(pattern: str, line: str) -> str | None:
    found = re.search(pattern, line)
    return found[1] if found else None


@dataclass(slots=True)
class Service:
    """``qoo10-connector serve`` with a configuration of its own; it can be started, stopped and killed again and again.

    ``shop`` are further lines of the shop's table of the configuration, ``sources`` further tables, both as TOML.
    """

    folder: Path
    qapi_url: str
    calls_per_second: int = 5
    shop: str = ""
    sources: str = ""
    program: Program | None = field(default=None, repr=False)
    url: str = ""

    def configure(self) -> Path:
        """Writes the configuration; gives its path."""
        path = self.folder / "config.toml"
        path.write_text(
            f'[server]\nport = 0\n[store]\nurl = "sqlite:///{self.folder}/store.db"\n[log]\nformat = "json"\n'
            f'[shops.main]\nqapi_url = "{self.qapi_url}"\nseller_auth_key = "sandbox-key-main-1"\n'
            f"calls_per_second = {self.calls_per_second}\n{self.shop}\n"
            f'[sources.{SOURCE}]\nkind = "standard"\nshop = "main"\nsecrets = ["{SECRET}"]\n{self.sources}',
            encoding="utf-8",
        )
        return path

    async def launch(self) -> Program:
        """Starts the process without waiting until it listens."""
        self.program = await Program.start(COMMAND, "serve", "--config", str(self.configure()), folder=self.folder)
        return self.program

    async def start(self) -> Program:
        """Starts the process and waits until it listens."""
        program = await self.launch()
        self.url = await program.says(_listening_url)
        return program

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Started for the length of the block; killed at its end if it still runs."""
        try:
            await self.start()
            yield self
        finally:
            if self.program is not None and self.program.running:
                await self.program.kill()


def _listening_url(line: str) -> str | None:
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict) and event.get("event") == "listening":
            return str(event["url"])
    return None


def printed(order_ref: str, tracking_no: str, carrier: str = "sagawa") -> bytes:
    """A standard message: this label was printed now."""
    data = {"order_ref": order_ref, "carrier": carrier, "tracking_number": tracking_no}
    return json.dumps({"type": "label.printed", "data": data}).encode()


def signed(body: bytes, message_id: str, secret: str = SECRET) -> dict[str, str]:
    """The headers of a Standard Webhooks message sent now. Written from the specification, not with our verifier."""
    unix_s = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{unix_s}.".encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": unix_s,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def sagawa_number(serial: int) -> str:
    """A Sagawa number of twelve digits: the last one is the rest of the others divided by seven."""
    digits = 40_000_000_000 + serial
    return f"{digits}{digits % 7}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
