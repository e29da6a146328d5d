"""What a message can say about an order: from a conflict and its log to a template's placeholders. Pure."""

from collections.abc import Sequence
from datetime import datetime

from connector.domain.chain import LogRow
from connector.domain.conflict import What
from connector.domain.orders import JAPAN
from connector.proof.facts import LoggedFact, last_of, logged_fact
from connector.store.cases import Case


def order_facts(case: Case, rows: Sequence[LogRow]) -> dict[str, str]:
    """A value for every placeholder; empty where it is not known. Times are Japan's, to the minute.

    Raises:
        ValueError: a row of the log cannot be read.
    """
    conflict = case.conflict
    facts = [logged_fact(row) for row in rows]
    printed = _first(facts, What.LABEL_PRINTED)
    requested = last_of(facts, What.CANCEL_REQUESTED)
    entered = _first(facts, What.NUMBER_ACCEPTED) or _first(facts, What.NUMBER_SHOWN)
    return {
        "order_no": conflict.order_no,
        "pack_no": case.pack_no,
        "carrier": case.carrier,
        "tracking_no": conflict.tracking_no,
        "printed_at": _in_words(printed.at if printed else None),
        # Only Qoo10 knows when the buyer asked; when we learned of it is no answer to give to a buyer.
        "requested_at": _in_words(requested.happened_at if requested else None),
        "entered_at": _in_words(entered.at if entered else None),
    }


def _first(facts: Sequence[LoggedFact], what: What) -> LoggedFact | None:
    return next((fact for fact in facts if fact.what == what), None)


def _in_words(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(JAPAN)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}時{local.minute:02}分"
