"""``smaregi``: webhooks of Smaregi's order management (スマレジ 受注管理).

Specification: https://developers.smaregi.dev, read 2026-11-22. A message says that orders were shipped, but names no
tracking number, and how to ask for one is not documented well enough to do it: every message is ignored, by name.
"""

import hmac
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from carriers.errors import BadSignature, UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, Reading, Way
from carriers.payload import NumberWord, OptionalWord, ignore, read_json, read_model
from carriers.signatures import path_secret_problem, verify_path_secret

EVENT = "order-shipment:orders"
"""Read only. The header ``Smaregi-Event`` and the body's ``event`` of the one message that concerns us."""

ACTIONS = frozenset({"shipped", "canceled"})
"""Read only: what may have happened to the orders in ``orderHeadIds``, which are Smaregi's own ids."""


class Message(BaseModel):
    """What is read of a body."""

    model_config = ConfigDict(frozen=True)
    contract_id: NumberWord = Field(alias="contractId")
    action: OptionalWord = ""


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the secret in the address and, where it is configured, the contract that the message speaks of.

    Raises:
        BadSignature: see ``verify_path_secret``; ``mismatch`` too for another contract.
    """
    verify_path_secret(delivery.path, secrets)
    wanted = delivery.options.get("contract_id", "")
    try:
        given = read_model(Message, read_json(delivery.body)).contract_id
    except UnreadablePayload:
        return  # ``parse`` says so, to a sender that knows the address
    if wanted and not hmac.compare_digest(given.encode(), wanted.encode()):
        raise BadSignature("mismatch")


def parse(delivery: Delivery) -> Reading:
    """A message of theirs, and why it is nothing for us.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    message = read_model(Message, read_json(delivery.body))
    event = delivery.headers.get("smaregi-event", "")
    if event != EVENT or message.action not in ACTIONS:
        return ignore("unknown_type", event.replace(":", "."))
    return ignore("number_not_in_message", message.action)


SOURCE = PushedKind(
    kind="smaregi",
    title="Smaregi order management (スマレジ 受注管理)",
    way=Way.PUSHED,
    spec="https://developers.smaregi.dev",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(),
    options={"contract_id": ()},
    authentication="secret in the address",
    authentication_ja="アドレス中のシークレット",
    authenticate=authenticate,
    parse=parse,
    check_secret=path_secret_problem,
    secret_in_path=True,
    signs_body=False,
    proved_by="",
    unverified=(
        "The message names no tracking number, and no call that gives one was found: this source tells nothing yet.",
        "No signature was found; the secret in the address is the only proof.",
    ),
    unverified_ja=(
        "知らせに送り状番号がなく、番号を取得できる呼び出しも見つかりませんでした。この連携はまだ何も伝えません。",
        "署名は見つかりませんでした。アドレス中のシークレットだけが証明です。",
    ),
)
