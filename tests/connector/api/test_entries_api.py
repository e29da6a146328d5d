"""``/api/v1/entries``: what waits, and a number held for its check digit that is released and stands at Qoo10."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.app import RunningApp, running
from connector.sandbox import Sandbox
from connector.settings import load_settings

TOKEN = "t" * 32
SECRET = base64.b64encode(b"made up for these tests only").decode()
WRONG = "444413758702"
RELEASE = {"number": WRONG, "who": "佐藤", "why": "伝票と同じ", "confirm": "number_checked"}


@dataclass
class Service:
    """The running program, beside its Qoo10."""

    app: RunningApp
    session: aiohttp.ClientSession
    sandbox: Sandbox

    async def ask(self, method: str, path: str, body: Any = None, token: str = TOKEN) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.request(method, self.app.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def print_label(self, order_ref: str, number: str) -> None:
        data = {"order_ref": order_ref, "carrier": "yamato", "service": "takkyubin", "tracking_number": number}
        now = datetime.now(UTC)
        body = json.dumps({"type": "label.printed", "timestamp": now.isoformat(), "data": data}).encode()
        stamp, key = str(int(now.timestamp())), f"msg_{order_ref}"
        signed = hmac.digest(base64.b64decode(SECRET), f"{key}.{stamp}.".encode() + body, hashlib.sha256)
        headers = {
            "webhook-id": key,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
        }
        url = f"{self.app.url}/webhooks/packing-table"
        async with self.session.post(url, data=body, headers=headers) as response:
            assert response.status == 202

    async def listed(self, query: str, count: int = 1) -> list[Any]:
        """The entries of a list, as soon as there are so many."""
        deadline = time.monotonic() + 20
        while True:
            _, answer = await self.ask("GET", f"/api/v1/entries{query}")
            entries: list[Any] = answer["entries"]
            if len(entries) >= count:
                return entries
            assert time.monotonic() < deadline, answer
            await asyncio.sleep(0.02)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
            [server]
            port = 0
            [store]
            url = "sqlite:///{tmp_path}/connector.db"
            [api]
            tokens = ["{TOKEN}"]
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            [sources.packing-table]
            kind = "standard"
            shop = "main"
            secrets = ["whsec_{SECRET}"]
            """,
            encoding="utf-8",
        )
        async with running(load_settings(config)) as app:
            yield Service(app, session, sandbox)


async def test_a_number_held_for_its_check_digit_is_released_and_stands_at_qoo10(service: Service) -> None:
    """From the label message to the order, with the person's step between."""
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no, WRONG)
    (held,) = await service.listed("?state=held")

    status, answer = await service.ask("POST", f"/api/v1/entries/{held['id']}/release", RELEASE)
    (done,) = await service.listed("?state=confirmed")

    assert (held["reason"], held["reason_ja"]) == ("check_digit", "送り状番号の検査数字が合いません")
    assert (status, answer["id"], answer["person"]) == (201, held["id"], "number_checked")
    assert (done["id"], done["shipping_corp"], done["entered"], done["lines"]) == (held["id"], "ヤマト宅急便", 1, 1)
    assert service.sandbox.market.line(line.order_no).shipping.tracking_no == WRONG


async def test_what_does_not_fit_is_refused_with_the_reason(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no, WRONG)
    (held,) = await service.listed("?state=held")
    path = f"/api/v1/entries/{held['id']}"

    lacking = await service.ask("POST", f"{path}/release", RELEASE | {"confirm": ""})
    other = await service.ask("POST", f"{path}/release", RELEASE | {"number": "444413758703"})
    nobody = await service.ask("POST", f"{path}/retry", {"who": " ", "why": "x"})
    unreadable = await service.ask("POST", f"{path}/release", {"who": "sato"})
    missing = await service.ask("POST", "/api/v1/entries/99/retry", {"who": "sato", "why": "x"})
    retried, _ = await service.ask("POST", f"{path}/retry", {"who": "sato", "why": "x"})

    answers = (lacking, other, nobody, unreadable, missing)
    assert [(status, answer["error"]["code"]) for status, answer in answers] == [
        (422, "act_incomplete"),
        (409, "act_refused"),
        (422, "act_incomplete"),
        (422, "unreadable"),
        (404, "no_entry"),
    ]
    assert retried == 201
    assert service.sandbox.market.line(line.order_no).shipping.tracking_no == ""


async def test_a_label_without_an_order_is_in_the_list(service: Service) -> None:
    await service.print_label("1999999999", "444413758703")

    (row,) = await service.listed("?source=packing-table&shop=main&limit=5")

    assert (row["id"], row["order_no"], row["order_ref"], row["state"]) == (None, "", "1999999999", "unresolved")


@pytest.mark.parametrize("query", ["?state=stuck", "?limit=0", "?limit=x", "?limit=1001", "?order=1"])
async def test_a_question_that_cannot_be_answered_is_400(service: Service, query: str) -> None:
    status, answer = await service.ask("GET", f"/api/v1/entries{query}")

    assert (status, answer["error"]["code"]) == (400, "bad_query")


async def test_every_address_needs_a_token(service: Service) -> None:
    for method, path in (
        ("GET", "/api/v1/entries"),
        ("POST", "/api/v1/entries/1/release"),
        ("POST", "/api/v1/entries/1/retry"),
    ):
        assert (await service.ask(method, path, token=""))[0] == 401
