"""``nextengine``: NextEngine's order slips (受注伝票), which have to be polled, with tokens that change at any answer.

Specification: https://developer.next-engine.com/, read 2026-11-22, with what public clients of it show. Everything here
is read only: no answer was ever recorded. Slips merged into another (同梱) have no number of their own, so after each
page those merged into the slips on it are asked for. The slips of a split order each have a number under one order.
"""

import json
from collections.abc import Iterable, Mapping
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

HOST = "api.next-engine.org"
PATH = "/api_v1_receiveorder_base/search"
PAGE_ROWS = 200
MERGED_ROWS = 1000

ALIVE = frozenset({"", "0"})
"""``receive_order_cancel_type_id`` and ``receive_order_deleted_flag`` of a slip that counts. Read only."""

_NO_SLIP = frozenset({"", "0"})
_NO_DATE = "0000-00-00"
_OVERLAP = timedelta(minutes=1)
_TOKENS = ("access_token", "refresh_token")
_DEEPEST_MERGE = 3
_LOGIN_AGAIN = "log in to NextEngine again and set credentials.access_token and credentials.refresh_token"


class Slip(BaseModel):
    """One 受注伝票."""

    receive_order_id: NumberWord
    receive_order_shop_cut_form_id: OptionalNumberWord = ""
    receive_order_delivery_cut_form_id: OptionalNumberWord = ""
    receive_order_delivery_id: OptionalNumberWord = ""
    receive_order_delivery_name: OptionalWord = ""
    receive_order_send_date: OptionalWord = ""
    receive_order_cancel_type_id: OptionalNumberWord = ""
    receive_order_deleted_flag: OptionalNumberWord = ""
    receive_order_include_to_order_id: OptionalNumberWord = ""
    receive_order_last_modified_date: OptionalWord = ""


FIELDS = ",".join(Slip.model_fields)
"""All that is asked for, so that no buyer's name ever leaves NextEngine."""


class Page(BaseModel):
    """The answer's envelope."""

    result: OptionalWord = ""
    code: OptionalNumberWord = ""
    data: list[object] | None = None


class Tokens(BaseModel):
    """What any answer may carry, even one that is an error."""

    access_token: TokenText
    refresh_token: TokenText


def start(setup: PollSetup, state: PollState, now: datetime) -> PollRequest:
    """The page to go on with."""
    return _page(setup, _tokens(setup, state), {"since": first_zoneless(now), "offset": "0", **state.cursor})


def read(setup: PollSetup, request: PollRequest, answer: FetchAnswer, state: PollState) -> PollResult:
    """A page, or the slips merged into those on it; and before anything else the tokens, whatever the answer says."""
    new = _new_tokens(answer.body)
    tokens = {**_tokens(setup, state), **new}
    kept = PollState(state.cursor, tokens)
    try:
        check_status(answer, "NextEngine", "credentials")
        rows = _rows(answer.body, renewed=bool(new))
        if "merged_into" in request.context:
            return _read_merged(setup, request, rows, kept)
        reading = read_page(answer.body, setup.options)
    except (UnreadablePayload, PollFailed) as error:
        trouble = error if isinstance(error, PollFailed) else PollFailed(error.problem)
        # Tokens that nothing has proved are not kept: they would take the place of better ones.
        return PollResult(Reading(), kept if new else state, trouble=trouble)
    cursor = dict(request.context)
    slips = list(_slips(rows))
    changed = newest_zoneless((slip.receive_order_last_modified_date for slip in slips), answer.received_at)
    cursor["newest"] = max(cursor.get("newest", ""), changed)
    if len(rows) >= PAGE_ROWS:
        cursor["offset"] = str(int(cursor["offset"]) + PAGE_ROWS)
    else:
        cursor = {"since": next_since(cursor["since"], cursor["newest"], _OVERLAP)}
    labelled = {slip.receive_order_id: slip.model_dump() for slip in slips if _kind(slip) and not _merged(slip)}
    if labelled:
        return PollResult(reading, kept, _merged_into(tokens, labelled, {"then": json.dumps(cursor)}))
    return _on_with(setup, reading, cursor, tokens)


def read_page(body: bytes, options: Mapping[str, str]) -> Reading:
    """One page of slips, without those that were merged into them."""
    separator = options["number_separator"]
    return read_rows(_rows(body), lambda row: _told(read_model(Slip, row), separator))


def _read_merged(setup: PollSetup, request: PollRequest, rows: list[object], kept: PollState) -> PollResult:
    """Merged slips tell the label of the slip that they were merged into, for their own order."""
    if len(rows) >= MERGED_ROWS:
        raise PollFailed("more slips were merged than one answer holds")
    labelled = json.loads(request.context["merged_into"])
    found: dict[str, dict[str, str]] = {}
    readings = []
    for slip in _slips(rows):
        if label := labelled.get(slip.receive_order_include_to_order_id):
            own = {name: getattr(slip, name) for name in ("receive_order_id", "receive_order_shop_cut_form_id")}
            found[slip.receive_order_id] = label | own
            readings.append(_told(Slip(**found[slip.receive_order_id]), setup.options["number_separator"]))
    reading = Reading(events=tuple(event for each in readings for event in each.events))
    depth = int(request.context.get("depth", "1"))
    if found and depth < _DEEPEST_MERGE:
        context = {"then": request.context["then"], "depth": str(depth + 1)}
        return PollResult(reading, kept, _merged_into(kept.tokens, found, context))
    return _on_with(setup, reading, json.loads(request.context["then"]), kept.tokens)


