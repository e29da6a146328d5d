"""``standard``: what its page promises of the body."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import UnreadablePayload
from carriers.model import Delivery, LabelEvent
from carriers.standard.adapter import KINDS, SOURCE

FOLDER = Path(carriers.__file__).parent / "standard"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
DATA = {"order_ref": "1062428737", "carrier": "yamato", "service": "takkyubin", "tracking_number": "4444-1375-8703"}


def delivery(body: bytes) -> Delivery:
    return Delivery("POST", "/webhooks/packing-table", {"webhook-id": "msg_1"}, body, NOW)


def read(data: dict[str, Any] | None = None, **envelope: Any) -> LabelEvent:
    message = {"type": "label.printed", "data": DATA | (data or {})} | envelope
    (event,) = SOURCE.parse(delivery(json.dumps(message).encode())).events
    return event


def problem(data: dict[str, Any] | None = None, **envelope: Any) -> str:
    with pytest.raises(UnreadablePayload) as refused:
        read(data, **envelope)
    return refused.value.problem


def test_the_official_vector_is_the_official_one() -> None:
    body = (FOLDER / "fixtures" / "official_vector.json").read_bytes()

    assert body == b'{"test": 2432232314}'


def test_one_id_for_two_labels_loses_neither() -> None:
    """The id is the sender's to make; one that makes it badly must not cost a label. A resend says the same again."""
    first, again, another = read(), read(), read({"order_ref": "1062428738"})

    assert first.key == again.key
    assert another.key != first.key


@pytest.mark.parametrize("value", [1062428737, "1062428737", "  1062428737\n"])
def test_a_number_may_be_text_or_a_whole_number(value: object) -> None:
    assert read({"order_ref": value}).order_ref == "1062428737"
    assert read({"tracking_number": value}).tracking_number == "1062428737"


@pytest.mark.parametrize("value", [True, 1.0, -1, None, [], {}, "", "  ", "x" * 101, "a\x00b", "a\ud800", "a\u2028b"])
@pytest.mark.parametrize("field", ["order_ref", "tracking_number"])
def test_anything_else_is_no_number(field: str, value: object) -> None:
    told = problem({field: value})

    assert told.startswith(f"data.{field}: ")


@pytest.mark.parametrize("value", [True, 1, -1, 1.5, None, [], {}, "", "x" * 101, "a\x00b"])
def test_the_carrier_is_text_that_must_be_there(value: object) -> None:
    assert problem({"carrier": value}).startswith("data.carrier: ")


def test_a_hundred_characters_are_taken() -> None:
    assert read({"order_ref": "x" * 100, "carrier": "運" * 100}).carrier == "運" * 100


@pytest.mark.parametrize("value", [None, "", "  "])
def test_the_service_may_be_empty(value: object) -> None:
    assert read({"service": value}).service == ""


@pytest.mark.parametrize(("kind", "optional"), [(kind, kind.startswith("parcel.")) for kind in KINDS])
def test_only_a_scanner_may_leave_the_order_out(kind: str, *, optional: bool) -> None:
    for left_out in (None, ""):
        if optional:
            assert read({"order_ref": left_out}, type=kind).order_ref == ""
        else:
            assert problem({"order_ref": left_out}, type=kind) == "data.order_ref: is missing or empty"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T09:15:00+09:00", "2026-11-22T09:15:00+09:00"),
        ("2026-11-22T00:15:00Z", "2026-11-22T00:15:00+00:00"),
        ("2026-11-22T09:15+0900", "2026-11-22T09:15:00+09:00"),
        ("2026-11-22T09:15:00.123456789+09", "2026-11-22T09:15:00.123456+09:00"),
        (None, None),
    ],
)
def test_a_time_keeps_its_offset(text: str | None, expected: str | None) -> None:
    occurred_at = read(timestamp=text).occurred_at

    assert (occurred_at.isoformat() if occurred_at else None) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-11-22T09:15:00",
            "2026-11-22",
            "",
            "now",
            "1795306500",
            "２０２６-11-22T09:15:00Z",
            "2026-11-22 09:15:00Z",
        ),
        *("2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T09:15:00+99:00", "9999-12-31T23:59:59-12:00"),
        *("0001-01-01T00:00:00+09:00", 1795306500, True, [], {}),
    ],
)
def test_a_time_without_an_offset_or_sense_is_unreadable(text: object) -> None:
    assert problem(timestamp=text).startswith("timestamp: ")


