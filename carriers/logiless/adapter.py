"""``logiless``: LOGILESS's outbound deliveries (出荷伝票), which have to be polled, with OAuth2 tokens that expire.

Specification: https://app2.logiless.com/api/ as described in the copy under solahsoyalp/LOGILESS_API_Docs_Unofficial,
read 2026-11-23. Everything here is read only: no answer of LOGILESS was ever recorded.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from pydantic import BaseModel

from carriers.errors import PollFailed, PollRefused, UnreadablePayload
from carriers.kinds import PolledKind, PollRequest, PollResult, PollSetup, PollState
from carriers.model import EventKind, FetchAnswer, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, read_json, read_model
from carriers.polling import (
    TokenText,
    check_status,
    first_zoneless,
    ignored,
    label_events,
    newest_zoneless,
    next_since,
    read_rows,
    tokens_in_force,
)

HOST = "app2.logiless.com"
TOKEN_PATH = "/oauth2/token"  # noqa: S105 - an address
PAGE_ROWS = 100
"""The documented maximum."""

CANCELLED = "Cancel"
"""A ``document_status`` or ``delivery_status`` that makes the numbers dead. Read only."""

STATUS_KINDS = {
    "Working": EventKind.PRINTED,  # 出荷作業中: labels are printed in this state. Read only
    "PartlyShipped": EventKind.PRINTED,  # 一部出荷済み: it does not say which of the parcels. Read only
    "Shipped": EventKind.HANDED_OVER,  # 出荷済み. Read only
}
"""A ``delivery_status`` and what it tells of a delivery that has numbers. In the others (``WaitingForShipment``,
``Pending``) a number is no label yet."""

_OVERLAP = timedelta(minutes=2)
_RENEW_BEFORE = timedelta(hours=1)
_MERCHANT = re.compile(r"[0-9]{1,20}")
_UNAUTHORIZED = 401
_REFUSED = frozenset({400, 401, 403})
_LOGIN_AGAIN = "authorise the application again and set credentials.refresh_token"


class Order(BaseModel):
    """``sales_order``, or the ``origin`` of a line."""

    code: OptionalNumberWord = ""


class Line(BaseModel):
    """One of ``lines``."""

    origin: Order | None = None


class OutboundDelivery(BaseModel):
    """One 出荷伝票."""

    id: NumberWord
    document_status: OptionalWord = ""
    delivery_status: OptionalWord = ""
    delivery_method: OptionalWord = ""
    delivery_tracking_numbers: list[OptionalNumberWord] | None = None
    sales_order: Order | None = None
    lines: list[Line] | None = None


class Changed(BaseModel):
    """When a 出荷伝票 last changed, in LOGILESS's own words; also of one that cannot be read otherwise."""

    updated_at: OptionalWord = ""


class Page(BaseModel):
    """The list's envelope."""

    data: list[object]


class Tokens(BaseModel):
    """The answer of the token address. A new refresh token may be missing; then the old one stays."""

    access_token: TokenText
    refresh_token: TokenText | None = None
    expires_in: int = 0


def start(setup: PollSetup, state: PollState, now: datetime) -> PollRequest:
    """The page to go on with; or first new tokens, where there are none or they expire soon."""
    tokens = _tokens(setup, state)
    expires_at = tokens.get("expires_at", "")
    if "access_token" not in tokens or (expires_at and now >= datetime.fromisoformat(expires_at) - _RENEW_BEFORE):
        return _renewal(setup, tokens, _cursor(state, now))
    return _page(setup, tokens, _cursor(state, now))


def read(setup: PollSetup, request: PollRequest, answer: FetchAnswer, state: PollState) -> PollResult:
    """New tokens, kept before anything else is done, or a page."""
    if request.path == TOKEN_PATH:
        return _read_tokens(setup, request, answer, state)
    tokens = _tokens(setup, state)
    cursor = dict(request.context)
    just_renewed = cursor.pop("renewed", "")
    if answer.status == _UNAUTHORIZED and not just_renewed:
        kept = {name: value for name, value in tokens.items() if name not in {"access_token", "expires_at"}}
        return PollResult(Reading(), PollState(state.cursor, kept), _renewal(setup, kept, cursor))
    check_status(answer, "LOGILESS", "credentials, options.merchant_id and the rights of the application")
    reading = read_page(answer.body, setup.options)
    rows = _rows(answer.body)
    cursor["newest"] = max(cursor.get("newest", ""), newest_zoneless(map(_changed_at, rows), answer.received_at))
    if len(rows) >= PAGE_ROWS:
        cursor["page"] = str(int(cursor["page"]) + 1)
        return PollResult(reading, PollState(cursor, tokens), _page(setup, tokens, cursor))
    since = next_since(cursor["since"], cursor["newest"], _OVERLAP)
    return PollResult(reading, PollState({"since": since}, tokens))


def read_page(body: bytes, options: Mapping[str, str]) -> Reading:
    """One page of outbound deliveries."""
    del options
    return read_rows(_rows(body), _read_delivery)


def _cursor(state: PollState, now: datetime) -> dict[str, str]:
    return {"since": first_zoneless(now), "page": "1", **state.cursor}


