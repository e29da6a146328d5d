"""``/api/v1/entries``: what waits, and a number held for its check digit that is released and stands at Qoo10."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from connector.api.entry_shapes import EntryInFullAnswer, EntryList, EntryRow, LabelInFullAnswer
from connector.sandbox import NewLine
from tests.connector.api.conftest import TOKEN

if TYPE_CHECKING:
    from tests.connector.api.conftest import Service

WRONG = "444413758702"
RELEASE = {"number": WRONG, "who": "佐藤", "why": "伝票と同じ", "confirm": "number_checked"}


async def tag_of(service: Service, path: str) -> str:
    """The ETag of an answer."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with service.session.get(service.app.url + path, headers=headers) as response:
        return response.headers["ETag"]


async def listed(service: Service, query: str, count: int = 1) -> list[Any]:
    """The entries of a list, as soon as there are so many."""
    with service.app.store.changes.listening() as listener:
        async with asyncio.timeout(20):
            while True:
                _, answer = await service.ask("GET", f"/api/v1/entries{query}")
                if len(answer["entries"]) >= count:
                    return list(answer["entries"])
                await listener.take()


async def test_a_number_held_for_its_check_digit_is_released_and_stands_at_qoo10(service: Service) -> None:
    """From the label message to the order, with the person's step between."""
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no, WRONG)
    (held,) = await listed(service, "?state=held")

    status, answer = await service.ask("POST", f"/api/v1/entries/{held['id']}/release", RELEASE)
    (done,) = await listed(service, "?state=confirmed")

    assert (held["reason"], held["reason_ja"]) == ("check_digit", "送り状番号の検査数字が合いません")
    assert (status, answer["id"], answer["person"]) == (201, held["id"], "number_checked")
    assert (done["id"], done["shipping_corp"], done["entered"], done["lines"]) == (held["id"], "ヤマト宅急便", 1, 1)
    assert service.sandbox.market.line(line.order_no).shipping.tracking_no == WRONG


async def test_what_does_not_fit_is_refused_with_the_reason(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no, WRONG)
    (held,) = await listed(service, "?state=held")
    path = f"/api/v1/entries/{held['id']}"

    lacking = await service.ask("POST", f"{path}/release", RELEASE | {"confirm": ""})
    other = await service.ask("POST", f"{path}/release", RELEASE | {"number": "444413758703"})
    nobody = await service.ask("POST", f"{path}/retry", {"who": " ", "why": "x"})
    unreadable = await service.ask("POST", f"{path}/release", {"who": "sato"})
    missing = await service.ask("POST", "/api/v1/entries/99/retry", {"who": "sato", "why": "x"})
    retried, _ = await service.ask("POST", f"{path}/retry", {"who": "sato", "why": "x"})

    answers = (lacking, other, nobody, unreadable, missing)
    assert [(status, answer["error"]["code"]) for status, answer in answers] == [
        (422, "act_incomplete"),
        (409, "act_refused"),
        (422, "act_incomplete"),
        (422, "unreadable"),
        (404, "no_entry"),
    ]
    assert retried == 201
    assert service.sandbox.market.line(line.order_no).shipping.tracking_no == ""


async def test_a_label_without_an_order_is_in_the_list(service: Service) -> None:
    await service.print_label("1999999999", "444413758703")

    (row,) = await listed(service, "?source=packing-table&shop=main&limit=5")

    assert (row["id"], row["order_no"], row["order_ref"], row["state"]) == (None, "", "1999999999", "unresolved")


@pytest.mark.parametrize(
    "query",
    [
        "?state=stuck",
        "?limit=0",
        "?limit=x",
        "?limit=1001",
        "?order=1",
        "?cursor=x",
        "?day=x",
        "?order=urgent&day=2026-11-22",
        "?day=0001-01-01",
        "?day=9999-12-31",
        "?reason=because",
        "?state=held&state=held",
    ],
)
async def test_a_question_that_cannot_be_answered_is_400(service: Service, query: str) -> None:
    status, answer = await service.ask("GET", f"/api/v1/entries{query}")

    assert (status, answer["error"]["code"]) == (400, "bad_query")


async def held(service: Service) -> dict[str, Any]:
    """An entry that is held for its check digit."""
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no, WRONG)
    (row,) = await listed(service, "?state=held")
    found: dict[str, Any] = row
    return found


BODY = {"who": "佐藤", "why": "棚卸し"}


async def test_answers_are_as_the_openapi_document_says(service: Service) -> None:
    """To the last field, in lists, in full, and after an act."""
    row = await held(service)
    await service.print_label("what", "444413758703")
    (label,) = await listed(service, "?state=unresolved")

    entries = EntryList.model_validate((await service.ask("GET", "/api/v1/entries?state=all&order=newest"))[1])
    urgent = EntryList.model_validate((await service.ask("GET", "/api/v1/entries"))[1])
    in_full = EntryInFullAnswer.model_validate((await service.ask("GET", f"/api/v1/entries/{row['id']}"))[1])
    of_label = LabelInFullAnswer.model_validate((await service.ask("GET", f"/api/v1/parcels/{label['parcel_id']}"))[1])
    done = EntryRow.model_validate((await service.ask("POST", f"/api/v1/entries/{row['id']}/hold", BODY))[1])

    assert {each.parcel_id for each in entries.entries} == {each.parcel_id for each in urgent.entries}
    assert (in_full.entry.id, in_full.next_act, in_full.looked_at) == (row["id"], "release", None)
    assert [each.act for each in in_full.acts if each.possible] == ["release", "retry", "looked_at", "hold", "void"]
    assert ([each.act for each in of_label.acts], of_label.entries) == (["assign", "void"], [])
    assert of_label.story.history[0].what == "label_printed"
    assert (done.state, done.reason, done.person) == ("held", "held_by_person", "hold")


