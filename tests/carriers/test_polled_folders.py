"""The harness over every source that is polled: recorded pages give their readings, and every step is total.

Beside each ``NAME.json`` stand ``NAME.about.json`` (origin, time, options) and ``NAME.expected.json`` (the reading).
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import carriers
from carriers import POLLED
from carriers.errors import PollFailed, UnreadablePayload
from carriers.kinds import PolledKind, PollRequest, PollResult, PollSetup, PollState
from carriers.model import FetchAnswer, Reading, Way

if TYPE_CHECKING:
    from tests.carriers.conftest import Tell

CARRIERS = Path(carriers.__file__).parent
CASES = [
    (kind, path.name.removesuffix(".about.json"))
    for kind in POLLED
    for path in sorted((CARRIERS / kind / "fixtures").glob("*.about.json"))
]
CANARY = "CANARY-TARO"
SECRET = "made-up-credential"
HOSTILE_BODIES = {
    "empty": b"",
    "not json": b"<html>down</html>",
    "not utf-8": b'{"data": "\xff"}',
    "null": b"null",
    "text": b'"shipments"',
    "number": b"1",
    "list of null": b"[null]",
    "deep": b"[" * 100_000,
    "deep and closed": b'{"data":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "nan": b'{"data": NaN}',
    "huge integer": b'{"data": 1' + b"0" * 10_000 + b"}",
    "twice": b'{"data": [], "data": []}',
    "no list": b'{"data": {}, "shipments": "x", "result": "success"}',
    "error": b'{"result": "error", "code": "999999", "message": "CANARY-TARO"}',
    "error without a code": b'{"result": "error"}',
    "tokens that no header holds": b'{"access_token": "a\\nb: c", "refresh_token": "d\\u0000"}',
}
HOSTILE_VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "negative": -5,
    "fraction": 4.43e11,
    "huge integer": 10**4000,
    "empty": "",
    "blank": "   ",
    "list": [],
    "object": {},
    "nested": [[{"a": [CANARY]}]],
    "nul": f"{CANARY}\x00",
    "lone surrogate": f"{CANARY}\ud800",
    "long": CANARY * 1000,
    "end of time": "9999-12-31 23:59:59",
    "no such day": "2026-02-30 00:00:00",
}


def about(kind: str, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((CARRIERS / kind / "fixtures" / f"{name}.about.json").read_text("utf-8"))
    return loaded


def setup_of(kind: PolledKind, **options: str) -> PollSetup:
    defaults = {name: next(iter(values), "") for name, values in kind.options.items()}
    needed = dict.fromkeys(kind.needed_options, "1")
    return PollSetup({name: f"{SECRET}-{name}" for name in kind.credentials}, defaults | needed | options)


def page(kind: str, name: str) -> tuple[bytes, PollSetup, datetime]:
    told = about(kind, name)
    body = (CARRIERS / kind / "fixtures" / f"{name}.json").read_bytes()
    return body, setup_of(POLLED[kind], **told.get("options", {})), datetime.fromisoformat(told["received_at"])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
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
    if isinstance(value, list):
        return [with_personal_data(member) for member in value]
    if not isinstance(value, dict):
        return value
    person = {"name": CANARY, "to_address": {"full_name": CANARY, "phone": CANARY}, "email": CANARY}
    return {name: with_personal_data(member) for name, member in value.items()} | person


def quiet(read: Callable[[], Reading | PollResult]) -> Reading | PollResult | None:
    """What was read, or None where it was refused; any other exception, or one that repeats a value, is passed on."""
    try:
        return read()
    except (UnreadablePayload, PollFailed) as refused:
        if CANARY in str(refused) or SECRET in str(refused) or refused.__cause__:
            raise
        return None


def check_request(kind: PolledKind, request: PollRequest) -> None:
    assert request.host in kind.hosts
    assert request.path.startswith("/")
    assert request.path.isascii()
    assert not set(request.path) & set("?#%\\ ")
    assert ".." not in request.path
    assert SECRET not in repr(request)
    assert SECRET not in json.dumps(dict(request.context))


def check_result(kind: PolledKind, result: PollResult) -> None:
    assert SECRET not in repr(result)
    assert all(isinstance(value, str) for value in (*result.state.cursor.values(), *result.state.tokens.values()))
    assert {event.kind for event in result.reading.events} <= kind.tells
    if result.following is not None:
        assert result.trouble is None
        check_request(kind, result.following)


@pytest.mark.parametrize("kind", sorted(POLLED))
def test_a_kind_has_pages_that_say_where_they_come_from(kind: str) -> None:
    fixtures = CARRIERS / kind / "fixtures"
    names = {path.name for path in fixtures.iterdir()}
    bodies = [name for case_kind, name in CASES if case_kind == kind]

    assert bodies, f"carriers/{kind}/fixtures/ holds no page"
    assert names == {f"{name}{ending}" for name in bodies for ending in (".json", ".about.json", ".expected.json")}
    for name in bodies:
        origin = about(kind, name)["origin"]
        assert origin.startswith(("recorded", "documented, not recorded", "made from"))
    if not POLLED[kind].proved_by:
        assert not any(about(kind, name)["origin"].startswith("recorded") for name in bodies)
        assert POLLED[kind].unverified, "say what nothing proves"


@pytest.mark.parametrize("kind", sorted(POLLED))
def test_a_kind_says_how_it_is_asked(kind: str) -> None:
    source = POLLED[kind]

    assert source.way is Way.POLLED
    assert source.hosts
    assert source.credentials
    assert 1 <= source.calls_per_minute <= 60
    assert 5 <= source.every_s <= 3600


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_page_gives_its_reading(kind: str, name: str, tell: "Tell") -> None:
    body, setup, _ = page(kind, name)
    expected = json.loads((CARRIERS / kind / "fixtures" / f"{name}.expected.json").read_text(encoding="utf-8"))

    reading = POLLED[kind].read_page(body, setup.options)

    assert tell(reading) == expected
    assert not reading.delivery_key
    assert {event.kind for event in reading.events} <= POLLED[kind].tells
    assert len({event.key for event in reading.events}) == len(reading.events)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_round_over_one_page_ends_and_begins_again_where_it_stood(kind: str, name: str) -> None:
    """The page is answered to every request; the state that is kept is enough to go on with."""
    body, setup, now = page(kind, name)
    source, state = POLLED[kind], PollState()
    for _ in range(3):
        request: PollRequest | None = source.start(setup, state, now)
        for _ in range(10):
            if request is None:
                break
            check_request(source, request)
            answered = body if "token" not in request.path else b'{"access_token": "made-up-1", "expires_in": 2592000}'
            result = source.read(setup, request, FetchAnswer(200, {}, answered, now), state)
            check_result(source, result)
            state, request = result.state, result.following
        assert request is None
        now += timedelta(minutes=10)


@pytest.mark.parametrize("status", [204, 301, 302, 400, 401, 402, 403, 404, 408, 423, 429, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("kind", sorted(POLLED))
def test_whatever_the_status_it_is_read_or_failed(kind: str, status: int) -> None:
    source, setup = POLLED[kind], setup_of(POLLED[kind])
    now = datetime.fromisoformat("2026-11-22T10:00:00+09:00")
    first = source.start(setup, PollState(), now)
    for body in HOSTILE_BODIES.values():
        answer = FetchAnswer(status, {"retry-after": "７"}, body, now)
        result = quiet(lambda answer=answer: source.read(setup, first, answer, PollState()))  # type: ignore[misc]
        if isinstance(result, PollResult):
            check_result(source, result)
            assert result.trouble is not None or result.following is not None


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
@pytest.mark.parametrize("kind", sorted(POLLED))
def test_a_body_that_is_no_page_fails(kind: str, body: bytes) -> None:
    with pytest.raises((UnreadablePayload, PollFailed)) as refused:
        POLLED[kind].read_page(body, setup_of(POLLED[kind]).options)

    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_hostile_value_anywhere_is_read_or_refused(kind: str, name: str) -> None:
    body, setup, now = page(kind, name)
    source, content = POLLED[kind], json.loads(body)
    token = {"access_token": "made-up-1", "refresh_token": "made-up-2", "expires_in": 1}
    first = source.start(setup, PollState(), now)
    if "token" in first.path:
        result = source.read(setup, first, FetchAnswer(200, {}, json.dumps(token).encode(), now), PollState())
        assert result.following is not None
        first = result.following
    for path in places(content):
        for value in HOSTILE_VALUES.values():
            changed = json.dumps(replaced(content, path, value)).encode()
            answer = FetchAnswer(200, {}, changed, now)
            read = quiet(lambda answer=answer: source.read(setup, first, answer, PollState()))  # type: ignore[misc]
            if isinstance(read, PollResult):
                check_result(source, read)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_personal_data_does_not_survive_translation(kind: str, name: str) -> None:
    body, setup, now = page(kind, name)
    source = POLLED[kind]
    changed = json.dumps(with_personal_data(json.loads(body))).encode()

    assert CANARY not in repr(quiet(lambda: source.read_page(changed, setup.options)))
    request = source.start(setup, PollState(), now)
    result = quiet(lambda: source.read(setup, request, FetchAnswer(200, {}, changed, now), PollState()))
    if isinstance(result, PollResult):
        assert CANARY not in repr(result)
        assert result.following is None or CANARY not in repr(result.following.context)
