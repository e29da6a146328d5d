"""Signatures: what the specifications demand, and that nothing hostile is ever more than a ``BadSignature``."""

import base64
import contextlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carriers.errors import BadSignature
from carriers.signatures import (
    FRESH_FOR_S,
    path_secret_problem,
    require_fresh,
    standard_webhook_key,
    typeable_secret_problem,
    verify_hmac_base64,
    verify_hmac_hex,
    verify_path_secret,
    verify_shared_secret,
    verify_standard_webhook,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another key of 24 bytes!").decode()
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
BODY = b'{"type": "label.printed"}'
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates included


def signed(
    body: bytes = BODY, *, secret: str = SECRET, at: datetime = NOW, message_id: str = "msg_1"
) -> dict[str, str]:
    unix_s = str(int(at.timestamp()))
    key = standard_webhook_key(secret)
    assert key
    digest = hmac.digest(key, f"{message_id}.{unix_s}.".encode() + body, "sha256")
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": message_id, "webhook-timestamp": unix_s, "webhook-signature": signature}


def refusal(headers: dict[str, str], body: bytes = BODY, *secrets: str) -> str:
    with pytest.raises(BadSignature) as refused:
        verify_standard_webhook(headers, body, NOW, secrets or (SECRET,))
    return refused.value.reason


def test_any_of_several_signatures_under_any_of_several_secrets_will_do() -> None:
    headers = signed(secret=OTHER)
    headers["webhook-signature"] = f"v1a,AAAA v2,AAAA v1,AAAA  nonsense {headers['webhook-signature']} v1,"

    verify_standard_webhook(headers, BODY, NOW, [SECRET, "not base64!", OTHER])


@pytest.mark.parametrize("spelling", [SECRET, SECRET.removeprefix("whsec_")])
def test_the_prefix_of_a_secret_is_optional(spelling: str) -> None:
    verify_standard_webhook(signed(), BODY, NOW, [spelling])


def test_the_padding_of_a_secret_is_optional() -> None:
    padded = "whsec_" + base64.b64encode(b"25 bytes are padded twice").decode()

    assert padded.endswith("==")
    for spelling in (padded, padded.rstrip("="), padded[:-1]):
        verify_standard_webhook(signed(secret=padded), BODY, NOW, [spelling])


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_====", "=", "A", "whsec_-_-_", "whsec_é", "\ud800", " "])
def test_a_secret_without_a_key_in_it_has_none(secret: str) -> None:
    assert standard_webhook_key(secret) is None


def test_a_signature_under_an_empty_key_proves_nothing() -> None:
    headers = signed()
    unix_s = headers["webhook-timestamp"]
    digest = hmac.digest(b"", f"msg_1.{unix_s}.".encode() + BODY, "sha256")
    headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()

    assert refusal(headers, BODY, "", "whsec_") == "no_secret"


@pytest.mark.parametrize("offset_s", [-FRESH_FOR_S, 0, FRESH_FOR_S])
def test_five_minutes_either_way_are_fresh(offset_s: int) -> None:
    verify_standard_webhook(signed(at=NOW + timedelta(seconds=offset_s)), BODY, NOW, [SECRET])


@pytest.mark.parametrize("offset_s", [-FRESH_FOR_S - 1, FRESH_FOR_S + 1, 10**9])
def test_more_than_five_minutes_either_way_are_stale(offset_s: int) -> None:
    assert refusal(signed(at=NOW + timedelta(seconds=offset_s))) == "stale"


@pytest.mark.parametrize(
    "unix_s",
    [
        "1e9",
        "-1",
        "+1795306500",
        "１７９５３０６５００",
        " 1795306500",
        "1795306500 ",
        "1_795_306_500",
        "0x1",
        "1" * 31,
        "1.0",
    ],
)
def test_a_timestamp_is_ascii_digits_and_nothing_else(unix_s: str) -> None:
    with pytest.raises(BadSignature, match="malformed_timestamp"):
        require_fresh(unix_s, NOW)


@pytest.mark.parametrize("message_id", ["a.b", ".", "a b", "é", "a\n", "\x7f", "x" * 256])
def test_an_id_is_visible_ascii_without_a_dot(message_id: str) -> None:
    assert refusal(signed(message_id="msg_1") | {"webhook-id": message_id}) == "malformed_id"


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("webhook-signature", "v1a,AAAA v2,AAAA", "no_known_version"),
        ("webhook-signature", "V1,AAAA", "no_known_version"),
        ("webhook-signature", "v1", "mismatch"),
        ("webhook-signature", "v1,é", "mismatch"),
        ("webhook-signature", "v1," + "A" * 10_000, "malformed_header"),
        ("webhook-id", "msg_2", "mismatch"),
        ("webhook-timestamp", "1795306501", "mismatch"),
        ("webhook-id", "", "missing_header"),
    ],
)
def test_a_refusal_has_its_reason(header: str, value: str, reason: str) -> None:
    assert refusal(signed() | {header: value}) == reason


def test_a_signature_has_one_spelling() -> None:
    """Base64 has spare bits at its end: another spelling of the same bytes is another signature."""
    headers = signed()
    signature = headers["webhook-signature"]
    neighbour = chr(ord(signature[-2]) + 1)
    respelt = signature[:-2] + neighbour + "="

    assert base64.b64decode(respelt[3:]) == base64.b64decode(signature[3:])
    assert refusal(headers | {"webhook-signature": respelt}) == "mismatch"
    assert refusal(headers | {"webhook-signature": signature.rstrip("=")}) == "mismatch"


