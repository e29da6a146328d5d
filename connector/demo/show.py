"""How a rehearsal looks: every value comes from the store or from the sandbox."""

from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from connector.demo.packing import Answer
from connector.demo.scenario import Order
from connector.domain.entry import Entry, EntryState
from connector.domain.report import nearest_rank
from connector.store.conflicts import ConflictRow
from connector.store.overview import EntryRow

STYLES = {
    EntryState.CONFIRMED: "green",
    EntryState.ACCEPTED: "green",
    EntryState.HELD: "yellow",
    EntryState.CONFLICT: "yellow",
    EntryState.UNCLEAR: "yellow",
    EntryState.REFUSED: "red",
}


def gap_ms(entry: Entry) -> int | None:
    """From when the service heard of the label until Qoo10 had the number; None while it has not."""
    if entry.accepted_at is None:
        return None
    return round((entry.accepted_at - entry.heard_at).total_seconds() * 1000)


def gaps(entries: Sequence[EntryRow]) -> str:
    """The usual gap and the long ones, in words; empty before the first number was accepted."""
    measured = sorted(gap for row in entries if (gap := gap_ms(row.entry)) is not None)
    if not measured:
        return ""
    return f"gap p50 {nearest_rank(measured, 50)} ms, p95 {nearest_rank(measured, 95)} ms"


def outcome(entry: Entry, conflict: ConflictRow | None, *, lost: bool) -> Text:
    """What became of an entry, with what was special about it."""
    if entry.state is EntryState.CONFIRMED:
        said = "entered"
    elif entry.reason.value == entry.state.value:
        said = entry.state.value
    else:
        said = f"{entry.state.value}: {_words(entry.reason)}"
    if lost:
        said += ", answer was lost"
    if conflict is not None and conflict.kind.value != entry.reason.value:
        said += f", cancel {_words(conflict.kind)}"
    return Text(said, style=STYLES.get(entry.state, ""))


def _words(name: str) -> str:
    return name.replace("_", " ")


def entry_table(
    entries: Sequence[EntryRow], conflicts: Sequence[ConflictRow], lost: frozenset[int] = frozenset()
) -> Table:
    """One row for each entry, in the order given; ``lost`` are entries of which an answer was lost."""
    by_line: Mapping[str, ConflictRow] = {conflict.order_no: conflict for conflict in conflicts}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    # Least widths, so that a table that is drawn again and again does not jump.
    for name, least in (("order line", 10), ("carrier", 14), ("number", 12)):
        table.add_column(name, min_width=least, no_wrap=True)
    table.add_column("gap ms", justify="right", no_wrap=True)
    table.add_column("outcome", min_width=27)
    for row in entries:
        entry, gap = row.entry, gap_ms(row.entry)
        table.add_row(
            entry.order_no,
            entry.shipping_corp or row.parcel.carrier,
            entry.tracking_no,
            "-" if gap is None else str(gap),
            outcome(entry, by_line.get(entry.order_no), lost=entry.id in lost),
        )
    return table


def label_line(order: Order, answers: Sequence[Answer]) -> Text:
    """A label as it was reported, and the answer to each report."""
    cart = order.cart
    carrier = f"{cart.carrier} {cart.service}".strip()
    lines = "1 line " if len(order.lines) == 1 else f"{len(order.lines)} lines"
    said = "; ".join(
        f"{answer.status} in {answer.took_ms:.0f} ms{' (known)' if answer.duplicates else ''}" for answer in answers
    )
    text = Text(f"  {order.reference:<15} {carrier:<21} {order.number:<14} {lines}  {said}")
    if cart.twist:
        text.append(f"\n      {cart.twist}", style="yellow")
    return text


def conflict_line(conflict: ConflictRow) -> Text:
    """A row of the conflict log."""
    ended = f"closed: {_words(conflict.outcome)}" if conflict.closed_at else "open: a person decides"
    return Text(f"  {conflict.order_no}  {_words(conflict.kind)}  ({ended})")
