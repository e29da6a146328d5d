"""What a method is asked, and the two bulk methods: rows judged one by one, and the faults that strike a row."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.sandbox import writes
from connector.sandbox.answers import Outcome
from connector.sandbox.faults import Fault, FaultKind
from connector.sandbox.model import Market
from connector.sandbox.records import Shop
from connector.sandbox.switches import NothingFound
from connector.sandbox.writes import Verdict


@dataclass(frozen=True, slots=True)
class Ask:
    """One call as its method sees it. Parameter names are in lower case: ASP.NET does not tell cases apart."""

    market: Market
    shop: Shop
    params: Mapping[str, str]
    row_fault: Fault | None = None

    def get(self, name: str) -> str:
        """A parameter; the empty string where it was left out."""
        return self.params.get(name.lower(), "")

    def found(self, rows: list[Any], rows_of: str, wrapper: str = "") -> Outcome:
        """A list answer, or whatever stands for an empty one."""
        if not rows and self.market.switches.nothing_found is NothingFound.NULL:
            return Outcome(result=None, rows_of=rows_of)
        return Outcome(result={wrapper: rows} if wrapper else rows, rows_of=rows_of)


def set_sending_info_bulk(ask: Ask) -> Outcome:
    """ShippingBasic.SetSendingInfoBulk."""
    by = "ShippingBasic.SetSendingInfoBulk"

    def play(row: Mapping[str, str]) -> Verdict:
        return writes.send_number(
            ask.market, ask.shop, row.get("orderno", ""), row.get("shippingcorp", ""), row.get("trackingno", ""), by
        )

    return _bulk(ask, "ShippingInfoJson", "contr_no", play, ask.market.switches.bulk_limit_code)


def set_seller_check_bulk(ask: Ask) -> Outcome:
    """ShippingBasic.SetSellerCheckYNBulk."""

    def play(row: Mapping[str, str]) -> Verdict:
        details = (row.get("estshipdt", ""), row.get("delaytype", ""), row.get("delaymemo", ""))
        return writes.take_order(ask.market, ask.shop, row.get("orderno", ""), *details)

    return _bulk(ask, "SendPlanDtInfoJson", "cont_no", play, -10011)


def bulk_rows(text: str) -> list[dict[str, str]] | None:
    """The rows of a bulk call with lower-case names and text values; None where the JSON is not a list of objects."""
    try:
        rows = json.loads(text)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return None
        return [{name.lower(): _text(value) for name, value in row.items()} for row in rows]
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _bulk(
    ask: Ask, parameter: str, number_field: str, play: Callable[[Mapping[str, str]], Verdict], limit_code: int
) -> Outcome:
    """Play the rows in their order. Unreadable JSON gets -999 (unverified; observed as the server's stumble)."""
    asked = bulk_rows(ask.get(parameter))
    if not asked:
        return Outcome(-999, "Object reference not set to an instance of an object")
    if len(asked) > writes.MOST_BULK_ROWS:
        return Outcome(limit_code, "Over the limit")
    fault = ask.row_fault
    numbers = [row.get("orderno", "") for row in asked]
    struck = -1
    if fault is not None:
        struck = numbers.index(fault.order_no) if fault.order_no in numbers else 0
    rows: list[dict[str, Any]] = []
    applied: list[str] = []
    for index, row in enumerate(asked):
        spared = fault is not None and not fault.takes_effect
        hit = index == struck or (fault is not None and fault.fault is FaultKind.BULK_ENVELOPE)
        verdict = Verdict(0, "SUCCESS", company=row.get("shippingcorp", "")) if hit and spared else play(row)
        if verdict.changed:
            applied.append(numbers[index])
        rows.append(_bulk_row(ask, number_field, numbers[index], verdict))
    if fault is not None:
        if fault.fault is FaultKind.BULK_ENVELOPE:
            return Outcome(fault.answer_code, "failed", applied=tuple(applied))
        _strike(rows, struck, fault)
    return Outcome(result=rows, applied=tuple(applied), rows_of="BulkResult")


def _bulk_row(ask: Ask, number_field: str, order_no: str, verdict: Verdict) -> dict[str, Any]:
    as_number = writes.well_formed(order_no) and not ask.market.switches.order_no_as_text
    row: dict[str, Any] = {number_field: int(order_no) if as_number else order_no, "result_cd": verdict.code}
    if number_field == "contr_no":
        row["transc_nm"] = verdict.company
    return row | {"ResultCode": verdict.code, "ResultMsg": verdict.message}


def _strike(rows: list[dict[str, Any]], struck: int, fault: Fault) -> None:
    if fault.fault is FaultKind.BULK_MISSING_ROW:
        del rows[struck]
    elif fault.fault is FaultKind.BULK_DOUBLED_ROW:
        rows.insert(struck, dict(rows[struck]))
    else:
        rows[struck] |= {"result_cd": fault.answer_code, "ResultCode": fault.answer_code, "ResultMsg": "failed"}
