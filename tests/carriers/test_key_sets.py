"""Key sets and RSA signatures: what is accepted, and that nothing hostile is ever more than a ``BadSignature``."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from carriers.errors import BadSignature, UnknownKey
from carriers.key_sets import is_key_set, verify_rsa_sha256

SIGNED = b"2026-11-22T00:15:00Z.{}"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates included


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def entry(key: rsa.RSAPrivateKey, key_id: str, **changes: Any) -> dict[str, Any]:
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "kid": key_id, "n": number(public.n), "e": number(public.e)} | changes


def key_set(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def signature(key: rsa.RSAPrivateKey = KEY, signed: bytes = SIGNED, digest: HashAlgorithm | None = None) -> str:
    return base64.b64encode(key.sign(signed, PKCS1v15(), digest or SHA256())).decode()


def test_the_key_with_the_named_id_decides() -> None:
    keys = key_set(entry(OTHER, "old"), entry(KEY, "new"), "nonsense", {"kid": "new"})

    verify_rsa_sha256(signature(), SIGNED, keys, "new")
    verify_rsa_sha256(signature(OTHER), SIGNED, keys, "old")
    for key_id, other in (("old", signature()), ("new", signature(OTHER))):
        with pytest.raises(BadSignature, match="mismatch"):
            verify_rsa_sha256(other, SIGNED, keys, key_id)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"use": "sig"},
        {"alg": "RS256"},
        {"x5c": ["ignored"]},
        {"n": number(KEY.public_key().public_numbers().n) + "="},
    ],
)
def test_a_key_may_say_what_it_is_for(changes: dict[str, Any]) -> None:
    assert is_key_set(key_set(entry(KEY, "k", **changes)))

    verify_rsa_sha256(signature(), SIGNED, key_set(entry(KEY, "k", **changes)), "k")


@pytest.mark.parametrize("key_id", ["", "K", "k ", "é", "\ud800", "k" * 8000])
def test_a_key_that_is_not_there_is_said(key_id: str) -> None:
    with pytest.raises(UnknownKey) as unknown:
        verify_rsa_sha256(signature(), SIGNED, key_set(entry(KEY, "k")), key_id)
    assert unknown.value.reason == "unknown_key"


SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it must be refused
CURVE = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
UNUSABLE: dict[str, object] = {
    "short": entry(SHORT, "k"),
    "for encryption": entry(KEY, "k", use="enc"),
    "other algorithm": entry(KEY, "k", alg="RS512"),
    "none": entry(KEY, "k", alg="none"),
    "symmetric": {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
    "curve": {"kty": "EC", "crv": "P-256", "kid": "k", "x": number(CURVE.x), "y": number(CURVE.y)},
    "exponent 1": entry(KEY, "k", e="AQ"),
    "exponent even": entry(KEY, "k", e="Ag"),
    "exponent huge": entry(KEY, "k", e="A" * 2000),
    "modulus huge": entry(KEY, "k", n="_" * 1_000_000),
    "modulus empty": entry(KEY, "k", n=""),
    "modulus number": entry(KEY, "k", n=3),
    "modulus not ascii": entry(KEY, "k", n="é"),
    "modulus no base64": entry(KEY, "k", n="*" * 400),
    "id number": entry(KEY, "k", kid=1),
    "no id": {name: value for name, value in entry(KEY, "k").items() if name != "kid"},
    "text": "k",
    "null": None,
}


@pytest.mark.parametrize("unusable", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_of_another_kind_counts_as_not_being_there(unusable: object) -> None:
    assert not is_key_set(key_set(unusable))
    with pytest.raises(UnknownKey):
        verify_rsa_sha256(signature(), SIGNED, key_set(unusable), "k")
    verify_rsa_sha256(signature(), SIGNED, key_set(unusable, entry(KEY, "k")), "k")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"keys": null}',
        b'{"keys": {}}',
        b'{"keys": []}',
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_key_set_has_no_keys(body: bytes) -> None:
    assert not is_key_set(body)
    with pytest.raises(UnknownKey):
        verify_rsa_sha256(signature(), SIGNED, body, "k")


def test_another_digest_another_padding_and_other_bytes_do_not_match() -> None:
    pss = base64.b64encode(KEY.sign(SIGNED, PSS(MGF1(SHA256()), PSS.MAX_LENGTH), SHA256())).decode()
    for other in (signature(digest=SHA1()), pss, signature(signed=SIGNED + b"\n")):  # noqa: S303 - it must be refused
        with pytest.raises(BadSignature, match="mismatch"):
            verify_rsa_sha256(other, SIGNED, key_set(entry(KEY, "k")), "k")


@given(ANY_TEXT | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_any_text_as_a_signature_is_a_bad_signature(text: str) -> None:
    with pytest.raises(BadSignature):
        verify_rsa_sha256(text, SIGNED, key_set(entry(KEY, "k")), "k")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_as_a_key_set_or_as_none(value: object) -> None:
    assert not is_key_set(json.dumps({"keys": [value, {"kty": "RSA", "kid": "k", "n": value, "e": value}]}).encode())
