"""One conflict for a program: what to do and what fits, its dossier, and acts only on what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

if TYPE_CHECKING:
    from tests.connector.api.conftest import Working

CONFLICT = "/api/v1/conflicts/1"
NOTE = {"act": "note", "who": "佐藤", "why": "倉庫に確認中"}


async def asked(working: Working, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, Any]:
    """Status, ``ETag`` and answer."""
    sent = {"Authorization": f"Bearer {working.token}"} | {
        name.replace("_", "-"): each for name, each in headers.items()
    }
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, working.url + path, json=body, headers=sent) as answer,
    ):
        told = await answer.json() if answer.status != 304 else None
        return answer.status, answer.headers.get("ETag", ""), told


async def test_it_says_what_to_do_step_by_step_and_which_acts_fit(working: Working) -> None:
    """As the page does: the obvious act first, each with what has to be confirmed with it."""
    _, _, of = await asked(working, "GET", CONFLICT)

    assert of["kind"] == "cancelled_parcel_exists"
    assert [each["ja"] for each in of["steps"]][:1] == [
        "荷物がまだ手元にあれば止め、引き渡した後なら配送会社に引き返しを依頼します。"
    ]
    assert all(each["ja"] and each["en"] for each in of["steps"])
    assert [(each["act"], each["confirm"]) for each in of["acts"]] == [
        ("leave_cancelled", "parcel_stopped"),
        ("void_label", "label_destroyed"),
        ("close", "dealt_with"),
        ("note", ""),
    ]
    assert of["acts"][0] == {
        "act": "leave_cancelled",
        "ja": "キャンセルのままとし、番号を入力しない",
        "en": "Leave the order cancelled; the number is not entered",
        "confirm": "parcel_stopped",
        "confirm_ja": "荷物が発送されないよう止めました",
        "confirm_en": "I have stopped the parcel",
    }


async def test_a_closed_conflict_asks_for_nothing_more(working: Working) -> None:
    closing = {"act": "close", "who": "佐藤", "why": "拒否した", "confirm": "dealt_with"}
    status, _, of = await asked(working, "POST", f"{CONFLICT}/acts", closing)

    assert (status, of["advice"], of["steps"]) == (201, None, [])
    assert [each["act"] for each in of["acts"]] == ["reopen", "note"]


async def test_an_act_holds_for_what_was_seen_only(working: Working) -> None:
    _, seen, _ = await asked(working, "GET", CONFLICT)
    assert (await asked(working, "GET", CONFLICT, If_None_Match=seen))[0] == 304
    status, _, first = await asked(working, "POST", f"{CONFLICT}/acts", NOTE, If_Match=seen)
    assert status == 201

    status, _, refused = await asked(working, "POST", f"{CONFLICT}/acts", NOTE, If_Match=seen)

    assert (status, refused["error"]["code"]) == (412, "changed")
    _, now, stands = await asked(working, "GET", CONFLICT)
    assert (stands["facts"], now != seen) == (first["facts"], True)
    assert (await asked(working, "POST", f"{CONFLICT}/acts", NOTE, If_Match=now))[0] == 201


async def test_whoever_does_not_say_what_they_saw_acts_on_whatever_stands(working: Working) -> None:
    assert (await asked(working, "POST", f"{CONFLICT}/acts", NOTE))[0] == 201
    assert (await asked(working, "POST", f"{CONFLICT}/acts", NOTE, If_Match="*"))[0] == 201


@pytest.mark.parametrize(
    ("name", "media", "begins"),
    [("dossier.html", "text/html", b"<!DOCTYPE html>"), ("dossier.pdf", "application/pdf", b"%PDF-")],
)
async def test_its_dossier_comes_as_page_and_as_pdf(working: Working, name: str, media: str, begins: bytes) -> None:
    headers = {"Authorization": f"Bearer {working.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{working.url}{CONFLICT}/{name}") as answer:
            body = await answer.read()
            assert (answer.status, answer.content_type, body[: len(begins)]) == (200, media, begins)
            assert answer.headers["Cache-Control"] == "no-store"
        async with session.get(f"{working.url}/api/v1/conflicts/9/{name}") as none:
            assert (none.status, (await none.json())["error"]["code"]) == (404, "no_conflict")
