"""``printio``: order updates of printio, a Japanese print-on-demand service that ships for the seller.

Specification: https://printio.notion.site (webhook on order updates), as described by others on 2026-11-22. No payload
was recorded. Its ``x-webhook-signature`` is an HMAC whose hash function is not named, so it is not checked.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, LabelEvent, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, derived_key, ignore, read_json, read_model
from carriers.signatures import path_secret_problem, verify_path_secret

STATUSES = {"140": EventKind.HANDED_OVER}
"""``status_id`` and what it tells. Read only: 140 is "shipped". No other number is documented."""


class Order(BaseModel):
    """What is read of a body. ``ec_order_no`` is the shop's order, ``order_no`` printio's own."""

    model_config = ConfigDict(frozen=True)
    order_no: NumberWord
    ec_order_no: OptionalNumberWord = ""
    status_id: NumberWord
    shipping_number: OptionalNumberWord = ""
    delivery_company_name: OptionalWord = ""
    shipping_method_name: OptionalWord = ""


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the secret in the address.

    Raises:
        BadSignature: see ``verify_path_secret``.
    """
    verify_path_secret(delivery.path, secrets)


def parse(delivery: Delivery) -> Reading:
    """One body is the present state of one order.

    Its ``updated_at`` has no zone and its ``timestamp`` may be that of the attempt: neither is when the parcel left.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    order = read_model(Order, read_json(delivery.body))
    kind = STATUSES.get(order.status_id)
    if kind is None:
        return ignore("status_tells_nothing", order.status_id)
    if not order.shipping_number or not order.ec_order_no:
        return ignore("no_number" if not order.shipping_number else "no_reference", order.status_id)
    event = LabelEvent(
        key=derived_key(order.status_id, order.order_no, order.ec_order_no, order.shipping_number),
        kind=kind,
        order_ref=order.ec_order_no,
        carrier=order.delivery_company_name,
        service=order.shipping_method_name,
        tracking_number=order.shipping_number,
        occurred_at=None,
    )
    return Reading(events=(event,))


SOURCE = PushedKind(
    kind="printio",
    title="printio",
    way=Way.PUSHED,
    spec="https://printio.notion.site",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(STATUSES.values()),
    authentication="secret in the address",
    authentication_ja="アドレス中のシークレット",
    authenticate=authenticate,
    parse=parse,
    check_secret=path_secret_problem,
    secret_in_path=True,
    signs_body=False,
    proved_by="",
    unverified=(
        "printio signs with an HMAC whose hash function is not named: the secret in the address is checked instead.",
        "Only status 140, shipped, is documented; a label that is printed or cancelled before is not reported to us.",
        "How several numbers of one order stand in shipping_number is not documented.",
    ),
    unverified_ja=(
        "printioの署名はHMACですが、ハッシュ関数が公開されていません。代わりにアドレス中のシークレットを確かめます。",
        "公開されているのは status 140 (発送済み) だけです。その前の印刷や取り消しは知らされません。",
        "1つの注文に番号がいくつかあるとき、shipping_number にどう書かれるかは公開されていません。",
    ),
)
