"""``shippit``: Shippit's webhooks, which are not known to be signed.

Specification: https://developer.shippit.com/api_guide/webhook/webhook-examples.html, read 2026-11-22. No payload was
recorded by us; a sample that an integrator published has the same fields inside ``order_event.payload``.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, LabelEvent, Reading, Way
from carriers.payload import (
    OptionalNumberWord,
    OptionalWord,
    TimeIfReadable,
    Word,
    derived_key,
    ignore,
    read_json,
    read_model,
)
from carriers.signatures import path_secret_problem, verify_path_secret

STATES = {"ready_for_pickup": EventKind.PRINTED}
"""``current_state`` and what it tells. Read only: the parcel has its label and waits for the courier.
``despatch_in_progress`` is documented too, but not whether the label is printed by then. No other state is."""

NUMBERS = ("tracking_number", "courier_job_id")
"""Where the number for Qoo10 may stand: Shippit's own ``tracking_number``, or what the courier calls the job."""


class State(BaseModel):
    """One of ``status_history``."""

    model_config = ConfigDict(frozen=True)
    status: OptionalWord = ""
    time: TimeIfReadable = None


class Order(BaseModel):
    """What is read of a body; its address and products are not."""

    model_config = ConfigDict(frozen=True)
    current_state: Word
    tracking_number: OptionalNumberWord = ""
    courier_name: OptionalWord = ""
    courier_job_id: OptionalNumberWord = ""
    retailer_order_number: OptionalNumberWord = ""
    retailer_reference: OptionalNumberWord = ""
    status_history: list[State] | None = None


class OrderEvent(BaseModel):
    """The inner of the two wrappers."""

    model_config = ConfigDict(frozen=True)
    payload: Order


class Wrapped(BaseModel):
    """The form that an integrator published."""

    model_config = ConfigDict(frozen=True)
    order_event: OrderEvent


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the secret in the address; Shippit's example shows no signature.

    Raises:
        BadSignature: see ``verify_path_secret``.
    """
    verify_path_secret(delivery.path, secrets)


def parse(delivery: Delivery) -> Reading:
    """One body is the present state of one order.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    content = read_json(delivery.body)
    wrapped = "order_event" in content
    order = read_model(Wrapped, content).order_event.payload if wrapped else read_model(Order, content)
    kind = STATES.get(order.current_state)
    if kind is None:
        return ignore("status_tells_nothing", order.current_state)
    from_courier = delivery.options.get("number") == "courier_job_id"
    number = order.courier_job_id if from_courier else order.tracking_number
    reference = order.retailer_order_number or order.retailer_reference
    if not number or not reference:
        return ignore("no_number" if not number else "no_reference", order.current_state)
    times = (state.time for state in order.status_history or () if state.status == order.current_state)
    event = LabelEvent(
        key=derived_key(order.current_state, reference, number),
        kind=kind,
        order_ref=reference,
        carrier=order.courier_name,
        service="",
        tracking_number=number,
        occurred_at=min((time for time in times if time), default=None),
    )
    return Reading(events=(event,))


SOURCE = PushedKind(
    kind="shippit",
    title="Shippit",
    way=Way.PUSHED,
    spec="https://developer.shippit.com/api_guide/webhook/webhook-examples.html",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(STATES.values()),
    options={"number": NUMBERS},
    authentication="secret in the address",
    authentication_ja="アドレス中のシークレット",
    authenticate=authenticate,
    parse=parse,
    check_secret=path_secret_problem,
    secret_in_path=True,
    signs_body=False,
    proved_by="",
    unverified=(
        "Whether Shippit signs its webhooks is not shown; the secret in the address is the only proof.",
        "Whether tracking_number is the courier's number is not documented; an option takes courier_job_id instead.",
        "Of the states only ready_for_pickup is taken; how a cancelled or collected order is reported was not found.",
    ),
    unverified_ja=(
        "ShippitがWebhookに署名するかは示されていません。アドレス中のシークレットだけが証明です。",
        "tracking_number が配送会社の番号かは公開されていません。options で courier_job_id に替えられます。",
        "状態は ready_for_pickup だけを使います。取り消しや集荷の知らせ方は見つかりませんでした。",
    ),
)