def test_a_byte_order_mark_is_skipped() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"type": "label.printed", "data": DATA}).encode()

    assert len(SOURCE.parse(delivery(body)).events) == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("null", "data: must be an object"),
        ("[]", "data: must be an object"),
        ('"x"', "data: must be an object"),
        ("{}", "data.carrier: is missing"),
        ('{"carrier": "yamato"}', "data.tracking_number: is missing"),
    ],
)
def test_a_known_type_needs_its_data(data: str, told: str) -> None:
    with pytest.raises(UnreadablePayload) as refused:
        SOURCE.parse(delivery(f'{{"type": "label.printed", "data": {data}}}'.encode()))
    assert refused.value.problem == told


def test_a_known_type_without_data_names_it() -> None:
    with pytest.raises(UnreadablePayload, match=r"^data: is missing$"):
        SOURCE.parse(delivery(b'{"type": "label.printed"}'))


@pytest.mark.parametrize(("word", "detail"), [("order.created", "order.created"), ("Yamada Taro", ""), ("x@y.z", "")])
def test_an_unknown_type_is_ignored_and_repeated_only_as_a_dotted_name(word: str, detail: str) -> None:
    body = json.dumps({"type": word, "timestamp": 5, "data": [1]}).encode()
    (ignored,) = SOURCE.parse(delivery(body)).ignored

    assert (ignored.reason, ignored.detail) == ("unknown_type", detail)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "whsk_AAAA", "whpk_AAAA", "é"])
def test_a_secret_that_cannot_work_is_reported_without_repeating_it(secret: str) -> None:
    told = SOURCE.check_secret(secret)

    assert told
    assert "not base64" not in told


OPENSSL_STAND_IN = """
import hmac, sys
arguments = sys.argv[1:]
if arguments[0] == "rand":
    print("00" * int(arguments[-1]))
else:
    key = next(word.removeprefix("hexkey:") for word in arguments if word.startswith("hexkey:"))
    sys.stdout.buffer.write(hmac.digest(bytes.fromhex(key), sys.stdin.buffer.read(), "sha256"))
"""


def test_the_pages_shell_example_signs_correctly(tmp_path: Path) -> None:
    """The lines of README.md that compute the signature, run by sh; a machine without openssl gets a stand-in."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```sh\n(.*?)   curl ", page, re.DOTALL)
    assert example
    if not shutil.which("openssl"):
        (tmp_path / "openssl.py").write_text(OPENSSL_STAND_IN)
        (tmp_path / "openssl").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{tmp_path}/openssl.py" "$@"\n')
        (tmp_path / "openssl").chmod(0o755)
    key = b"thirty-two bytes of a made-up ke"
    script = example.group(1).replace("whsec_...", "whsec_" + base64.b64encode(key).decode())
    script += 'printf "%s\\n" "$id" "$now" "$signature" "$body"'

    path = f"{os.environ['PATH']}{os.pathsep}{tmp_path}"
    done = subprocess.run(  # noqa: S603 - the lines of our own page
        ["/bin/sh", "-euc", script], env={"PATH": path}, capture_output=True, text=True, check=True
    )
    message_id, unix_s, signature, body = done.stdout.splitlines()
    headers = {"webhook-id": message_id, "webhook-timestamp": unix_s, "webhook-signature": f"v1,{signature}"}
    received_at = datetime.fromtimestamp(int(unix_s), UTC)
    told = Delivery("POST", "/webhooks/packing-table", headers, body.encode(), received_at)
    SOURCE.authenticate(told, ["whsec_" + base64.b64encode(key).decode()])

    assert SOURCE.parse(told).events[0].tracking_number == "4444-1375-8703"
