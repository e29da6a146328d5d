"""``/api/v1/sources``: what each one sent, what was refused, its secrets without a gap, and payloads tried out."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.rehearsal import printed, sagawa_number, signed
from connector.tokens import fingerprint
from tests.connector.api.conftest import SECRET, SOURCE, TOKEN_KEY, Service, serving

PERSON = "山田花子"


async def details(service: Service, name: str = SOURCE) -> Any:
    status, answer = await service.ask("GET", f"/api/v1/sources/{name}")
    assert status == 200
    return answer


async def send(service: Service, secret: str = SECRET, body: bytes | None = None, serial: int = 1) -> int:
    """A delivery's status, signed with this secret."""
    body = body or printed("1234567890", sagawa_number(serial))
    headers = signed(body, f"msg_{serial}_{fingerprint(secret)}", secret)
    async with service.session.post(f"{service.app.url}/webhooks/{SOURCE}", data=body, headers=headers) as response:
        return response.status


@asynccontextmanager
async def serving_sources(folder: Path, token_key: str = TOKEN_KEY) -> AsyncIterator[Service]:
    """One source of each way: beside the packing table a folder of files and a scanner."""
    (folder / "labels").mkdir(exist_ok=True)
    more = f"""
        store.token_key = "{token_key}"
        [sources.files]
        kind = "csv"
        shop = "main"
        folder = "{folder}/labels"
        options.order_ref = "注文番号"
        options.tracking_number = "送り状番号"
        options.carrier = "配送会社"
        [sources.scanner]
        kind = "scan"
        shop = "main"
        options.carrier = "sagawa"
    """
    async with serving(folder, more) as service:
        yield service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with serving_sources(tmp_path) as running_service:
        yield running_service


async def test_a_source_that_never_sent_anything_says_so(service: Service) -> None:
    status, answer = await service.ask("GET", "/api/v1/sources")

    assert status == 200
    assert [(each["name"], each["way"], each["state"], each["last_at"]) for each in answer["sources"]] == [
        ("files", "filed", "never_heard", None),
        ("packing-table", "pushed", "never_heard", None),
        ("scanner", "scanned", "never_heard", None),
    ]


async def test_what_it_sent_is_counted_and_listed(service: Service) -> None:
    assert await send(service) == 202

    shown = await details(service)

    assert (shown["state"], shown["last_24_h"], shown["labels_24_h"]) == ("fine", {"accepted": 1}, 1)
    assert 0 <= shown["silent_s"] < 60
    assert [(each["outcome"], each["times_seen"], each["labels"]) for each in shown["newest"]] == [("accepted", 1, 1)]
    assert shown["newest"][0]["first_labels"] == [{"order_ref": "1234567890", "tracking_no": sagawa_number(1)}]
    assert shown["in_vain"] == []


async def test_what_could_not_be_read_is_shown_with_its_shape_and_no_value(service: Service) -> None:
    body = json.dumps({"type": "label.printed", "data": {"order_ref": 5, "name": PERSON}}).encode()
    assert await send(service, body=body) == 422

    shown = await details(service)

    (unreadable,) = shown["in_vain"]
    assert unreadable["shape"] == {"type": "string", "data": {"order_ref": "number", "name": "string"}}
    assert unreadable["problem"] != ""
    assert (shown["state"], shown["refused_in_a_row"]) == ("in_vain", 0)
    assert [(each["status"], each["code"]) for each in shown["refused"]] == [(422, "unreadable")]
    assert PERSON not in json.dumps(shown, ensure_ascii=False)
    status, listed = await service.ask("GET", "/api/v1/deliveries?source=packing-table")
    assert (status, listed) == (200, {"deliveries": [unreadable], "more": False, "next": None})


async def test_what_came_to_nothing_is_listed_page_by_page(service: Service) -> None:
    for number in range(3):
        assert await send(service, body=json.dumps({"type": "label.printed", "data": number}).encode()) == 422
    address = "/api/v1/deliveries?source=packing-table&limit=2"

    _, first = await service.ask("GET", address)
    _, last = await service.ask("GET", f"{address}&cursor={first['next']}")
    refused, _ = await service.ask("GET", f"{address}&cursor=x")

    assert [(len(page["deliveries"]), page["more"]) for page in (first, last)] == [(2, True), (1, False)]
    assert len({each["id"] for page in (first, last) for each in page["deliveries"]}) == 3
    assert (last["next"], refused) == (None, 400)


async def test_refused_deliveries_are_told_until_one_is_taken(service: Service) -> None:
    wrong = "whsec_d3Jvbmctb25lLWZvci10aGlzLXNvdXJjZQ=="
    assert [await send(service, wrong), await send(service, wrong)] == [401, 401]

    shown = await details(service)

    assert (shown["state"], shown["refused_in_a_row"]) == ("refused", 2)
    assert [(each["status"], each["code"]) for each in shown["refused"]] == [(401, "bad_signature")] * 2
    assert await send(service) == 202
    assert [(await details(service))[name] for name in ("state", "refused_in_a_row", "refused_since")] == [
        "fine",
        0,
        None,
    ]


