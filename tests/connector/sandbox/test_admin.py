"""The admin API: everything a person or a test can do to the market, in JSON."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from connector.sandbox import Sandbox
from connector.sandbox.admin import ACTIONS

Admin = Callable[..., Awaitable[Any]]


@pytest.fixture
async def sandbox(clock: Any) -> AsyncIterator[Sandbox]:
    async with Sandbox(now=clock, shops=("main", "second")) as running:
        yield running


@pytest.fixture
async def admin(sandbox: Sandbox) -> AsyncIterator[Admin]:
    """Call the admin API; gives the status and the JSON."""
    async with aiohttp.ClientSession() as session:

        async def call(verb: str, path: str, body: Any = None) -> tuple[int, Any]:
            async with session.request(verb, sandbox.admin_url + path, json=body) as answer:
                return answer.status, await answer.json()

        yield call


async def test_orders_are_made_one_or_many(admin: Admin, sandbox: Sandbox) -> None:
    """Lines one by one, or so many carts of so many lines, with what all have in common."""
    status, made = await admin(
        "POST",
        "/orders",
        {
            "shop": "second",
            "pack_no": "123456789",
            "ship_by": "2026-11-25",
            "lines": [{"order_no": "1062428737", "seller_item_code": "A"}, {"status": 3}],
        },
    )
    _, many = await admin("POST", "/orders", {"count": 3, "lines": 2, "delivery_company": "佐川急便"})

    assert status == 201
    assert made == {"carts": [{"pack_no": "123456789", "order_nos": ["1062428737", "1062400001"]}]}
    assert [len(cart["order_nos"]) for cart in many["carts"]] == [2, 2, 2]
    _, orders = await admin("GET", "/orders?shop=second")
    assert [(line["order_no"], line["status"], line["ship_by"]) for line in orders["orders"]] == [
        ("1062428737", 2, "2026-11-25"),
        ("1062400001", 3, "2026-11-25"),
    ]
    assert len((await admin("GET", "/orders?status=3"))[1]["orders"]) == 1
    assert len(sandbox.market.lines) == 8


async def test_one_line_is_shown_with_all_that_happened(admin: Admin, sandbox: Sandbox) -> None:
    """A person's number, its time with an offset, its effect."""
    (line,) = sandbox.market.add_cart()

    await admin("POST", f"/orders/{line.order_no}/enter-number", {"tracking_no": "77", "delivery_company": "EMS"})
    status, view = await admin("GET", f"/orders/{line.order_no}")

    assert (status, view["status"], view["tracking_no"], view["gone"]) == (200, 4, "77", False)
    assert view["applied_writes"] == [
        {"at": "2026-11-24T12:00:00+09:00", "by": "QSM", "company": "EMS", "tracking_no": "77", "effect": "recorded"}
    ]


@pytest.mark.parametrize(
    ("status", "steps", "ends"),
    [
        pytest.param(1, [("pay", {})], (2, None), id="pay"),
        pytest.param(2, [("cancel-request", {"reason": "x"})], (2, 3), id="instant cancel"),
        pytest.param(3, [("cancel-request", {})], (3, 1), id="request"),
        pytest.param(3, [("cancel-request", {}), ("withdraw", {})], (3, None), id="withdraw"),
        pytest.param(3, [("cancel-request", {}), ("refuse-cancel", {})], (3, None), id="refuse"),
        pytest.param(3, [("cancel-request", {}), ("accept-cancel", {})], (3, 3), id="accept"),
        pytest.param(
            3, [("cancel-request", {}), ("accept-cancel", {"stay_cancelling": True})], (3, 2), id="accept half way"
        ),
        pytest.param(2, [("ship-by", {"ship_by": "2026-11-20"}), ("cancel-request", {})], (3, 3), id="overdue"),
        pytest.param(4, [("delivered", {}), ("return-request", {})], (5, 4), id="return"),
        pytest.param(2, [("claim", {"status": 11})], (2, 11), id="any claim"),
        pytest.param(2, [("claim", {"status": 11}), ("claim", {"status": None})], (2, None), id="no claim"),
    ],
)
async def test_actions_move_the_line(
    admin: Admin, sandbox: Sandbox, status: int, steps: list[tuple[str, Any]], ends: tuple[int, int | None]
) -> None:
    """Each action is a POST that answers with the line as it now is."""
    _, made = await admin("POST", "/orders", {"status": status})
    order_no = made["carts"][0]["order_nos"][0]

    view: Any = None
    for action, body in steps:
        code, view = await admin("POST", f"/orders/{order_no}/{action}", body)
        assert code == 200

    assert (view["status"], view["claim"] and view["claim"]["status"]) == ends
    assert sandbox.market.seller_cancels == []


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "code"),
    [
        ("GET", "/orders/1", None, 404, "unknown_order"),
        ("POST", "/orders", {"shop": "third"}, 404, "unknown_shop"),
        ("POST", "/orders", {"stauts": 2}, 422, "invalid"),
        ("POST", "/orders", {"status": 9}, 422, "invalid"),
        ("POST", "/orders", {"count": 2, "order_no": "5"}, 409, "number_for_many"),
        ("POST", "/orders", {"lines": 0}, 422, "invalid"),
        ("POST", "/orders", {"ordered_at": "2026-11-24T12:00:00"}, 422, "invalid"),
        ("POST", "/orders", [1], 400, "unreadable"),
        ("GET", "/orders?status=x", None, 400, "unreadable"),
        ("GET", "/calls?since=x", None, 400, "unreadable"),
        ("POST", "/orders/1/dance", None, 404, "unknown_action"),
        ("POST", "/orders/1062400001/pay", None, 409, "wrong_status"),
        ("POST", "/orders/1062400001/ship-by", {}, 422, "invalid"),
        ("PATCH", "/switches", {"write_after_cancle": 1}, 422, "invalid"),
        ("POST", "/faults", {"fault": "x"}, 422, "invalid"),
        ("POST", "/inquiries", {"order_no": "1"}, 404, "unknown_order"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("DELETE", "/switches", None, 404, "not_found"),
    ],
)
async def test_every_failure_has_one_shape(
    admin: Admin, sandbox: Sandbox, verb: str, path: str, body: Any, status: int, code: str
) -> None:
    """``{"error": {"code", "message", "hint"}}`` with a fitting status."""
    sandbox.market.add_cart()

    answered, error = await admin(verb, path, body)

    assert (answered, error["error"]["code"]) == (status, code)
    assert set(error["error"]) == {"code", "message", "hint"}
    assert error["error"]["message"]


