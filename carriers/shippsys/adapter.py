"""``shippsys``: the label callback of SHIPPSYS (UMTEC), the one Japanese tool known to push its labels.

Specification: https://app.shippsys.com/develop.v.last/ and https://shippsys.jp/api_list, read 2026-11-22. The callback
is documented as a skeleton, without signature, id, time, carrier or void; nothing was recorded. So a callback is
believed only when ``get_status`` says the same; of that call, the address is documented, its bodies are not.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.companies import NumberRefused, clean_number
from carriers.errors import BadSignature, UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer, LabelEvent, Reading, Way
from carriers.payload import (
    NumberWord,
    OptionalNumberWord,
    derived_key,
    ignore,
    read_json,
    read_json_value,
    read_model,
)
from carriers.signatures import path_secret_problem, verify_path_secret

HOST = "webapi.umtec.jp"
STATUS_PATH = "/miandan/api/get_status"
CREDENTIAL = "token"

RESULTS = {1: EventKind.PRINTED, 0: None}
"""``result`` and what it tells; read only. 0: no label could be made."""

_OK = 200
_REFUSED = frozenset({401, 403})


class Label(BaseModel):
    """``data``. ``error_message`` is not read: it may speak of an address."""

    model_config = ConfigDict(frozen=True)
    client_key: NumberWord
    customer_number: OptionalNumberWord = ""
    tracking_number: OptionalNumberWord = ""


class Callback(BaseModel):
    """A body."""

    model_config = ConfigDict(frozen=True)
    result: int
    data: Label


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the secret in the address, and that the callback names our account.

    Raises:
        BadSignature: see ``verify_path_secret``; ``mismatch`` too for another ``client_key``.
    """
    verify_path_secret(delivery.path, secrets)
    try:
        given = read_model(Callback, read_json(delivery.body)).data.client_key
    except UnreadablePayload:
        return  # ``parse`` says so, to a sender that knows the address
    if not hmac.compare_digest(given.encode(), delivery.options.get("client_key", "").encode()):
        raise BadSignature("mismatch")


def parse(delivery: Delivery) -> Reading:
    """A callback about a label becomes the question whether SHIPPSYS knows it.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    callback = read_model(Callback, read_json(delivery.body))
    if callback.result not in RESULTS:
        raise UnreadablePayload("result: must be 0 or 1")
    if RESULTS[callback.result] is None:
        return ignore("label_failed")
    label = callback.data
    if not label.tracking_number or not label.customer_number:
        return ignore("no_number" if not label.tracking_number else "no_reference")
    carrier = delivery.options.get("carrier", "")
    told = {
        "key": derived_key(label.client_key, label.customer_number, label.tracking_number),
        "customer_number": label.customer_number,
        "tracking_number": label.tracking_number,
        "carrier": carrier,
    }
    if delivery.options.get("confirm") == "none":
        return Reading(events=(_event(told),))
    query = {"client_key": "$client_key", "t": carrier}
    return Reading(fetches=(Fetch(told["key"], HOST, STATUS_PATH, CREDENTIAL, query, told),))


def fetch_body(fetch: Fetch) -> bytes:
    """``get_status`` takes "a list of customer numbers"; that it is a bare JSON list is unverified."""
    return json.dumps([fetch.context["customer_number"]]).encode()


def read_answer(fetch: Fetch, answer: FetchAnswer) -> Reading:
    """The label, if any part of the answer names both its order and its number.

    The form of the answer is not documented; that its fields are called as in the callback is unverified.

    Raises:
        UnreadablePayload: SHIPPSYS refused to answer, or does not (yet) say the same as its callback.
    """
    if answer.status in _REFUSED:
        raise UnreadablePayload("SHIPPSYS refused the token: check the source's setting credentials.token")
    if answer.status != _OK:
        raise UnreadablePayload(f"SHIPPSYS answered {answer.status} to get_status")
    waiting = [read_json_value(answer.body)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if _confirms(value, fetch.context):
                return Reading(delivery_key=fetch.key, events=(_event(fetch.context),))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    raise UnreadablePayload("get_status does not show this number for this order")


def fetch_headers(_credential: str, value: str) -> Mapping[str, str]:
    """The token, as SHIPPSYS wants it."""
    return {"authorization": f"Bearer {value}"}


def _confirms(row: Mapping[str, object], told: Mapping[str, str]) -> bool:
    try:
        same_number = clean_number(str(row.get("tracking_number", ""))) == clean_number(told["tracking_number"])
    except NumberRefused:
        return False
    return same_number and str(row.get("customer_number", "")).strip() == told["customer_number"]


def _event(told: Mapping[str, str]) -> LabelEvent:
    return LabelEvent(
        key=told["key"],
        kind=EventKind.PRINTED,
        order_ref=told["customer_number"],
        carrier=told["carrier"],
        service="",
        tracking_number=told["tracking_number"],
        occurred_at=None,
    )


SOURCE = PushedKind(
    kind="shippsys",
    title="SHIPPSYS",
    way=Way.PUSHED,
    spec="https://shippsys.jp/api_list",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED}),
    credentials=frozenset({CREDENTIAL}),
    options={"client_key": (), "carrier": ("sagawa", "yamato"), "confirm": ("get_status", "none")},
    needed_options=frozenset({"client_key", "carrier"}),
    authentication="secret in the address, client_key, and confirmed by get_status",
    authentication_ja="アドレス中のシークレットと client_key。さらに get_status に問い合わせて確かめます",
    authenticate=authenticate,
    parse=parse,
    check_secret=path_secret_problem,
    secret_in_path=True,
    signs_body=False,
    hosts=frozenset({HOST}),
    fetch_headers=fetch_headers,
    fetch_body=fetch_body,
    read_answer=read_answer,
    proved_by="",
    unverified=(
        "The callback has no documented signature: secret, client_key and the confirmation are the only proof.",
        "What get_status takes is not documented but for its address: a list of the customer number is posted.",
        "What it answers is not documented: fields named as in the callback are looked for; an option turns it off.",
        "The callback names no carrier: one source stands for one carrier.",
        "No callback for a voided label is documented.",
        "Which answer SHIPPSYS expects, and whether it repeats a callback, is not documented.",
    ),
    unverified_ja=(
        "コールバックの署名は公開されていません。シークレット、client_key、問い合わせによる確認だけが証明です。",
        "get_status は、アドレスのほかに送る内容が公開されていません。お客様番号の一覧を送ります。",
        "get_status の答えの形も公開されていません。コールバックと同じ名前の項目を探します。options で止められます。",
        "コールバックに配送会社の名前はありません。1つの連携が1つの配送会社を表します。",
        "取り消されたラベルのコールバックは説明にありません。",
        "SHIPPSYSがどんな答えを期待し、コールバックを送り直すかは公開されていません。",
    ),
)
