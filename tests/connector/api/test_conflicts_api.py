"""``/api/v1/conflicts``: closed without a token, one error shape, and acts that the log keeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.domain.decision import ConflictKind
from tests.connector.api.conftest import TOKEN, Service, open_conflict, serving

OTHER = "another-token-that-is-valid-too-1234"
ANCHORS = "anchors.jsonl"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(tmp_path, tokens=(TOKEN, OTHER)) as running_service:
        yield running_service


ROUTES = [("GET", "/api/v1/conflicts"), ("GET", "/api/v1/conflicts/1"), ("POST", "/api/v1/conflicts/1/acts")]


async def test_without_tokens_it_is_off_and_says_how_to_turn_it_on(tmp_path: Path) -> None:
    async with serving(tmp_path, tokens=()) as service:
        answers = [await service.ask(method, path, token=TOKEN) for method, path in ROUTES]

    assert [status for status, _ in answers] == [401, 401, 401]
    assert all(answer["error"]["code"] == "bad_token" for _, answer in answers)
    assert all("[api] tokens" in answer["error"]["hint"] for _, answer in answers)


@pytest.mark.parametrize("token", [None, "", "x" * 32, TOKEN[:-1], TOKEN + "t", "あ", TOKEN.upper()])
async def test_only_a_right_token_opens_it(service: Service, token: str | None) -> None:
    for method, path in ROUTES:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with service.session.request(method, service.app.url + path, headers=headers) as response:
            answer = await response.json()
            code = "login_needed" if token is None else "bad_token"
            assert (response.status, answer["error"]["code"]) == (401, code)
            assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer {} {}"])
async def test_another_scheme_is_no_token(service: Service, header: str) -> None:
    headers = {"Authorization": header.replace("{}", TOKEN)}
    async with service.session.get(service.app.url + "/api/v1/conflicts", headers=headers) as response:
        assert response.status == 401


async def test_every_configured_token_is_valid(service: Service) -> None:
    for token in (TOKEN, OTHER):
        assert await service.ask("GET", "/api/v1/conflicts", token=token) == (
            200,
            {"conflicts": [], "clock_skew_s": {}, "next": None},
        )


async def test_open_conflicts_are_listed_by_what_can_be_saved(service: Service) -> None:
    await open_conflict(service.app.store, "1062428737", ConflictKind.ANOTHER_NUMBER)
    await open_conflict(service.app.store, "1062428738", ConflictKind.CANCELLED_PARCEL_EXISTS)
    await open_conflict(service.app.store, "1062428739")

    status, answer = await service.ask("GET", "/api/v1/conflicts")

    assert status == 200
    assert [each["order_no"] for each in answer["conflicts"]] == ["1062428738", "1062428739", "1062428737"]
    assert answer["conflicts"][0]["advice"]["saving"] == "goods_and_money"
    assert answer["conflicts"][1]["advice"]["until"].endswith("T00:00:00+09:00")


async def test_an_act_is_kept_with_who_and_why(service: Service) -> None:
    await open_conflict(service.app.store, "1062428737")
    wanted = {"act": "close", "who": "佐藤", "why": "QSMで拒否した", "confirm": "dealt_with"}

    status, answer = await service.ask("POST", "/api/v1/conflicts/1/acts", wanted)

    (person,) = [each for each in answer["facts"] if each["what"] == "person"]
    assert status == 201
    assert person["origin"] == "person 佐藤"
    assert person["detail"] == {"act": "close", "why": "QSMで拒否した", "confirmed": "dealt_with"}
    assert answer["outcome"] == "closed_by_person"
    assert (await service.ask("GET", "/api/v1/conflicts"))[1]["conflicts"] == []
    assert (await service.ask("GET", "/api/v1/conflicts?all=1"))[1]["conflicts"][0]["id"] == 1


async def test_closed_conflicts_come_page_by_page(service: Service) -> None:
    """After the open ones, which are all on the first page; a page never repeats or leaves out one."""
    for number in range(1, 6):
        await open_conflict(service.app.store, f"106242873{number}")
    for number in (1, 2, 4, 5):
        close = {"act": "close", "who": "佐藤", "why": "QSMで拒否した", "confirm": "dealt_with"}
        await service.ask("POST", f"/api/v1/conflicts/{number}/acts", close)

    pages, question = [], "all=1&limit=2"
    while question:
        _, answer = await service.ask("GET", f"/api/v1/conflicts?{question}")
        pages.append([each["id"] for each in answer["conflicts"]])
        question = answer["next"] and f"limit=2&cursor={answer['next']}"
    _, open_ones = await service.ask("GET", "/api/v1/conflicts")

    assert pages == [[3, 5, 4], [2, 1]]
    assert ([each["id"] for each in open_ones["conflicts"]], open_ones["next"]) == ([3], None)


@pytest.mark.parametrize("question", ["cursor=x", "cursor=-1", "limit=0", "limit=201", "all=2", "cursor=1&cursor=2"])
async def test_a_question_for_no_page_is_refused(service: Service, question: str) -> None:
    status, answer = await service.ask("GET", f"/api/v1/conflicts?{question}")

    assert (status, answer["error"]["code"]) == (400, "bad_query")


@pytest.mark.parametrize(
    ("wanted", "status", "code", "said"),
    [
        ({"act": "enter-now", "who": "a", "why": "b"}, 422, "act_incomplete", "refused_in_qsm"),
        ({"act": "note", "who": "", "why": "b"}, 422, "act_incomplete", "name"),
        ({"act": "note", "who": "a", "why": "b", "confirm": "yes"}, 422, "unreadable", "confirm"),
        ({"act": "note", "who": "a", "why": "x@example.com"}, 422, "act_incomplete", "mail"),
        ({"act": "accept", "who": "a", "why": "b"}, 422, "unknown_act", "no such act"),
        ({"act": "reopen", "who": "a", "why": "b"}, 409, "act_refused", "open already"),
        ({"act": "note", "who": "a"}, 422, "unreadable", "why"),
        ({"act": "note", "who": "a", "why": "b", "at": "2020-01-01"}, 422, "unreadable", "at"),
        ({"act": "note", "who": 5, "why": "b"}, 422, "unreadable", "who"),
        ([], 422, "unreadable", "body"),
        (None, 422, "unreadable", "body"),
    ],
)
async def test_what_an_act_lacks_is_said(service: Service, wanted: Any, status: int, code: str, said: str) -> None:
    """And nothing of it is kept."""
    await open_conflict(service.app.store, "1062428737")

    answered, answer = await service.ask("POST", "/api/v1/conflicts/1/acts", wanted)

    assert (answered, answer["error"]["code"]) == (status, code)
    assert said in answer["error"]["message"]
    facts = (await service.ask("GET", "/api/v1/conflicts/1"))[1]["facts"]
    assert [each["what"] for each in facts] == ["opened"]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"{" * 100_000, b'{"act": "note", "who": "\xff", "why": "b"}'])
async def test_a_hostile_body_is_unreadable(service: Service, data: bytes) -> None:
    await open_conflict(service.app.store, "1062428737")

    status, answer = await service.ask("POST", "/api/v1/conflicts/1/acts", data=data)

    assert (status, answer["error"]["code"]) == (422, "unreadable")


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1.0", "９", "9" * 19, "9" * 400])
async def test_a_number_that_is_no_conflict_is_404(service: Service, number: str) -> None:
    await open_conflict(service.app.store, "1062428737")

    for method, path in (("GET", f"/api/v1/conflicts/{number}"), ("POST", f"/api/v1/conflicts/{number}/acts")):
        status, answer = await service.ask(
            method, path, {"act": "note", "who": "a", "why": "b"} if "acts" in path else None
        )
        assert (status, answer["error"]["code"]) == (404, "no_conflict")


async def test_an_unknown_question_is_no_silence(service: Service) -> None:
    for query in ("?shop=main", "?all=yes"):
        assert (await service.ask("GET", f"/api/v1/conflicts{query}"))[0] == 400


async def test_a_stop_leaves_an_anchor_of_what_was_logged_last(tmp_path: Path) -> None:
    async with serving(tmp_path, f'conflicts.anchor_file = "{tmp_path}/{ANCHORS}"') as service:
        await open_conflict(service.app.store, "1062428737")
        end = await service.app.store.log_end()

    assert end is not None
    assert f'"seq": {end[0]}, "hash": "{end[1]}"' in (tmp_path / ANCHORS).read_text().splitlines()[-1]


async def test_the_shop_s_clock_is_measured_and_shown(service: Service) -> None:
    """The sandbox's answers carry its Date; both run on this machine's clock."""
    await open_conflict(service.app.store, "1062428737")
    deadline = time.monotonic() + 20
    skew_s = None
    while skew_s is None and time.monotonic() < deadline:
        skew_s = (await service.ask("GET", "/api/v1/conflicts"))[1]["clock_skew_s"]["main"]
        await asyncio.sleep(0.02)

    assert skew_s is not None
    assert abs(skew_s) < 5