async def test_a_body_that_is_no_json_is_unreadable(sandbox: Sandbox) -> None:
    """Broken and very deep bodies alike."""
    async with aiohttp.ClientSession() as session:
        for body in (b"{", b"[" * 100_000, b"\xff"):
            async with session.post(f"{sandbox.admin_url}/orders", data=body) as answer:
                assert answer.status == 400


async def test_calls_are_read_and_forgotten(admin: Admin, sandbox: Sandbox) -> None:
    """Every call received with parameters but no key, from a number on; the numbers go on after clearing."""
    (line,) = sandbox.market.add_cart()
    query = {"method": "ShippingBasic.SetSendingInfo", "key": sandbox.key, "returnType": "json", "TrackingNo": "1"}
    async with aiohttp.ClientSession() as session:
        for order_no in (line.order_no, "x"):
            async with session.get(
                sandbox.base_url, params={**query, "OrderNo": order_no, "ShippingCorp": "EMS"}
            ) as answer:
                await answer.read()

    _, log = await admin("GET", "/calls")
    _, later = await admin("GET", "/calls?since=1&method=shippingbasic.setsendinginfo")
    await admin("DELETE", "/calls")
    _, cleared = await admin("GET", "/calls")

    assert [(call["code"], call["applied"], call["shop"]) for call in log["calls"]] == [
        (0, [line.order_no], "main"),
        (-10001, [], "main"),
    ]
    assert (log["by_code"], log["by_method"]) == ({"0": 1, "-10001": 1}, {"ShippingBasic.SetSendingInfo": 2})
    assert [call["seq"] for call in later["calls"]] == [2]
    assert log["seller_cancels"] == []
    assert sandbox.key not in str(log)
    assert (cleared["calls"], cleared["last"]) == ([], 2)


async def test_switches_are_patched_and_put(admin: Admin, sandbox: Sandbox) -> None:
    """PATCH changes some, PUT sets all others back to their defaults."""
    await admin("PATCH", "/switches", {"latency_ms": 100})
    _, patched = await admin("PATCH", "/switches", {"write_after_cancel": "accepted_silently"})
    _, put = await admin("PUT", "/switches", {"visible_late_s": 5})

    assert (patched["latency_ms"], patched["write_after_cancel"]) == (100, "accepted_silently")
    assert (put["latency_ms"], put["visible_late_s"]) == (0, 5)
    assert sandbox.market.switches.visible_late_s == 5


async def test_faults_are_aimed_and_cleared(admin: Admin) -> None:
    """What waits is listed."""
    aimed = {"fault": "lost_answer", "method": "ShippingBasic.SetSendingInfo", "order_no": "1", "times": 2}
    _, waiting = await admin("POST", "/faults", aimed)
    _, cleared = await admin("DELETE", "/faults")

    assert aimed.items() <= waiting["faults"][0].items()
    assert cleared == {"faults": []}


async def test_keys_are_ended_and_issued(admin: Admin, sandbox: Sandbox) -> None:
    """Expiry, a changed password, a new key; another shop's are left alone."""
    await admin("POST", "/keys/expire")
    await admin("POST", "/keys/change-password", {"password": "new"})
    _, issued = await admin("POST", "/keys", {})
    _, keys = await admin("GET", "/keys")

    states = keys["shops"]["main"]["keys"]
    assert issued["key"] == sandbox.key == "sandbox-key-main-2"
    assert [(state["expired"], state["password_changed"]) for state in states.values()] == [
        (True, True),
        (False, False),
    ]
    assert keys["shops"]["main"]["password"] == "new"
    assert [state["expired"] for state in keys["shops"]["second"]["keys"].values()] == [False]


async def test_inquiries_and_delivery_names(admin: Admin, sandbox: Sandbox) -> None:
    """What a buyer wrote, and what the account's delivery groups are called."""
    (line,) = sandbox.market.add_cart()

    status, _ = await admin("POST", "/inquiries", {"order_no": line.order_no})
    _, found = await admin("GET", "/inquiries")
    await admin("PUT", "/delivery-names", {"names": ["EMS"]})

    assert (status, [inquiry["order_no"] for inquiry in found["inquiries"]]) == (201, [line.order_no])
    assert sandbox.market.shops["main"].delivery_names == ("EMS",)


async def test_the_root_says_what_it_is_and_reset_empties_it(admin: Admin, sandbox: Sandbox) -> None:
    """Also that there is no authentication."""
    sandbox.market.add_cart()

    _, root = await admin("GET", "")
    await admin("POST", "/reset")

    assert "No authentication" in root["note"]
    assert root["actions"] == sorted(ACTIONS)
    assert sandbox.market.lines == {}
