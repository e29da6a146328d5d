"""Messages that only point: secrets in addresses, vendors' keys, and lists that end as label events."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

import carriers
from connector.intake.key_sets import AGAIN_AFTER

if TYPE_CHECKING:
    from tests.connector.intake.conftest import Service

CARRIERS = Path(carriers.__file__).parent
SECRET = "a-secret-in-the-address-1"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NEXT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
V1 = f"/webhooks/older/{SECRET}"
V2 = "/webhooks/newer"


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def published(**keys: rsa.RSAPrivateKey) -> dict[str, Any]:
    publics = {key_id: key.public_key().public_numbers() for key_id, key in keys.items()}
    return {
        "keys": [
            {"kty": "RSA", "kid": key_id, "n": number(one.n), "e": number(one.e)} for key_id, one in publics.items()
        ]
    }


def signed(body: bytes, key_id: str = "k1", key: rsa.RSAPrivateKey = KEY) -> dict[str, str]:
    sent_at = datetime.now(UTC).isoformat()
    signature = base64.b64encode(key.sign(f"{sent_at}.".encode() + body, PKCS1v15(), SHA256())).decode()
    return {
        "x-shipengine-rsa-sha256-key-id": key_id,
        "x-shipengine-rsa-sha256-signature": signature,
        "x-shipengine-timestamp": sent_at,
    }


class ShipStation:
    """Plays ShipStation on loopback: ``answers`` by path and page; ``asked`` says who asked for what with which key."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"/jwks": published(k1=KEY)}
        self.asked: list[tuple[str, str]] = []
        self.failing = 0
        self.url = ""

    def keys_asked(self) -> int:
        return sum(path == "/jwks" for path, _ in self.asked)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path_qs, request.headers.get("api-key", request.headers.get("authorization", ""))))
        page = f"{request.path}?page={request.query.get('page', '1')}"
        content = self.answers.get(page, self.answers.get(request.path))
        if self.failing or content is None:
            self.failing = max(self.failing - 1, 0)
            return web.Response(status=503)
        response = web.StreamResponse()
        await response.prepare(request)
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        for start in range(0, len(body), 1000):  # in pieces, as the network does it
            await response.write(body[start : start + 1000])
            await asyncio.sleep(0)
        await response.write_eof()
        return response


