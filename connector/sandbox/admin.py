"""The admin API: what buyers, a person in QSM and the stage manager do, as small JSON calls under ``/_sandbox``.

There is no authentication: whoever reaches the port may do everything. The server binds to loopback only.
"""

import dataclasses
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox.faults import Fault
from connector.sandbox.model import Market, MarketError
from connector.sandbox.people import person
from connector.sandbox.records import Line, NewLine
from connector.sandbox.switches import Switches
from connector.sandbox.writes import enter_by_hand

ADMIN_PATH = "/_sandbox"
MOST_CARTS = 100_000
MOST_CALLS_SHOWN = 10_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Reason(_Body):
    reason: str | None = None


class _Accept(_Body):
    stay_cancelling: bool = False


class _ShipBy(_Body):
    ship_by: date


class _Number(_Body):
    delivery_company: str = "ヤマト宅急便"
    tracking_no: str = Field(min_length=1)


class _Claim(_Body):
    status: ClaimStatus | None
    reason: str = ""


class _Nothing(_Body):
    pass


class _ShopName(_Body):
    shop: str = "main"


class _NewPassword(_ShopName):
    password: str | None = None


class _DeliveryNames(_ShopName):
    names: tuple[str, ...]


class _NewInquiry(_Body):
    order_no: str
    contents: str | None = None
    title: str = "お問い合わせ"
    inq_type: str = Field("MSG", pattern="^(MSG|HELP|ITEM)$")


class _NewOrders(_Body):
    model_config = ConfigDict(extra="allow")

    shop: str = "main"
    pack_no: str | None = None
    count: int = Field(1, ge=1, le=MOST_CARTS)
    lines: Annotated[int, Field(ge=1, le=500)] | Annotated[list[dict[str, Any]], Field(min_length=1)] = 1


def _ask_cancel(market: Market, order_no: str, body: _Reason) -> None:
    market.ask_cancel(order_no, body.reason or "お客様都合")


def _ask_return(market: Market, order_no: str, body: _Reason) -> None:
    market.ask_return(order_no, body.reason or "イメージ違い")


ACTIONS: Mapping[str, tuple[type[Any], Callable[[Market, str, Any], None]]] = {
    "cancel-request": (_Reason, _ask_cancel),
    "withdraw": (_Nothing, lambda market, order_no, _: market.withdraw(order_no)),
    "accept-cancel": (
        _Accept,
        lambda market, order_no, body: market.accept_cancel(order_no, stay_cancelling=body.stay_cancelling),
    ),
    "refuse-cancel": (_Nothing, lambda market, order_no, _: market.refuse_cancel(order_no)),
    "pay": (_Nothing, lambda market, order_no, _: market.pay(order_no)),
    "ship-by": (_ShipBy, lambda market, order_no, body: market.set_ship_by(order_no, body.ship_by)),
    "delivered": (_Nothing, lambda market, order_no, _: market.deliver(order_no)),
    "return-request": (_Reason, _ask_return),
    "enter-number": (
        _Number,
        lambda market, order_no, body: enter_by_hand(market, order_no, body.delivery_company, body.tracking_no),
    ),
    "claim": (_Claim, lambda market, order_no, body: market.set_claim(order_no, body.status, body.reason)),
}


def line_view(market: Market, line: Line) -> dict[str, Any]:
    """One line for people and tests: both axes as they are, what the readers show, and every successful write."""
    shown = line.shown(market.moment())
    return {
        "shop": line.shop,
        "order_no": line.order_no,
        "pack_no": line.pack_no,
        "status": line.shipping.status.value,
        "ship_by": line.shipping.ship_by,
        "overdue": line.overdue(market.now()),
        "gone": line.gone,
        "delivery_company": line.shipping.company,
        "tracking_no": line.shipping.tracking_no,
        "ordered_at": line.ordered_at,
        "paid_at": line.paid_at,
        "shipped_at": line.shipping.shipped_at,
        "delivered_at": line.shipping.delivered_at,
        "claim": dataclasses.asdict(line.claim) if line.claim else None,
        "shown": {"status": shown.status.value, "tracking_no": shown.tracking_no},
        "applied_writes": [dataclasses.asdict(write) for write in line.applied_writes],
        "refused_writes": line.refused_writes,
        "ended_requests": [{"at": at, "how": how} for at, how in line.ended_requests],
    }