def _tokens(setup: PollSetup, state: PollState) -> Mapping[str, str]:
    return tokens_in_force(state, setup.credentials, "refresh_token")


def _renewal(setup: PollSetup, tokens: Mapping[str, str], cursor: Mapping[str, str]) -> PollRequest:
    query = {
        "client_id": setup.credentials["client_id"],
        "client_secret": setup.credentials["client_secret"],
        "refresh_token": tokens["refresh_token"],
        "grant_type": "refresh_token",
    }
    return PollRequest("GET", HOST, TOKEN_PATH, query=query, context=cursor)  # GET is what LOGILESS documents


def _read_tokens(setup: PollSetup, request: PollRequest, answer: FetchAnswer, state: PollState) -> PollResult:
    if answer.status in _REFUSED:
        raise PollRefused(f"LOGILESS answered {answer.status} to the refresh token: {_LOGIN_AGAIN}")
    check_status(answer, "LOGILESS", "credentials")
    try:
        new = read_model(Tokens, read_json(answer.body))
    except UnreadablePayload as unreadable:
        raise PollFailed(f"the answer with the tokens cannot be read: {unreadable.problem}") from None
    tokens = {**_tokens(setup, state), "access_token": new.access_token}
    tokens.pop("expires_at", None)
    if new.refresh_token:
        tokens["refresh_token"] = new.refresh_token
    if new.expires_in > 0:
        tokens["expires_at"] = (answer.received_at + timedelta(seconds=min(new.expires_in, 10**9))).isoformat()
    following = _page(setup, tokens, {**request.context, "renewed": "yes"})
    return PollResult(Reading(), PollState(state.cursor, tokens), following)


def _page(setup: PollSetup, tokens: Mapping[str, str], cursor: Mapping[str, str]) -> PollRequest:
    merchant = setup.options["merchant_id"]
    if not _MERCHANT.fullmatch(merchant):
        raise PollRefused("options.merchant_id must be the number in the address of LOGILESS's pages")
    # No upper end: what changes while pages are read must not leave the list, or others would move to pages passed.
    query = {"updated_at_from": cursor["since"], "limit": str(PAGE_ROWS), "page": cursor["page"]}
    if store := setup.options["store"]:
        query["store"] = store
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    path = f"/api/v1/merchant/{merchant}/outbound_deliveries"
    return PollRequest("GET", HOST, path, query=query, headers=headers, context=cursor)


def _rows(body: bytes) -> list[object]:
    return read_model(Page, read_json(body)).data


def _changed_at(row: object) -> str:
    try:
        return read_model(Changed, row).updated_at
    except UnreadablePayload:
        return ""


def _read_delivery(row: object) -> Reading:
    delivery = read_model(OutboundDelivery, row)
    if CANCELLED in {delivery.document_status, delivery.delivery_status}:
        kind = EventKind.VOIDED
    elif known := STATUS_KINDS.get(delivery.delivery_status):
        kind = known
    else:
        return ignored("not_printed")
    # 同梱: sales_order only names the order that the others were merged into; the lines name them all.
    orders = [line.origin.code for line in delivery.lines or [] if line.origin]
    return label_events(
        delivery.id,
        kind,
        orders if any(orders) else [(delivery.sales_order or Order()).code],
        delivery.delivery_tracking_numbers or [],
        carrier=delivery.delivery_method,
        service="",
        occurred_at=None,  # its times say no zone
    )


SOURCE = PolledKind(
    kind="logiless",
    title="LOGILESS (ロジレス)",
    way=Way.POLLED,
    spec="https://github.com/solahsoyalp/LOGILESS_API_Docs_Unofficial",
    spec_read_on=date(2026, 11, 23),
    tells=frozenset({EventKind.PRINTED, EventKind.HANDED_OVER, EventKind.VOIDED}),
    proved_by="",
    unverified=(
        "No answer of LOGILESS was ever recorded: everything is read from a copy of its documentation.",
        "The zone of its times is not documented, so what it tells counts from the moment this program heard of it.",
        "The number of calls a minute that LOGILESS allows is not published; this program makes at most 30.",
        "Whether a cancelled 出荷伝票 keeps its numbers, so that the void is seen, is not documented.",
        "Whether renewing the tokens makes the old refresh token invalid is not documented; the newest one is kept.",
    ),
    unverified_ja=(
        "LOGILESSの実際の答えの記録はありません。すべて説明の写しから読み取りました。",
        "時刻の時差は公開されていません。このプログラムが知った時刻を使います。",
        "1分に何回呼べるかは公開されていません。多くて30回にしています。",
        "取り消された出荷伝票に番号が残り、取り消しに気づけるかは公開されていません。",
        "トークンを更新すると前の refresh token が無効になるかは公開されていません。最新のものを残します。",
    ),
    credentials=frozenset({"client_id", "client_secret", "refresh_token"}),
    options={"merchant_id": (), "store": ()},
    needed_options=frozenset({"merchant_id"}),
    hosts=frozenset({HOST}),
    start=start,
    read=read,
    read_page=read_page,
    calls_per_minute=30,
    rotates_tokens=True,
)
