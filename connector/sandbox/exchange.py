"""One call from what was asked to what is said: route, key, method, faults, log. No I/O, no waiting."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from connector.sandbox.answers import Outcome, Rendered, key_trouble, render
from connector.sandbox.bulk import Ask
from connector.sandbox.calls import CallRecord
from connector.sandbox.faults import BULK_FAULTS, Fault, FaultKind
from connector.sandbox.methods import METHODS, SERVICES, missing
from connector.sandbox.model import Market, MarketError
from connector.sandbox.records import Shop
from connector.sandbox.switches import ThrottledAs
from connector.sandbox.transport import Call, routing_failure

_HTML = "text/html; charset=utf-8"
_PAGE = b"<!DOCTYPE html><html><head><title>523 Error</title></head><body><h1>523 Error</h1></body></html>"
_BOM = b"\xef\xbb\xbf"
_SENTENCE = Rendered(b"The service is not available now.", "text/plain; charset=utf-8")
_BYTES = Rendered(bytes(range(0x80, 0x100)), "application/json; charset=utf-8")


class Ending(StrEnum):
    """How the connection goes on: the answer is sent, half of it is, or none and the connection is closed or reset."""

    SENT = "sent"
    CUT = "cut"
    CLOSED = "closed"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does with the connection. ``hang_s`` is waited before."""

    rendered: Rendered
    status: int = 200
    retry_after_s: int | None = None
    ending: Ending = Ending.SENT
    hang_s: float = 0


def exchange(market: Market, call: Call) -> Reply:
    """Play one call to its end: what it changes has changed when this returns, whatever becomes of the answer."""
    early = _turned_away(market, call)
    if early is not None:
        _log(market, call, None, early, None)
        return early
    _cross(market, call)
    fault = market.faults.take(call.method, call.order_nos)
    outcome: Outcome | str | None = None
    if fault is None or fault.takes_effect or fault.fault in BULK_FAULTS:
        outcome = _play(market, call, fault if fault is not None and fault.fault in BULK_FAULTS else None)
    elif fault.fault in {FaultKind.CODE, FaultKind.GATEWAY_CODE, FaultKind.BOM, FaultKind.XML}:
        outcome = Outcome(fault.answer_code, _words(fault.answer_code))
    reply = _reply(market, call, outcome, fault)
    _log(market, call, outcome if isinstance(outcome, Outcome) else None, reply, fault)
    return reply


def _cross(market: Market, call: Call) -> None:
    crossing = market.faults.take_buyer_cancel(call.method, call.order_nos)
    if crossing is not None and call.order_nos:
        with suppress(MarketError):
            market.ask_cancel(crossing.order_no or call.order_nos[0])


def _turned_away(market: Market, call: Call) -> Reply | None:
    """The reply to a call over the limit or struck by the error rate; None for all others."""
    switches = market.switches
    if switches.calls_per_second:
        recent = market.recent_calls.setdefault(_caller(market, call), deque())
        now = market.moment()
        while recent and recent[0] <= now - timedelta(seconds=1):
            recent.popleft()
        if len(recent) >= switches.calls_per_second:
            return _throttled(market, call)
        recent.append(now)
    if switches.error_rate and market.random.random() < switches.error_rate:
        return Reply(Rendered(_PAGE, _HTML), switches.error_http_status)
    return None


def _throttled(market: Market, call: Call) -> Reply:
    match market.switches.throttled_as:
        case ThrottledAs.HTTP_429:
            return Reply(Rendered(_PAGE, _HTML), 429, retry_after_s=1)
        case ThrottledAs.HTML_200:
            return Reply(Rendered(_PAGE, _HTML))
        case ThrottledAs.GATEWAY_ERROR:
            outcome = Outcome(-90001, "Invalid Access", gateway=True)
            return Reply(render(outcome, market.switches, as_json=call.as_json))


def _caller(market: Market, call: Call) -> str:
    return next((shop.name for shop in market.shops.values() if call.key in {*shop.keys, shop.api_key}), "")