def _json(value: Any, status: int = 200) -> web.Response:
    text = json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat())
    return web.Response(text=text, status=status, content_type="application/json")


def _error(status: int, code: str, message: str, hint: str = "") -> web.Response:
    return _json({"error": {"code": code, "message": message, "hint": hint}}, status)


async def _body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object.

    Raises:
        ValueError: it is neither.
    """
    raw = await request.read()
    value = json.loads(raw) if raw.strip() else {}
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - one error for every unreadable body
    return value


def _guarded(handler: Handler) -> Handler:
    """Every failure in the one JSON shape."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except MarketError as error:
            status = 404 if error.code.startswith("unknown_") else 409
            return _error(status, error.code, str(error), error.hint)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            return _error(422, "invalid", problems, "docs/sandbox.md lists the fields")
        except (ValueError, RecursionError):
            return _error(400, "unreadable", "the body or a parameter is not readable", "send a JSON object")

    return guarded


def add_admin_routes(app: web.Application, market: Market) -> None:
    """Put the admin API on the application."""
    desk = _Desk(market)
    routes: dict[tuple[str, str], Handler] = {
        ("GET", ""): desk.index,
        ("POST", "/orders"): desk.add_orders,
        ("GET", "/orders"): desk.list_orders,
        ("GET", "/orders/{order_no}"): desk.show_order,
        ("POST", "/orders/{order_no}/{action}"): desk.act,
        ("GET", "/calls"): desk.list_calls,
        ("DELETE", "/calls"): desk.clear_calls,
        ("GET", "/switches"): desk.show_switches,
        ("PUT", "/switches"): desk.put_switches,
        ("PATCH", "/switches"): desk.patch_switches,
        ("GET", "/faults"): desk.list_faults,
        ("POST", "/faults"): desk.add_fault,
        ("DELETE", "/faults"): desk.clear_faults,
        ("GET", "/keys"): desk.list_keys,
        ("POST", "/keys"): desk.issue_key,
        ("POST", "/keys/expire"): desk.expire_keys,
        ("POST", "/keys/change-password"): desk.change_password,
        ("PUT", "/delivery-names"): desk.put_delivery_names,
        ("GET", "/inquiries"): desk.list_inquiries,
        ("POST", "/inquiries"): desk.add_inquiry,
        ("POST", "/reset"): desk.reset,
        ("*", "/{rest:.*}"): desk.nothing_here,
    }
    for (method, path), handler in routes.items():
        app.router.add_route(method, ADMIN_PATH + path, _guarded(handler))