@settings(max_examples=300, deadline=None)
@given(message_id=ANY_TEXT, unix_s=ANY_TEXT, signature=ANY_TEXT, body=st.binary(), secret=ANY_TEXT)
def test_whatever_comes_is_a_bad_signature(
    message_id: str, unix_s: str, signature: str, body: bytes, secret: str
) -> None:
    headers = {"webhook-id": message_id, "webhook-timestamp": unix_s, "webhook-signature": "v1," + signature}
    with pytest.raises(BadSignature):
        verify_standard_webhook(headers, body, NOW, [secret])
    fresh = headers | {"webhook-id": "msg_1", "webhook-timestamp": str(int(NOW.timestamp()))}
    with pytest.raises(BadSignature):
        verify_standard_webhook(fresh, body, NOW, [secret, SECRET])
    for verify in (verify_hmac_hex, verify_hmac_base64):
        with pytest.raises(BadSignature):
            verify(signature, body, [b"key"])


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=2000), flip=st.integers(min_value=0), late_s=st.integers(-FRESH_FOR_S, FRESH_FOR_S))
def test_what_was_signed_verifies_and_one_flipped_bit_does_not(body: bytes, flip: int, late_s: int) -> None:
    headers = signed(body, at=NOW + timedelta(seconds=late_s))

    verify_standard_webhook(headers, body, NOW, [SECRET])
    if body:
        at, bit = flip // 8 % len(body), 1 << flip % 8
        changed = bytes([*body[:at], body[at] ^ bit, *body[at + 1 :]])
        assert refusal(headers, changed) == "mismatch"
    assert refusal(headers, body + b"\x00") == "mismatch"


@given(body=st.binary(), key=st.binary(min_size=1))
@settings(max_examples=100, deadline=None)
def test_hex_and_base64_of_the_same_digest_both_verify(body: bytes, key: bytes) -> None:
    digest = hmac.digest(key, body, "sha256")

    verify_hmac_hex(digest.hex(), body, [b"another", key])
    verify_hmac_hex(digest.hex().upper(), body, [key])
    verify_hmac_base64(base64.b64encode(digest).decode(), body, [b"another", key])
    with pytest.raises(BadSignature, match="no_secret"):
        verify_hmac_hex(digest.hex(), body, [])


def test_a_refusal_repeats_nothing_that_was_sent() -> None:
    with contextlib.suppress(BadSignature):
        verify_standard_webhook(signed() | {"webhook-id": "canary.canary"}, BODY, NOW, [SECRET])
        pytest.fail("an id with a dot was taken")
    assert "canary" not in refusal(signed() | {"webhook-id": "canary.canary"})


PATH_SECRET = "k3y-in_the-ADDRESS-012345"


def test_a_secret_in_the_address_is_its_last_part_and_nothing_else() -> None:
    verify_path_secret(f"/webhooks/shippit/{PATH_SECRET}", ["", PATH_SECRET[::-1], PATH_SECRET])

    for path in (f"/webhooks/shippit/{PATH_SECRET}/", f"/{PATH_SECRET}", PATH_SECRET, f"/webhooks/a/b/{PATH_SECRET}"):
        with pytest.raises(BadSignature, match="missing_path_secret"):
            verify_path_secret(path, [PATH_SECRET])
    with pytest.raises(BadSignature, match="mismatch"):
        verify_path_secret(f"/webhooks/shippit/{PATH_SECRET.lower()}", [PATH_SECRET])


@pytest.mark.parametrize("secret", ["", "short", "a" * 23, "a" * 201, "a" * 24 + "/", "a b" * 10, "é" * 24, "１" * 24])
def test_a_secret_that_can_be_guessed_or_changed_on_its_way_is_refused(secret: str) -> None:
    assert path_secret_problem(secret)
    with pytest.raises(BadSignature, match="no_secret"):
        verify_path_secret(f"/webhooks/shippit/{secret.replace('/', '')}x", [secret])


@given(ANY_TEXT, ANY_TEXT)
def test_any_path_is_only_ever_a_bad_signature(path: str, ending: str) -> None:
    for hostile in (path, f"/webhooks/shippit/{ending}"):
        with contextlib.suppress(BadSignature):
            verify_path_secret(hostile, [PATH_SECRET, ending])


def test_a_secret_that_is_sent_along_is_compared_as_it_is() -> None:
    verify_shared_secret("sécret", ["", "another", "sécret"])
    for value, secrets, reason in (
        ("secret", ["sécret"], "mismatch"),
        ("", [""], "no_secret"),
        ("secret", [], "no_secret"),
        ("secret ", ["secret"], "mismatch"),
    ):
        with pytest.raises(BadSignature, match=reason):
            verify_shared_secret(value, secrets)


@given(ANY_TEXT, st.lists(ANY_TEXT))
def test_any_text_is_one_of_the_secrets_or_a_bad_signature(value: str, secrets: list[str]) -> None:
    if value and value in secrets:
        verify_shared_secret(value, secrets)
    else:
        with pytest.raises(BadSignature):
            verify_shared_secret(value, secrets)


@pytest.mark.parametrize("secret", ["", "\n", "a\x00", "\ud800", "a\tb"])
def test_a_secret_that_cannot_be_typed_is_reported(secret: str) -> None:
    assert typeable_secret_problem(secret)
    assert typeable_secret_problem("sécret with blanks") is None