async def test_a_secret_is_changed_without_a_gap(service: Service) -> None:
    """Add the new one, move the sender over, see that the old one is used no more, withdraw what is not needed."""
    status, made = await service.ask("POST", "/api/v1/sources/packing-table/secrets", {})
    assert status == 201
    assert made["secret"].startswith("whsec_")
    assert [await send(service, SECRET), await send(service, made["secret"])] == [202, 202]
    secrets = (await details(service))["secrets"]
    assert [(each["id"], each["mark"], each["used_at"] is not None) for each in secrets] == [
        (None, fingerprint(SECRET), True),
        (made["id"], made["mark"], True),
    ]
    assert made["secret"] not in json.dumps(secrets)

    status, shown = await service.ask("DELETE", f"/api/v1/sources/packing-table/secrets/{made['id']}")

    assert (status, [each["mark"] for each in shown["secrets"]]) == (200, [fingerprint(SECRET)])
    assert await send(service, made["secret"], serial=2) == 401


async def test_a_secret_that_the_sender_gave_is_taken_as_it_is(service: Service) -> None:
    given = "whsec_" + base64.b64encode(b"given by the sender, 32 bytes ok").decode()
    status, made = await service.ask("POST", "/api/v1/sources/packing-table/secrets", {"secret": f" {given} "})

    assert (status, made["secret"]) == (201, given)
    assert await service.ask("POST", "/api/v1/sources/packing-table/secrets", {"secret": given}) == (
        409,
        {
            "error": {
                "code": "known_secret",
                "message": "This secret is valid already.",
                "hint": "There is nothing to do.",
            }
        },
    )


async def test_an_added_secret_outlives_a_restart_and_is_unreadable_without_its_key(tmp_path: Path) -> None:
    async with serving_sources(tmp_path) as service:
        _, made = await service.ask("POST", "/api/v1/sources/packing-table/secrets", {})
    async with serving_sources(tmp_path) as service:
        assert await send(service, made["secret"]) == 202
    async with serving_sources(tmp_path, token_key="") as service:
        assert await send(service, made["secret"], serial=2) == 401
        assert [each["unreadable"] for each in (await details(service))["secrets"]] == [False, True]
        status, answer = await service.ask("POST", "/api/v1/sources/packing-table/secrets", {})
        assert (status, answer["error"]["code"]) == (409, "no_token_key")
        assert "store.token_key" in answer["error"]["hint"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/packing-table/secrets", {"secret": "no-standard-webhooks-secret"}, 422, "unusable_secret"),
        ("POST", "/files/secrets", {}, 409, "no_secrets"),
        ("POST", "/scanner/secrets", {}, 409, "no_secrets"),
        ("POST", "/scanner/trial", {"payload": "a"}, 409, "nothing_to_try"),
        ("POST", "/nobody/secrets", {}, 404, "no_source"),
        ("DELETE", "/packing-table/secrets/7", None, 404, "no_secret"),
        ("DELETE", "/packing-table/secrets/x", None, 404, "no_secret"),
        ("GET", "/nobody", None, 404, "no_source"),
        ("POST", "/packing-table/trial", {}, 422, "unreadable"),
        ("POST", "/packing-table/trial", {"payload": "a", "payload_base64": "YQ=="}, 422, "unreadable"),
        ("POST", "/packing-table/trial", {"payload_base64": "no base64"}, 422, "unreadable"),
    ],
)
async def test_what_does_not_fit_is_refused_with_the_reason(
    service: Service, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answered, answer = await service.ask(method, f"/api/v1/sources{path}", body)

    assert (answered, answer["error"]["code"]) == (status, code)


async def test_a_payload_is_tried_out_and_nothing_is_kept(service: Service) -> None:
    number = sagawa_number(1)[:-1] + str((int(sagawa_number(1)[-1]) + 1) % 7)
    body = printed("1234567890", number)
    headers = {name.title(): value for name, value in signed(body, "msg_1", SECRET).items()}

    status, answer = await service.ask("POST", "/api/v1/sources/packing-table/trial", trial(body.decode(), headers))

    assert (status, answer["fine"], answer["signature"]) == (200, True, "proven")
    (event,) = answer["events"]
    assert (event["order_ref"], event["numbers"], event["tracking_number"]) == ("1234567890", ["1234567890"], number)
    assert event["held"].startswith("check_digit")
    assert (await details(service))["newest"] == []


async def test_a_file_in_shift_jis_is_tried_out_without_touching_a_disk(service: Service) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(
        [["注文番号", "送り状番号", "配送会社", "氏名"], ["1234567890", sagawa_number(1), "sagawa", PERSON]]
    )
    payload = base64.b64encode(out.getvalue().encode("cp932")).decode()

    status, answer = await service.ask("POST", "/api/v1/sources/files/trial", {"payload_base64": payload})

    assert (status, answer["errors"], [each["order_ref"] for each in answer["events"]]) == (200, [], ["1234567890"])
    left = b"".join(path.read_bytes() for path in service.folder.rglob("*") if path.is_file())
    assert PERSON.encode("cp932") not in left
    assert PERSON.encode() not in left


def trial(payload: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {"payload": payload, "headers": dict(headers)}
