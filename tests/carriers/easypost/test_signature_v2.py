"""EasyPost's newer signature, as implementers describe it: time, method, path and body under one HMAC."""

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.easypost.adapter import SOURCE
from carriers.errors import BadSignature
from carriers.model import Delivery

NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
PATH = "/webhooks/easypost"
BODY = b'{"id": "evt_1"}'
SECRET = "sécret"
NFKD = "se\u0301cret"
TIME = "Sun, 22 Nov 2026 00:14:50 -0000"
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def delivery(time: str = TIME, *, path: str = PATH, method: str = "POST", at: datetime = NOW) -> Delivery:
    """A message that is signed with everything as it says."""
    digest = hmac.digest(NFKD.encode(), f"{time}{method}{path}".encode() + BODY, "sha256").hex()
    headers = {"x-hmac-signature-v2": f"hmac-sha256-hex={digest}", "x-timestamp": time, "x-path": path}
    return Delivery("POST", PATH, headers, BODY, at, {"signature": "v2"})


def reason(one: Delivery) -> str:
    with pytest.raises(BadSignature) as refused:
        SOURCE.authenticate(one, [SECRET])
    return refused.value.reason


def with_headers(**headers: str) -> Delivery:
    one = delivery()
    return replace(one, headers={**one.headers, **{name.replace("_", "-"): value for name, value in headers.items()}})


@pytest.mark.parametrize(
    "time", [TIME, "Sun, 22 Nov 2026 00:14:50 GMT", "Sun, 22 Nov 2026 09:14:50 +0900", "Sun, 1 Nov 2026 00:14:50 -0000"]
)
def test_what_it_says_of_itself_is_what_is_signed(time: str) -> None:
    at = NOW.replace(day=1) if " 1 Nov" in time else NOW

    SOURCE.authenticate(delivery(time, at=at), ["another", SECRET])


def test_each_part_is_signed() -> None:
    one = delivery()

    assert reason(replace(one, body=BODY + b" ")) == "mismatch"
    assert reason(replace(one, method="PUT")) == "mismatch"
    assert reason(with_headers(x_timestamp="Sun, 22 Nov 2026 00:14:51 -0000")) == "mismatch"
    assert reason(delivery(method="GET")) == "mismatch"


def test_a_message_for_another_address_is_refused() -> None:
    """It is rightly signed, but for somebody else's path."""
    assert reason(delivery(path="/webhooks/another")) == "another_path"
    assert reason(replace(delivery(), path="/webhooks/another")) == "another_path"


@pytest.mark.parametrize("off", [timedelta(seconds=291), timedelta(seconds=-311), timedelta(days=365)])
def test_a_message_is_only_good_for_a_while(off: timedelta) -> None:
    SOURCE.authenticate(delivery(at=NOW + timedelta(seconds=289)), [SECRET])

    assert reason(delivery(at=NOW + off)) == "stale"


@pytest.mark.parametrize(
    "time",
    [
        *("1795306490", "2026-11-22T00:14:50Z", "Sun, 31 Feb 2026 00:14:50 -0000", "Sun, 22 Nov 2026 25:14:50 -0000"),
        *(" " + TIME, TIME + " ", "Sun, 22 Nov 2026 00:14:50", "Sun, ２２ Nov 2026 00:14:50 -0000"),
        *("Sun, 22 Xyz 2026 00:14:50 -0000", "Sun, 22 Nov 0000 00:14:50 -0000", "Sun, 22 Nov 2026 00:14:50 +9999"),
    ],
)
def test_a_time_that_is_none_is_refused(time: str) -> None:
    assert reason(delivery(time)) in ("malformed_timestamp", "stale")


def test_the_two_versions_do_not_stand_for_each_other() -> None:
    v1 = {"x-hmac-signature": f"hmac-sha256-hex={hmac.digest(NFKD.encode(), BODY, 'sha256').hex()}"}
    both = replace(delivery(), headers={**delivery().headers, **v1})

    SOURCE.authenticate(replace(both, options={"signature": "v1"}), [SECRET])
    assert reason(replace(delivery(), options={"signature": "v1"})) == "missing_header"
    assert reason(replace(both, headers=v1)) == "missing_header"
    assert reason(with_headers(x_hmac_signature_v2=v1["x-hmac-signature"])) == "mismatch"


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_whatever_the_headers_hold_it_is_a_bad_signature(signature: str, time: str, path: str) -> None:
    hostile = {"x-hmac-signature-v2": signature, "x-timestamp": time, "x-path": path}

    reason(replace(delivery(), headers=hostile))
    reason(replace(delivery(), headers={**hostile, "x-path": PATH}))
    reason(replace(delivery(), headers={**hostile, "x-path": PATH, "x-timestamp": TIME}))
    reason(replace(delivery(), path=path, headers=hostile))