async def test_a_number_is_found_in_pages_of_the_newest(service: Service) -> None:
    lines = service.sandbox.market.add_cart(NewLine(), NewLine(), NewLine())
    await service.print_label(lines[0].pack_no, "444413758703")
    await listed(service, f"?state=all&number={lines[0].pack_no}&limit=3", 3)

    path = f"/api/v1/entries?state=all&number={lines[0].pack_no}&limit=2"
    _, first = await service.ask("GET", path)
    _, second = await service.ask("GET", f"{path}&cursor={first['next']}")

    found = [each["order_no"] for answer in (first, second) for each in answer["entries"]]
    assert sorted(found) == sorted(line.order_no for line in lines)
    assert (first["more"], second["more"], second["next"]) == (True, False, None)
    assert {each["lines"] for each in second["entries"]} == {3}


async def test_an_act_on_what_has_changed_since_is_refused(service: Service) -> None:
    """And whoever has an answer that still holds is not sent it again."""
    row = await held(service)
    path = f"/api/v1/entries/{row['id']}"
    tag = await tag_of(service, path)
    assert (await service.ask("GET", path, headers={"If-None-Match": tag}))[0] == 304
    first, _ = await service.ask("POST", f"{path}/looked-at", BODY, headers={"If-Match": tag})
    second, _ = await service.ask("POST", f"{path}/looked-at", BODY, headers={"If-Match": tag})
    any_, _ = await service.ask("POST", f"{path}/looked-at", BODY, headers={"If-Match": "*"})

    assert (first, second, any_) == (201, 412, 201)
    assert (await service.ask("GET", path, headers={"If-None-Match": tag}))[0] == 200
    _, now = await service.ask("GET", path)
    assert now["looked_at"]["who"] == "佐藤"


async def test_a_hold_is_kept_until_its_release(service: Service) -> None:
    row = await held(service)
    path = f"/api/v1/entries/{row['id']}"

    hold = await service.ask("POST", f"{path}/hold", BODY)
    again = await service.ask("POST", f"{path}/hold", BODY)
    retried = await service.ask("POST", f"{path}/retry", BODY)
    release = await service.ask("POST", f"{path}/release", BODY)

    assert [status for status, _ in (hold, again, retried, release)] == [201, 409, 409, 201]
    assert "holds it already" in again[1]["error"]["message"]


async def test_a_label_is_void_or_assigned_through_its_own_address(service: Service) -> None:
    await service.print_label("what", "444413758703")
    (label,) = await listed(service, "?state=unresolved")
    (line,) = service.sandbox.market.add_cart()
    path = f"/api/v1/parcels/{label['parcel_id']}"
    tag = await tag_of(service, path)

    both = await service.ask("POST", f"{path}/assign", BODY | {"order_no": line.order_no, "pack_no": line.pack_no})
    void = await service.ask("POST", f"{path}/void", BODY)
    assigned = await service.ask("POST", f"{path}/assign", BODY | {"order_no": line.order_no})
    (done,) = await listed(service, f"?number={line.order_no}&state=confirmed")
    stale, _ = await service.ask(
        "POST", f"{path}/void", BODY | {"confirm": "label_destroyed"}, headers={"If-Match": tag}
    )
    late = await service.ask("POST", f"{path}/assign", BODY | {"order_no": line.order_no})
    voided = await service.ask("POST", f"/api/v1/entries/{done['id']}/void", BODY | {"confirm": "label_destroyed"})
    missing = await service.ask("GET", "/api/v1/parcels/99")
    _, shown = await service.ask("GET", f"/api/v1/entries/{done['id']}")

    assert (both[0], void[0], assigned[0], stale, late[0], voided[0]) == (422, 422, 201, 412, 409, 201)
    assert missing == (404, missing[1])
    assert (shown["printed"], shown["page"].partition("?")[0]) == (
        "4444-1375-8703",
        "https://member.kms.kuronekoyamato.co.jp/parcel/detail",
    )
    assert service.sandbox.market.line(line.order_no).shipping.tracking_no == "444413758703"


async def test_every_address_needs_a_token(service: Service) -> None:
    for method, path in (
        ("GET", "/api/v1/entries"),
        ("POST", "/api/v1/entries/1/release"),
        ("POST", "/api/v1/entries/1/retry"),
        ("GET", "/api/v1/entries/1"),
        ("POST", "/api/v1/entries/1/hold"),
        ("GET", "/api/v1/parcels/1"),
        ("POST", "/api/v1/parcels/1/assign"),
    ):
        assert (await service.ask(method, path, token=None))[0] == 401