class _Desk:
    """The handlers. Each reads its body into a model, moves the market, and shows what stands now."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def index(self, _request: web.Request) -> web.StreamResponse:
        note = "The sandbox's admin API. No authentication: keep it on loopback. See docs/sandbox.md."
        return _json({"note": note, "actions": sorted(ACTIONS), "shops": list(self._market.shops)})

    async def nothing_here(self, _request: web.Request) -> web.StreamResponse:
        return _error(404, "not_found", "no such address or method", f"see {ADMIN_PATH} and docs/sandbox.md")

    async def add_orders(self, request: web.Request) -> web.StreamResponse:
        asked = _NewOrders.model_validate(await _body(request))
        common = asked.model_extra or {}
        each = [{}] * asked.lines if isinstance(asked.lines, int) else asked.lines
        new_lines = [NewLine.model_validate({**common, **line}) for line in each]
        if asked.count > 1 and (asked.pack_no or any(new.order_no for new in new_lines)):
            raise MarketError("number_for_many", "a given number fits one cart only", "leave count or the number out")
        carts = [self._market.add_cart(*new_lines, shop=asked.shop, pack_no=asked.pack_no) for _ in range(asked.count)]
        view = [{"pack_no": cart[0].pack_no, "order_nos": [line.order_no for line in cart]} for cart in carts]
        return _json({"carts": view}, 201)

    async def list_orders(self, request: web.Request) -> web.StreamResponse:
        shop, status = request.query.get("shop"), request.query.get("status")
        wanted = ShippingStatus(int(status)) if status else None
        views = [
            line_view(self._market, line)
            for line in self._market.lines.values()
            if shop in {None, line.shop} and wanted in {None, line.shipping.status}
        ]
        return _json({"orders": views})

    async def show_order(self, request: web.Request) -> web.StreamResponse:
        return _json(line_view(self._market, self._market.line(request.match_info["order_no"])))

    async def act(self, request: web.Request) -> web.StreamResponse:
        order_no, action = request.match_info["order_no"], request.match_info["action"]
        if action not in ACTIONS:
            raise MarketError("unknown_action", f"no action {action!r}", f"actions: {', '.join(ACTIONS)}")
        model, play = ACTIONS[action]
        play(self._market, order_no, model.model_validate(await _body(request)))
        return _json(line_view(self._market, self._market.line(order_no)))

    async def list_calls(self, request: web.Request) -> web.StreamResponse:
        calls = self._market.calls
        since = int(request.query.get("since", "0"))
        limit = min(int(request.query.get("limit", "1000")), MOST_CALLS_SHOWN)
        method = request.query.get("method", "").lower()
        found = [record for record in calls.since(since) if method in {"", record.method.lower()}]
        return _json(
            {
                "last": calls.seq,
                "by_method": dict(calls.by_method),
                "by_code": {str(code): count for code, count in calls.by_code.items()},
                "seller_cancels": self._market.seller_cancels,
                "calls": [dataclasses.asdict(record) for record in found[:limit]],
            }
        )

    async def clear_calls(self, _request: web.Request) -> web.StreamResponse:
        self._market.calls.clear()
        return _json({"cleared": True})

    async def show_switches(self, _request: web.Request) -> web.StreamResponse:
        return _json(self._market.switches.model_dump(mode="json"))

    async def put_switches(self, request: web.Request) -> web.StreamResponse:
        self._market.switches = Switches.model_validate(await _body(request))
        return await self.show_switches(request)

    async def patch_switches(self, request: web.Request) -> web.StreamResponse:
        changed = {**self._market.switches.model_dump(mode="json"), **await _body(request)}
        self._market.switches = Switches.model_validate(changed)
        return await self.show_switches(request)

    async def list_faults(self, _request: web.Request) -> web.StreamResponse:
        return _json({"faults": [fault.model_dump(mode="json") for fault in self._market.faults.waiting()]})

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        self._market.faults.add(Fault.model_validate(await _body(request)))
        return await self.list_faults(request)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        self._market.faults.clear()
        return await self.list_faults(request)

    async def list_keys(self, _request: web.Request) -> web.StreamResponse:
        """The made-up secrets of this sandbox, so that a person can point a program at it."""
        shops = {
            shop.name: {
                "api_key": shop.api_key,
                "user_id": shop.user_id,
                "password": shop.password,
                "keys": {key: dataclasses.asdict(state) for key, state in shop.keys.items()},
            }
            for shop in self._market.shops.values()
        }
        return _json({"shops": shops})

    async def issue_key(self, request: web.Request) -> web.StreamResponse:
        shop = self._market.shop(_ShopName.model_validate(await _body(request)).shop)
        return _json({"key": shop.issue_key(self._market.now())}, 201)

    async def expire_keys(self, request: web.Request) -> web.StreamResponse:
        self._market.shop(_ShopName.model_validate(await _body(request)).shop).end_keys(expired=True)
        return await self.list_keys(request)

    async def change_password(self, request: web.Request) -> web.StreamResponse:
        asked = _NewPassword.model_validate(await _body(request))
        shop = self._market.shop(asked.shop)
        shop.end_keys(password_changed=True)
        shop.password = asked.password or shop.password
        return await self.list_keys(request)

    async def put_delivery_names(self, request: web.Request) -> web.StreamResponse:
        asked = _DeliveryNames.model_validate(await _body(request))
        self._market.shop(asked.shop).delivery_names = asked.names
        return _json({"names": asked.names})

    async def list_inquiries(self, _request: web.Request) -> web.StreamResponse:
        found = [inquiry for shop in self._market.shops.values() for inquiry in shop.inquiries]
        return _json({"inquiries": [dataclasses.asdict(inquiry) for inquiry in found]})

    async def add_inquiry(self, request: web.Request) -> web.StreamResponse:
        asked = _NewInquiry.model_validate(await _body(request))
        contents = asked.contents or f"キャンセルできますか。{person(asked.order_no, 'buyer').name}"
        inquiry = self._market.add_inquiry(asked.order_no, contents, title=asked.title, inq_type=asked.inq_type)
        return _json(dataclasses.asdict(inquiry), 201)

    async def reset(self, request: web.Request) -> web.StreamResponse:
        self._market.reset()
        return await self.index(request)
