"""What the outside monitor hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import aiohttp
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from connector.alerts.heartbeat import LONGEST_REASON, Heartbeat

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Service

UUID = "0f7c-secret"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def heart(url: str, session: aiohttp.ClientSession, *reasons: str) -> Heartbeat:
    async def why() -> Sequence[str]:
        return reasons

    return Heartbeat(SecretStr(url), session, why)


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((), ("GET", f"/ping/{UUID}?create=1", "")),
        (("the store cannot be written", "x" * 2000), ("POST", f"/ping/{UUID}/fail?create=1", None)),
    ],
)
async def test_it_says_that_all_is_well_or_why_not(
    service: Service, session: aiohttp.ClientSession, reasons: tuple[str, ...], expected: tuple[str, str, str | None]
) -> None:
    await heart(f"{service.url}/ping/{UUID}?create=1", session, *reasons).beat()

    ((method, path, body),) = service.requests
    assert (method, path) == expected[:2]
    assert body == "" if not reasons else body.startswith("the store cannot be written; x")
    assert len(body) <= LONGEST_REASON


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/0f7c-secret", "http://0f7c-secret.invalid:99999/", "x://0f7c-secret"]
)
async def test_one_that_is_not_heard_is_said_once_and_without_its_address(
    session: aiohttp.ClientSession, url: str
) -> None:
    beating = heart(url, session)
    with capture_logs() as logged:
        await beating.beat()
        await beating.beat()

    assert [line["event"] for line in logged] == ["heartbeat_not_heard"]
    assert UUID not in repr(logged)


async def test_a_redirect_is_not_followed(service: Service, session: aiohttp.ClientSession) -> None:
    service.status, service.headers = 302, {"Location": f"{service.url}/elsewhere"}
    with capture_logs() as logged:
        await heart(f"{service.url}/{UUID}", session).beat()

    assert [line["problem"] for line in logged] == ["status 302"]


async def test_reasons_that_cannot_be_found_out_are_no_heartbeat(
    service: Service, session: aiohttp.ClientSession
) -> None:
    async def broken() -> Sequence[str]:
        raise RuntimeError("defect")

    await Heartbeat(SecretStr(f"{service.url}/{UUID}"), session, broken).beat()

    assert service.requests == []