def _on_with(setup: PollSetup, reading: Reading, cursor: dict[str, str], tokens: Mapping[str, str]) -> PollResult:
    following = _page(setup, tokens, cursor) if "offset" in cursor else None
    return PollResult(reading, PollState(cursor, tokens), following)


def _tokens(setup: PollSetup, state: PollState) -> Mapping[str, str]:
    return tokens_in_force(state, setup.credentials, *_TOKENS)


def _new_tokens(body: bytes) -> Mapping[str, str]:
    try:
        return read_model(Tokens, read_json(body)).model_dump()
    except UnreadablePayload:
        return {}


def _page(setup: PollSetup, tokens: Mapping[str, str], cursor: Mapping[str, str]) -> PollRequest:
    # No upper end: what changes while pages are read must not leave the list, or others would move to pages passed.
    wanted = {"receive_order_last_modified_date-gte": cursor["since"], "offset": cursor["offset"]}
    if shop := setup.options["shop_id"]:
        wanted["receive_order_shop_id-eq"] = shop
    return _search(tokens, wanted, cursor)


def _merged_into(
    tokens: Mapping[str, str], labelled: Mapping[str, Mapping[str, str]], context: Mapping[str, str]
) -> PollRequest:
    wanted = {"receive_order_include_to_order_id-in": ",".join(labelled), "offset": "0", "limit": str(MERGED_ROWS)}
    return _search(tokens, wanted, {**context, "merged_into": json.dumps(labelled)})


def _search(tokens: Mapping[str, str], wanted: Mapping[str, str], context: Mapping[str, str]) -> PollRequest:
    form = {name: tokens[name] for name in _TOKENS} | {"wait_flag": "1", "fields": FIELDS}
    return PollRequest("POST", HOST, PATH, form={**form, "limit": str(PAGE_ROWS), **wanted}, context=context)


def _rows(body: bytes, *, renewed: bool = False) -> list[object]:
    page = read_model(Page, read_json(body))
    if page.result == "success":
        return page.data or []
    code = page.code if page.code.isdigit() else "without a code"
    if code.startswith("002") and not renewed:  # 002002 is an access token that has expired; community
        raise PollRefused(f"NextEngine answered with error {code}: {_LOGIN_AGAIN}")
    raise PollFailed(f"NextEngine answered with error {code}")


def _slips(rows: Iterable[object]) -> Iterable[Slip]:
    for row in rows:
        try:
            yield read_model(Slip, row)
        except UnreadablePayload:
            continue


def _merged(slip: Slip) -> bool:
    return slip.receive_order_include_to_order_id not in _NO_SLIP


def _kind(slip: Slip) -> EventKind | None:
    """What a slip with a number tells; None where it has none."""
    if not slip.receive_order_delivery_cut_form_id:
        return None
    if not {slip.receive_order_cancel_type_id, slip.receive_order_deleted_flag} <= ALIVE:
        return EventKind.VOIDED  # read only
    shipped = slip.receive_order_send_date and not slip.receive_order_send_date.startswith(_NO_DATE)
    return EventKind.HANDED_OVER if shipped else EventKind.PRINTED  # 出荷確定日; read only


def _told(slip: Slip, separator: str) -> Reading:
    if _merged(slip):
        return ignored("merged")  # told with the slip that it was merged into
    kind = _kind(slip)
    if kind is None:
        return ignored("no_number")
    numbers = slip.receive_order_delivery_cut_form_id
    return label_events(
        slip.receive_order_id,
        kind,
        [slip.receive_order_shop_cut_form_id],
        [number.strip() for number in numbers.split(separator)] if separator else [numbers],
        carrier=slip.receive_order_delivery_name or slip.receive_order_delivery_id,
        service="",
        occurred_at=None,  # its times say no zone
    )


SOURCE = PolledKind(
    kind="nextengine",
    title="NextEngine (ネクストエンジン)",
    way=Way.POLLED,
    spec="https://developer.next-engine.com/",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.HANDED_OVER, EventKind.VOIDED}),
    proved_by="",
    unverified=(
        "No answer of NextEngine was ever recorded: everything is read from descriptions and public clients.",
        "What stands between several numbers in the one 発送伝票番号 is not documented: options.number_separator.",
        "A 発送伝票番号 that is filled in counts as a printed label, a 出荷確定日 as handed over.",
        "The zone of its times is not documented, so what it tells counts from the moment this program heard of it.",
        "What merged slips (同梱) look like is read from field names; slips merged after printing are not asked for.",
        "The limit of calls a minute is not published; this program makes at most 20, and one round every 5 minutes.",
    ),
    unverified_ja=(
        "NextEngineの実際の答えの記録はありません。すべて説明と公開されたクライアントから読み取りました。",
        "1つの発送伝票番号に番号がいくつかあるときの区切りは公開されていません。options.number_separator で選びます。",
        "発送伝票番号が入っていれば印刷済み、出荷確定日が入っていれば引き渡し済みとみなします。",
        "時刻の時差は公開されていません。このプログラムが知った時刻を使います。",
        "同梱した伝票の形は項目名から読み取りました。印刷後に同梱した伝票は取りに行きません。",
        "1分に何回呼べるかは公開されていません。1分に20回まで、5分に1巡にしています。",
    ),
    credentials=frozenset(_TOKENS),
    options={"shop_id": (), "number_separator": ()},
    hosts=frozenset({HOST}),
    start=start,
    read=read,
    read_page=read_page,
    calls_per_minute=20,
    every_s=300,
    rotates_tokens=True,
)
