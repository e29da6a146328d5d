import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connector.qoo10.answers import Answer, read_answer
from connector.qoo10.limits import CallLimiter
from connector.qoo10.protocol import Call
from connector.qoo10.transport import CallRecord, Timeouts, Transport

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """The bytes of a recorded or published sample, by its file name."""
    return lambda name: (SAMPLES / name).read_bytes()


@pytest.fixture
def read() -> Callable[..., Answer]:
    """An answer to a call with HTTP 200, from bytes, text or anything that JSON can hold."""

    def reader(call: Call, body: object) -> Answer:
        if isinstance(body, str):
            body = body.encode()
        return read_answer(call, 200, {}, body if isinstance(body, bytes) else json.dumps(body).encode())

    return reader


@dataclass
class Received:
    method: str
    key: str
    url: str
    headers: dict[str, str]
    params: dict[str, str]


@dataclass
class Qoo10:
    """A server that answers what the test says, one answer a call; the last one goes on."""

    answers: list[object] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    base_url: str = ""
    now_s: float = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        params = {name: str(value) for name, value in (await request.post()).items()}
        key = request.headers.get("GiosisCertificationKey", "")
        self.received.append(
            Received(request.path.rpartition("/")[2], key, str(request.url), dict(request.headers), params)
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_s += seconds

    def methods(self) -> list[str]:
        return [received.method for received in self.received]

    def limiter(self) -> CallLimiter:
        return CallLimiter(1000, lambda: self.now_s, self.sleep)


@pytest.fixture
async def qoo10() -> AsyncIterator[Qoo10]:
    fake = Qoo10()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.base_url = str(server.make_url("/ebayjapan.qapi"))
        yield fake


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def transport(qoo10: Qoo10, session: aiohttp.ClientSession) -> Transport:
    return Transport(
        session=session,
        base_url=qoo10.base_url + "/",
        limiter=qoo10.limiter(),
        on_call=qoo10.records.append,
        timeouts=Timeouts(connect_s=30, total_s=30),
        sleep=qoo10.sleep,
    )
