"""Whatever comes to a pushed source: only its own two errors leave it, and no value of the sender's is in them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import carriers
from carriers import PUSHED
from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Reading

if TYPE_CHECKING:
    from tests.carriers.conftest import LoadCase, LoadLegs

CARRIERS = Path(carriers.__file__).parent
CASES = [
    (kind, path.name.removesuffix(".request.json"))
    for kind in PUSHED
    for path in sorted((CARRIERS / kind / "fixtures").glob("*.request.json"))
]
STANDARD_WEBHOOKS = {"shipbob", "standard"}
CANARY = "CANARY-TARO"
PEOPLE = (CANARY, "山田", "太郎", "taro@", "0300000000")
"""What must not come out: what the tests put in, and the people who stand in fixtures."""
GARBAGE_HEADERS = {
    "empty": "",
    "blank": " ",
    "words": "not a signature",
    "not ascii": "v1,é",
    "full width": "１２３",
    "lone surrogate": "v1,\udc80\ud800",
    "nul": "v1,\x00",
    "huge": "v1," + "A" * 1_000_000,
    "many": "v1,AAAA " * 1000,
    "huge number": "1" + "0" * 30,
    "negative": "-1",
    "exponent": "1e9",
    "blank before": " 1614265330",
    "no base64": "v1,***",
}
HOSTILE_BODIES = {
    "empty": b"",
    "blank": b" ",
    "not json": b"hello",
    "not utf-8": b'{"type": "\xff"}',
    "utf-16": '{"type": "label.printed"}'.encode("utf-16"),
    "cut": b'{"type": "label.printed", "data": {',
    "null": b"null",
    "list": b"[]",
    "text": b'"label.printed"',
    "number": b"1",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and closed": b'{"type":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "nan": b'{"type": NaN}',
    "infinity": b'{"type": -Infinity}',
    "huge integer": b'{"type": 1' + b"0" * 10_000 + b"}",
    "huge exponent": b'{"type": 1e999999}',
    "twice": b'{"type": "a.b", "type": "c.d"}',
    "form": b"payload=%7B%7D",
}
HOSTILE_VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "negative": -5,
    "fraction": 4.43e11,
    "huge integer": 10**4000,
    "empty": "",
    "blank": "   ",
    "list": [],
    "object": {},
    "nested": [[{"a": [CANARY]}]],
    "nul": f"{CANARY}\x00",
    "line break": f"{CANARY}\n{CANARY}",
    "lone surrogate": f"{CANARY}\ud800",
    "line separator": f"{CANARY}\u2028{CANARY}",
    "long": CANARY * 1000,
    "path": "../../../etc/passwd",
    "query": "shp_1?x=" + CANARY,
    "time without offset": "2026-11-22T09:15:00",
    "no such day": "2026-02-30T09:15:00Z",
    "end of time": "9999-12-31T23:59:59-12:00",
    "full-width time": "２０２６-11-22T09:15:00Z",
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member of a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*path, name)
        yield from places(member, (*path, name))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def with_personal_data(value: Any) -> Any:
    """The same JSON value, every object with a person in it; what stands there already stays."""
    if isinstance(value, list):
        return [with_personal_data(member) for member in value]
    if not isinstance(value, dict):
        return value
    person = {"name": CANARY, "to_address": {"name": CANARY, "phone": CANARY}, "email": CANARY, "signed_by": CANARY}
    return person | {name: with_personal_data(member) for name, member in value.items()}


def quiet(read: Callable[[], Reading]) -> Reading | None:
    """What was read, or None where it was refused; another exception, or one that repeats a value, is passed on."""
    try:
        return read()
    except UnreadablePayload as refused:
        if CANARY in str(refused) or refused.__cause__:
            raise
        return None


@pytest.mark.parametrize("garbage", GARBAGE_HEADERS.values(), ids=GARBAGE_HEADERS)
@pytest.mark.parametrize("kind", PUSHED)
def test_a_garbled_or_missing_header_is_a_bad_signature(kind: str, garbage: str, load_case: "LoadCase") -> None:
    name = next(name for case_kind, name in CASES if case_kind == kind)
    case = load_case(kind, name)
    if PUSHED[kind].secret_in_path:
        for path in (f"/webhooks/{kind}", f"/webhooks/{kind}/", f"/webhooks/{kind}/{garbage}", garbage):
            with pytest.raises(BadSignature):
                PUSHED[kind].authenticate(replace(case.delivery, path=path), [case.secret])
    for header in case.proving_headers:
        others = {name: value for name, value in case.delivery.headers.items() if name != header}
        for headers in (others, others | {header: garbage}):
            with pytest.raises(BadSignature) as refused:
                PUSHED[kind].authenticate(replace(case.delivery, headers=headers), [case.secret])
            assert refused.value.reason.replace("_", "").isalpha()


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_another_secret_another_source_and_no_secret_prove_nothing(kind: str, name: str, load_case: "LoadCase") -> None:
    case = load_case(kind, name)
    authenticate = PUSHED[kind].authenticate
    for secrets in ([], [""], ["whsec_"], ["whsec_AAAA"], ["another secret"], ["\ud800"], ["whsec_é"]):
        if not secrets and PUSHED[kind].key_set:
            continue  # signed with the vendor's own key: a secret is an addition
        with pytest.raises(BadSignature):
            authenticate(case.delivery, secrets)
    for other in PUSHED:
        # Two kinds that prove themselves in the same way differ in nothing but the secret.
        in_address = PUSHED[kind].secret_in_path and PUSHED[other].secret_in_path
        if other != kind and not in_address and not {kind, other} <= STANDARD_WEBHOOKS:
            with pytest.raises(BadSignature):
                PUSHED[other].authenticate(case.delivery, [case.secret])


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_body_that_was_changed_or_cut_is_a_bad_signature(kind: str, name: str, load_case: "LoadCase") -> None:
    case = load_case(kind, name)
    if not PUSHED[kind].signs_body:
        return
    body = case.delivery.body
    middle = len(body) // 2
    changed = [bytes([*body[:at], body[at] ^ 1, *body[at + 1 :]]) for at in (0, middle, len(body) - 1)]
    for other in [*changed, body[:-1], body[:middle], b"", body + b"\n", b"\xef\xbb\xbf" + body]:
        with pytest.raises(BadSignature):
            PUSHED[kind].authenticate(replace(case.delivery, body=other), [case.secret])


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
@pytest.mark.parametrize("kind", PUSHED)
def test_a_body_that_is_no_message_is_unreadable(kind: str, body: bytes, load_case: "LoadCase") -> None:
    name = next(name for case_kind, name in CASES if case_kind == kind)
    case = load_case(kind, name)

    with pytest.raises(UnreadablePayload):
        PUSHED[kind].parse(replace(case.delivery, body=body))
    if PUSHED[kind].signs_body:
        with pytest.raises(BadSignature):
            PUSHED[kind].authenticate(replace(case.delivery, body=body), [case.secret])


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_hostile_value_anywhere_is_read_or_refused(kind: str, name: str, load_case: "LoadCase") -> None:
    case = load_case(kind, name)
    content = json.loads(case.delivery.body)
    for path in places(content):
        for value in HOSTILE_VALUES.values():
            body = json.dumps(replaced(content, path, value)).encode()
            reading = quiet(lambda body=body: PUSHED[kind].parse(replace(case.delivery, body=body)))  # type: ignore[misc]
            for fetch in reading.fetches if reading else ():
                assert fetch.path.isascii()
                assert ".." not in fetch.path
                assert "?" not in fetch.path


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_hostile_answer_is_read_or_refused(kind: str, name: str, load_legs: "LoadLegs") -> None:
    source = PUSHED[kind]
    for leg in load_legs(kind, name):
        content = json.loads(leg.answer.body)
        bodies = [
            json.dumps(replaced(content, path, value)) for path in places(content) for value in HOSTILE_VALUES.values()
        ]
        for body in [*HOSTILE_BODIES.values(), *(text.encode() for text in bodies)]:
            answer = replace(leg.answer, body=body)
            reading = quiet(lambda leg=leg, answer=answer: source.read_answer(leg.fetch, answer))  # type: ignore[misc]
            for fetch in reading.fetches if reading else ():
                assert fetch.path.isascii()
                assert ".." not in fetch.path
                assert "?" not in fetch.path
        for status in (201, 204, 302, 400, 401, 403, 404, 410, 418, 422):
            with pytest.raises(UnreadablePayload):
                source.read_answer(leg.fetch, replace(leg.answer, status=status))


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_personal_data_does_not_survive_translation(
    kind: str, name: str, load_case: "LoadCase", load_legs: "LoadLegs"
) -> None:
    case = load_case(kind, name)
    source = PUSHED[kind]
    body = json.dumps(with_personal_data(json.loads(case.delivery.body))).encode()

    reading = quiet(lambda: source.parse(replace(case.delivery, body=body)))

    assert not [word for word in PEOPLE if word in repr(reading)]
    for leg in load_legs(kind, name):
        answer = replace(leg.answer, body=json.dumps(with_personal_data(json.loads(leg.answer.body))).encode())
        assert not [word for word in PEOPLE if word in repr(source.read_answer(leg.fetch, answer))]
