"""What became of each row of a bulk call. The envelope says that the call was taken; only a row, that it was done."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.orders import SendingRow
from connector.qoo10.answers import Answer, Row
from connector.qoo10.codes import SENDING, Meaning
from connector.qoo10.errors import QapiError, RefusedError, UnclearError, one_line

_UNDOCUMENTED = Meaning(UnclearError, "a row code that nobody has documented")


class RowState(StrEnum):
    """What to do next with a row: nothing, never again, or read the order."""

    DONE = "done"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The outcome of one row. ``recorded_as`` is the delivery company's name as Qoo10 stored it; empty if unsaid.

    ``code`` is the row's own, None where it had none; ``detail`` says in words why a row is not done.
    """

    order_no: str
    state: RowState
    code: int | None = None
    detail: str = ""
    recorded_as: str = ""


def bulk_outcomes(answer: Answer, rows: Sequence[SendingRow]) -> dict[str, RowOutcome]:
    """Judge every row that was sent, by its order number. Never raises: what cannot be read is unclear.

    A row about an order that was not sent makes nothing done. An order that the answer names twice is unclear even
    when both rows say 0: an answer that counts wrongly is no proof, and one read settles it.
    """
    try:
        answered = answer.rows()
    except QapiError as error:
        return {row.order_no: _unclear(row.order_no, error.detail) for row in rows}
    by_order: defaultdict[str, list[Row]] = defaultdict(list)
    for answered_row in answered:
        by_order[_text_or_empty(answered_row)].append(answered_row)
    return {row.order_no: _judge(answer, row.order_no, by_order.get(row.order_no, [])) for row in rows}


def _text_or_empty(row: Row) -> str:
    try:
        return row.text("contr_no")
    except QapiError:
        return ""


def _judge(answer: Answer, order_no: str, answered: Sequence[Row]) -> RowOutcome:
    if len(answered) != 1:
        return _unclear(order_no, "the answer names the order twice" if answered else "the answer leaves the order out")
    row = answered[0]
    try:
        code, second = row.code("result_cd"), row.code("resultcode")
        said, recorded_as = answer.said(row.text("resultmsg")), row.text("transc_nm")
    except QapiError as error:
        return _unclear(order_no, error.detail)
    if code == 0 and not second:
        return RowOutcome(order_no, RowState.DONE, code, recorded_as=recorded_as)
    if code is None or code == 0:
        says = "the row says both success and failure" if second else "the row has no readable result_cd"
        return _unclear(order_no, says, second)
    meaning = SENDING.get(code, _UNDOCUMENTED)
    state = RowState.REFUSED if meaning.error is RefusedError else RowState.UNCLEAR
    return RowOutcome(order_no, state, code, one_line(f"{meaning.says} ({said})" if said else meaning.says))


def _unclear(order_no: str, detail: str, code: int | None = None) -> RowOutcome:
    return RowOutcome(order_no, RowState.UNCLEAR, code, detail)