@pytest.fixture
async def shipstation() -> AsyncIterator[ShipStation]:
    vendor = ShipStation()
    app = web.Application()
    app.router.add_get("/{path:.*}", vendor.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield vendor
    await runner.cleanup()


@pytest.fixture
def more_settings(shipstation: ShipStation) -> str:
    return f"""
        [sources.older]
        kind = "shipstation_v1"
        shop = "main"
        secrets = ["another-secret-of-24-characters", "{SECRET}"]
        credentials.key_and_secret = "key:secret"
        api_url = "{shipstation.url}"
        [sources.newer]
        kind = "shipstation"
        shop = "main"
        credentials.api_key = "key-of-a-rehearsal"
        api_url = "{shipstation.url}"
        """


def recorded(kind: str, name: str) -> Any:
    return json.loads((CARRIERS / kind / "fixtures" / name).read_bytes())


def events(service: Service) -> list[tuple[Any, ...]]:
    return service.rows("SELECT kind, order_ref, tracking_number FROM label_event ORDER BY tracking_number")


def left_behind(folder: Path) -> bytes:
    """Everything that the service has on disk."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "config.toml")


SHIPPED = json.dumps(
    {"resource_url": "https://ssapi6.shipstation.com/shipments?batchId=1", "resource_type": "SHIP_NOTIFY"}
).encode()
LABELS = json.dumps(
    {"resource_url": "https://api.shipstation.com/v2/labels?batch_id=se-1", "resource_type": "LABEL_CREATED_V2"}
).encode()


async def test_the_secret_in_the_address_opens_and_its_list_becomes_events(
    service: Service, shipstation: ShipStation
) -> None:
    shipstation.answers["/shipments"] = recorded("shipstation_v1", "shipped.answer.json")

    status, answer = await service.post(SHIPPED, {}, V1)

    assert (status, answer["accepted"]) == (202, 1)
    await service.until(lambda: len(events(service)) == 3)
    assert ("printed", "123456789", "9400111899562764298812") in events(service)
    basic = "Basic " + base64.b64encode(b"key:secret").decode()
    assert shipstation.asked == [("/shipments?batchId=1", basic)]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/webhooks/older", 401, "bad_signature"),
        ("/webhooks/older/another-secret-of-24-charact", 401, "bad_signature"),
        (f"/webhooks/older/{SECRET}x", 401, "bad_signature"),
        (f"/webhooks/older/{SECRET.upper()}", 401, "bad_signature"),
        (f"/webhooks/older/x?token={SECRET}", 401, "bad_signature"),
        (f"/webhooks/older/{SECRET}/", 404, "not_found"),
        (f"/webhooks/older/{SECRET}/x", 404, "not_found"),
        (f"/webhooks/nobody/{SECRET}", 404, "unknown_source"),
        (f"/webhooks/packing-table/{SECRET}", 404, "unknown_source"),
    ],
)
async def test_another_address_opens_nothing(service: Service, path: str, status: int, code: str) -> None:
    assert (await service.post(SHIPPED, {}, path))[0] == status
    assert (await service.post(SHIPPED, {}, path))[1]["error"]["code"] == code
    assert service.rows("SELECT count(*) FROM delivery") == [(0,)]


async def test_the_secret_in_the_address_is_never_repeated(
    service: Service, capfd: pytest.CaptureFixture[str], tmp_path: Path, shipstation: ShipStation
) -> None:
    """Not in an answer, a log line, a metric or the store: right or nearly right, read, unread or without a handler."""
    shipstation.answers["/shipments"] = recorded("shipstation_v1", "shipped.answer.json")
    answers = [
        await service.post(body, {}, path)
        for path in (V1, f"{V1}x", f"{V1}/x", f"/webhooks/packing-table/{SECRET}")
        for body in (SHIPPED, b"{", b'{"resource_type": 5}')
    ]
    async with service.session.get(service.app.url + V1) as response:
        answers.append((response.status, await response.text()))
    await service.until(lambda: len(events(service)) == 3)
    metrics = await service.get("/metrics")

    written = "".join(capfd.readouterr())
    kept = left_behind(tmp_path)
    assert {status for status, _ in answers} == {202, 401, 404, 405, 422}
    assert SECRET not in f"{answers}{metrics}{written}"
    assert SECRET.encode() not in kept


async def test_a_split_shipment_ends_as_one_event_for_each_label(service: Service, shipstation: ShipStation) -> None:
    """One message, a list of two labels in pieces, two shipments, two events: the recorded labels of LW-TEST2."""
    shipstation.answers["/v2/labels"] = (CARRIERS / "shipstation/fixtures/label_created.answer.json").read_bytes()
    for shipment in ("se-394496923", "se-394496920"):
        shipstation.answers[f"/v2/shipments/{shipment}"] = {"shipment_id": shipment, "shipment_number": "LW-TEST2"}

    status, answer = await service.post(LABELS, signed(LABELS), V2)

    assert (status, answer["accepted"]) == (202, 1)
    await service.until(lambda: len(events(service)) == 2)
    assert events(service) == [("printed", "LW-TEST2", "383144913218"), ("printed", "LW-TEST2", "383144914556")]
    asked = [path for path, key in shipstation.asked if key == "key-of-a-rehearsal"]
    assert asked[0] == "/v2/labels?batch_id=se-1"
    assert sorted(asked[1:]) == ["/v2/shipments/se-394496920", "/v2/shipments/se-394496923"]


async def test_every_page_is_fetched_and_every_label_of_them(service: Service, shipstation: ShipStation) -> None:
    label = recorded("shipstation", "label_created.answer.json")["labels"][0]
    for page in (1, 2, 3):
        one = label | {"label_id": f"se-{page}", "shipment_id": f"se-9{page}", "tracking_number": f"38314491455{page}"}
        shipstation.answers[f"/v2/labels?page={page}"] = {"labels": [one | {"packages": []}], "page": page, "pages": 3}
        shipstation.answers[f"/v2/shipments/se-9{page}"] = {
            "shipment_id": f"se-9{page}",
            "shipment_number": f"10{page}",
        }

    await service.post(LABELS, signed(LABELS), V2)

    await service.until(lambda: len(events(service)) == 3)
    assert [order for _, order, _ in events(service)] == ["101", "102", "103"]


async def test_a_repeat_and_a_second_message_bring_each_label_once(service: Service, shipstation: ShipStation) -> None:
    label = recorded("shipstation", "label_created.answer.json")["labels"][0]
    shipstation.answers["/v2/labels"] = {"labels": [label], "page": 1, "pages": 1}
    shipment = {"shipment_id": "se-394496923", "shipment_number": "1062428737"}
    shipstation.answers["/v2/shipments/se-394496923"] = shipment
    headers = signed(LABELS)

    first = await service.post(LABELS, headers, V2)
    repeat = await service.post(LABELS, headers, V2)
    await service.until(lambda: len(events(service)) == 1)
    later = await service.post(LABELS, signed(LABELS), V2)
    await service.until(lambda: service.rows("SELECT count(*) FROM fetch WHERE state = 'done'") == [(3,)])

    assert [answer["accepted"] for _, answer in (first, repeat, later)] == [1, 0, 1]
    assert len(events(service)) == 1
    assert [path for path, _ in shipstation.asked].count("/v2/shipments/se-394496923") == 1


async def test_a_vendor_that_fails_is_asked_again(service: Service, shipstation: ShipStation) -> None:
    shipstation.answers["/shipments"] = recorded("shipstation_v1", "shipped.answer.json")
    shipstation.failing = 1

    await service.post(SHIPPED, {}, V1)

    await service.until(lambda: len(events(service)) == 3)
    assert len(shipstation.asked) == 2


async def test_keys_are_fetched_once_for_many_messages(service: Service, shipstation: ShipStation) -> None:
    answers = await asyncio.gather(*(service.post(LABELS, signed(LABELS), V2) for _ in range(20)))

    assert {status for status, _ in answers} == {202}
    assert shipstation.keys_asked() == 1


async def test_an_unknown_key_makes_us_look_once_and_then_is_refused(
    service: Service, shipstation: ShipStation
) -> None:
    await service.post(LABELS, signed(LABELS), V2)
    answers = [await service.post(LABELS, signed(LABELS, f"unknown-{serial}"), V2) for serial in range(10)]

    assert {status for status, _ in answers} == {401}
    assert "unknown_key" in answers[0][1]["error"]["message"]
    assert shipstation.keys_asked() == 1


async def test_a_new_key_is_looked_up_when_a_minute_has_passed(
    service: Service, shipstation: ShipStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.post(LABELS, signed(LABELS), V2)
    shipstation.answers["/jwks"] = published(k2=NEXT_KEY)
    monkeypatch.setattr("connector.intake.key_sets.AGAIN_AFTER", AGAIN_AFTER * 0)  # the minute is over

    assert (await service.post(LABELS, signed(LABELS, "k2", NEXT_KEY), V2))[0] == 202
    assert (await service.post(LABELS, signed(LABELS, "k1", KEY), V2))[0] == 401, "the old key was withdrawn"
    assert shipstation.keys_asked() >= 2


async def test_while_the_keys_cannot_be_had_nothing_is_refused_for_good(
    service: Service, shipstation: ShipStation
) -> None:
    """Who cannot be judged is asked to come again; 401 would say that the message is not ShipStation's."""
    shipstation.failing = 1
    async with service.session.post(service.app.url + V2, data=LABELS, headers=signed(LABELS)) as response:
        answer = await response.json()

    assert (response.status, response.headers["Retry-After"]) == (503, "60")
    assert answer["error"]["code"] == "keys_unavailable"
    assert service.rows("SELECT count(*) FROM delivery") == [(0,)]


@pytest.mark.parametrize("name", ["x-shipengine-rsa-sha256-key-id", "x-shipengine-rsa-sha256-signature"])
async def test_a_message_that_cannot_be_genuine_asks_for_no_keys(
    service: Service, shipstation: ShipStation, name: str
) -> None:
    for value in ("", "AAAA" if "signature" in name else ""):
        status, _ = await service.post(LABELS, signed(LABELS) | {name: value}, V2)
        assert status == 401
    assert shipstation.keys_asked() == 0


async def test_a_message_that_points_elsewhere_is_refused_and_nobody_is_asked(
    service: Service, shipstation: ShipStation
) -> None:
    body = json.dumps(
        {"resource_url": f"{shipstation.url}/v2/labels?batch_id=se-1", "resource_type": "LABEL_CREATED_V2"}
    ).encode()

    status, answer = await service.post(body, signed(body), V2)

    assert (status, answer["error"]["code"]) == (422, "unreadable")
    assert shipstation.url not in answer["error"]["message"]
    assert [path for path, _ in shipstation.asked] == ["/jwks"]
    assert service.rows("SELECT count(*) FROM fetch") == [(0,)]


async def test_an_adapter_that_fails_on_an_answer_stops_no_other(
    service: Service, shipstation: ShipStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipstation.answers["/v2/labels"] = {"labels": []}
    shipstation.answers["/shipments"] = recorded("shipstation_v1", "shipped.answer.json")

    def fails(*_arguments: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("carriers.shipstation.answers.read_json", fails)
    await service.post(LABELS, signed(LABELS), V2)
    await service.until(lambda: service.rows("SELECT attempts FROM fetch") == [(1,)])
    await service.post(SHIPPED, {}, V1)

    await service.until(lambda: len(events(service)) == 3)
    assert service.rows("SELECT detail FROM fetch WHERE path = '/v2/labels'") == [("the adapter failed; see the log",)]