def _play(market: Market, call: Call, row_fault: Fault | None) -> Outcome | str:
    """What the method says; a text where there is no such method."""
    if not call.method:
        return Outcome(-90001, "存在しないAPIです。", gateway=True)
    method = METHODS.get(call.method.lower())
    if method is None:
        return routing_failure(call.method, SERVICES)
    shop = _shop_of(market, call.key, needs_api_key=method.needs_api_key)
    if not isinstance(shop, Shop):
        return shop
    lacking = missing(method, call.params, market.switches.missing_parameter)
    return lacking or method.play(Ask(market, shop, call.params, row_fault))


def _shop_of(market: Market, key: str, *, needs_api_key: bool) -> Shop | Outcome:
    switches = market.switches
    if not key:
        return key_trouble(switches.missing_key_code, switches)
    for shop in market.shops.values():
        if needs_api_key and key == shop.api_key:
            return shop
        state = shop.keys.get(key)
        if state is None or needs_api_key:
            continue
        if state.password_changed:
            return key_trouble(switches.changed_password_code, switches)
        if state.expired or market.now() >= state.issued_at + timedelta(days=switches.key_life_days):
            return key_trouble(switches.expired_key_code, switches)
        return shop
    return key_trouble(switches.bad_key_code, switches)


def _reply(  # noqa: PLR0911 - one return for each fault
    market: Market, call: Call, outcome: Outcome | str | None, fault: Fault | None
) -> Reply:
    plain = _rendered(market, outcome, as_json=call.as_json)
    if fault is None:
        return Reply(plain)
    match fault.fault:
        case FaultKind.HTTP_ERROR:
            return Reply(Rendered(_PAGE, _HTML), fault.http_status)
        case FaultKind.THROTTLED:
            return _throttled(market, call)
        case FaultKind.HANG:
            return Reply(plain, hang_s=fault.seconds, ending=Ending.SENT if fault.takes_effect else Ending.CLOSED)
        case FaultKind.RESET:
            return Reply(plain, ending=Ending.RESET)
        case FaultKind.LOST_ANSWER:
            return Reply(plain, ending=Ending.CLOSED)
        case FaultKind.CUT_BODY:
            return Reply(plain, ending=Ending.CUT)
        case _:
            return Reply(_distorted(market, call, outcome, fault))


def _distorted(  # noqa: PLR0911 - one return for each fault
    market: Market, call: Call, outcome: Outcome | str | None, fault: Fault
) -> Rendered:
    plain = _rendered(market, outcome, as_json=call.as_json)
    match fault.fault:
        case FaultKind.PLAIN_TEXT:
            return _SENTENCE
        case FaultKind.EMPTY_BODY:
            return Rendered(b"", plain.content_type)
        case FaultKind.BOM:
            return replace(plain, body=_BOM + plain.body)
        case FaultKind.XML:
            return _rendered(market, outcome, as_json=False)
        case FaultKind.HTML:
            return Rendered(_PAGE, _HTML)
        case FaultKind.GARBAGE:
            return _BYTES
        case FaultKind.CODE | FaultKind.GATEWAY_CODE:
            gateway = fault.fault is FaultKind.GATEWAY_CODE
            answer = Outcome(fault.answer_code, _words(fault.answer_code), gateway=gateway)
            return _rendered(market, answer, as_json=call.as_json)
        case _:
            return plain


def _words(code: int) -> str:
    return "SUCCESS" if code == 0 else "failed"


def _rendered(market: Market, outcome: Outcome | str | None, *, as_json: bool) -> Rendered:
    match outcome:
        case None:
            return Rendered(b"", "text/plain; charset=utf-8")
        case str():
            return Rendered(outcome.encode(), "text/plain; charset=utf-8")
        case Outcome():
            return render(outcome, market.switches, as_json=as_json)


def _log(market: Market, call: Call, outcome: Outcome | None, reply: Reply, fault: Fault | None) -> None:
    known = METHODS.get(call.method.lower())
    sent = reply.ending in {Ending.SENT, Ending.CUT}
    market.calls.add(
        CallRecord(
            seq=market.calls.seq + 1,
            at=market.moment(),
            transport=call.transport,
            method=known.name if known else call.method,
            shop=_caller(market, call),
            params=call.logged,
            code=outcome.code if outcome else None,
            applied=outcome.applied if outcome else (),
            faults=(fault.fault.value,) if fault else (),
            http_status=reply.status if sent else None,
        )
    )
