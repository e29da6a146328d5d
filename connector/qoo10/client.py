"""Everything that this product says to Qoo10 for one shop, as typed methods."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

from connector.domain.inquiries import Inquiry, InquiryStatus, InquiryType
from connector.domain.orders import Claim, ClaimStatus, OrderLine, SendingRow, ShippingStatus
from connector.qoo10 import protocol, readers
from connector.qoo10.answers import Answer
from connector.qoo10.dates import windows
from connector.qoo10.errors import CredentialError
from connector.qoo10.keys import KeyHolder
from connector.qoo10.limits import Pace
from connector.qoo10.outcomes import RowOutcome, bulk_outcomes
from connector.qoo10.protocol import Call, ClaimSearch, DelayType, OrderSearch
from connector.qoo10.transport import Transport, off_the_loop

_MANY_ROWS: Final = 100


class QapiClient:
    """One shop's Qoo10.

    Every method raises ``QapiError`` when Qoo10 did not say success; the class says what to do next. A write raises
    ``LaterError`` only when it certainly was not applied, and ``UnclearError`` when nobody knows. What ``protocol``
    refuses to build (an order number that is no number, 501 rows) is a ``ValueError``, and nothing is sent.
    """

    def __init__(self, transport: Transport, keys: KeyHolder) -> None:
        self._transport = transport
        self._keys = keys

    @property
    def key_issued_at(self) -> datetime | None:
        """When the key in use was issued, aware; None where that is not known."""
        return self._keys.issued_at

    @property
    def pace(self) -> Pace:
        """How fast calls may go: slower for a while after Qoo10 asked for a pause."""
        return self._transport.pace

    async def read_line(self, order_no: str) -> OrderLine | None:
        """One order line with its claim; None when Qoo10 shows no such line."""
        return readers.line_with_claim(await self._send(protocol.get_shipping_and_claim_info(order_no)), order_no)

    async def list_lines(
        self,
        status: ShippingStatus | None,
        start: datetime,
        end: datetime,
        condition: OrderSearch = OrderSearch.ORDERED,
    ) -> tuple[OrderLine, ...]:
        """The order lines of one status (None: states 1 to 3) and of a period of any length; each line once."""
        found: dict[str, OrderLine] = {}
        for first, last in windows(start, end):
            answer = await self._send(protocol.get_shipping_info_v3(status, first, last, condition))
            lines = await off_the_loop(partial(readers.order_lines, answer), long=answer.size >= _MANY_ROWS)
            found.update((line.order_no, line) for line in lines)
        return tuple(found.values())

    async def list_claims(
        self,
        status: ClaimStatus,
        start: datetime,
        end: datetime,
        condition: ClaimSearch = ClaimSearch.REQUESTED,
    ) -> tuple[Claim, ...]:
        """The claims of one status and of a period of any length; each once."""
        found: dict[Claim, None] = {}
        for first, last in windows(start, end):
            answer = await self._send(protocol.get_claim_info_v3(status, first, last, condition))
            claims = await off_the_loop(partial(readers.claims, answer), long=answer.size >= _MANY_ROWS)
            found.update(dict.fromkeys(claims))
        return tuple(found)

    async def send_number(self, row: SendingRow) -> None:
        """Put one tracking number on one order line. Qoo10 does not say what it stored: read the line."""
        await self._send(protocol.set_sending_info(row))

    async def send_numbers(self, rows: Sequence[SendingRow]) -> dict[str, RowOutcome]:
        """Put tracking numbers on up to 500 order lines; the outcome of each, by order number."""
        return bulk_outcomes(await self._send(protocol.set_sending_info_bulk(rows)), rows)

    async def delivery_names(self) -> tuple[str, ...]:
        """The names of the delivery companies that the shop has set up at Qoo10."""
        return readers.delivery_names(await self._send(protocol.get_seller_delivery_group_info()))

    async def set_ship_by(
        self, order_no: str, ship_by: date, delay_type: DelayType | None = None, memo: str = ""
    ) -> None:
        """Set the ship-by date of one order line that is still in 配送要請."""
        await self._send(protocol.set_seller_check_yn_v2(order_no, ship_by, delay_type, memo))

    async def list_inquiries(self, start: datetime, end: datetime, status: InquiryStatus) -> tuple[Inquiry, ...]:
        """The buyers' inquiries of one status and of a period of any length; each once."""
        found: dict[Inquiry, None] = {}
        for first, last in windows(start, end):
            answer = await self._send(protocol.get_inquiry_message(first, last, status))
            found.update(dict.fromkeys(readers.inquiries(answer)))
        return tuple(found)

    async def answer_inquiry(self, inq_type: InquiryType, question_no: str, seq_no: str, contents: str) -> None:
        """Answer an inquiry."""
        await self._send(protocol.set_inquiry_message(inq_type, question_no, seq_no, contents))

    async def _send(self, call: Call) -> Answer:
        """Send a call; once more under a new key when the old one has run out, for then nothing was applied."""
        key = await self._keys.current()
        try:
            return await self._transport.exchange(call, key)
        except CredentialError as error:
            fresh = await self._keys.renew(after=key) if error.may_reissue else None
            if fresh is None:
                raise
        return await self._transport.exchange(call, fresh)
