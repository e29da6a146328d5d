"""Lists of entries and deliveries, and stories, on a terminal."""

import json
from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from connector.domain.conflict import Clock
from connector.domain.language import Language
from connector.domain.memory import LineMemory
from connector.listing.moments import Moment
from connector.listing.words import SHIPPING_JA, STATE_JA, span, wording
from connector.proof import words
from connector.proof.dossier import in_japan
from connector.store.listing import Listed
from connector.store.refusals import ListedDelivery
from connector.store.story import Story

_STYLES = ("bold red", "yellow", "default", "dim")
"""By rank: past the ship-by date, standing still, going by itself, done."""
_LONGEST_SHAPE = 400


def entries_table(found: Sequence[Listed], now: datetime, language: Language) -> Table:
    """One row for each: state, order line and cart, carrier and number, age of the gap, what happened and what next."""
    table = _table()
    ja = language is Language.JA
    for heading in (
        ("状態", "注文番号・カート", "配送会社・番号", "経過")
        if ja
        else ("state", "order line, cart", "carrier, number", "gap")
    ):
        table.add_column(heading)
    table.add_column("何が起きたか・次にすること" if ja else "what happened, what comes next", overflow="fold")
    for each in found:
        table.add_row(
            _state(each, now, ja=ja),
            _order(each, ja=ja),
            _number(each),
            span((each.accepted_at or now) - each.heard_at, language),
            _said(each, ja=ja),
        )
    return table


def deliveries_table(found: Sequence[ListedDelivery]) -> Table:
    """One row for each delivery: when, from whom, what is wrong, and the names and types of its fields."""
    table = _table()
    for heading in ("received (Japan)", "source", "outcome"):
        table.add_column(heading)
    table.add_column("delivery, problem, shape", overflow="fold")
    for each in found:
        text = Text(_plain(each.id), style="dim")
        if each.problem:
            text.append(f"\n{_plain(each.problem)}", style="default")
        if each.host:
            text.append(f"\n{_plain(each.host)}, tried {each.times_seen} times", style="default")
        if each.shape is not None:
            shape = json.dumps(each.shape, ensure_ascii=False)
            text.append(f"\n{_plain(shape[:_LONGEST_SHAPE])}{'…' if len(shape) > _LONGEST_SHAPE else ''}", style="cyan")
        table.add_row(in_japan(each.received_at), _plain(each.source), each.outcome, text)
    return table


def story_parts(of: Story, moments: Sequence[Moment], now: datetime, language: Language) -> RenderableType:
    """All about one number: how the lines stand at Qoo10, the entries, and every moment with its clocks."""
    ja = language is Language.JA
    head = [Text(_line(line, ja=ja), style="bold") for line in of.lines]
    parts: list[RenderableType] = [*head, entries_table(of.entries, now, language)] if of.entries else [*head]
    table = _table()
    headings = (
        ("知った時刻(日本)", "起きた時刻(時計)", "出来事") if ja else ("learned (Japan)", "happened (clock)", "what")
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for each in moments:
        what = Text(each.what_ja if ja else each.what.replace("_", " "), style="bold")
        if detail := _plain(each.detail_ja if ja else each.detail_en):
            what.append(f"\n{detail}", style="default")
        if each.origin:
            what.append(f"\n{_plain(_origin_ja(each.origin) if ja else each.origin)}", style="dim")
        table.add_row(in_japan(each.at), _happened(each, ja=ja), what)
    return Group(*parts, table)


def _happened(each: Moment, *, ja: bool) -> str:
    if each.clock == Clock.OURS:
        return ""
    clock = words.CLOCK.get(each.clock, each.clock) if ja else each.clock
    return f"{in_japan(each.happened_at)}\n({clock})"


def _origin_ja(origin: str) -> str:
    return "プログラム" if origin == "keeper" else words.origin_ja(origin)


def _line(line: LineMemory, *, ja: bool) -> str:
    status = "?" if line.status is None else f"{SHIPPING_JA[line.status]}({int(line.status)})"
    names = (
        ("注文", "カート", "発送予定日", "Qoo10の番号", "キャンセル")
        if ja
        else ("order line", "cart", "ship by", "number at Qoo10", "cancel")
    )
    cancel = "" if line.cancel_status is None else line.cancel_status.name.lower().replace("_", " ")
    if cancel and line.ended_at is not None:
        cancel += " (消滅)" if ja else " (ended)"
    ship_by = "" if line.ship_by_at is None else in_japan(line.ship_by_at, seconds=False)[:10]
    values = (f"{line.order_no} {status}", line.pack_no, ship_by, line.tracking_no, cancel)
    return _plain("  ".join(f"{name} {value}" for name, value in zip(names, values, strict=True) if value))


def _state(each: Listed, now: datetime, *, ja: bool) -> Text:
    text = Text(STATE_JA.get(each.state, each.state) if ja else each.state, style=_STYLES[each.rank(now)])
    if each.is_overdue(now):
        text.append("\n発送予定日超過" if ja else "\npast ship-by")
    return text


def _order(each: Listed, *, ja: bool) -> str:
    parts = [each.order_no or each.order_ref or "—"]
    if each.pack_no:
        parts.append(f"{'カート' if ja else 'cart'} {each.pack_no}")
    if each.lines > 1:
        parts.append(f"{each.lines}行中{each.entered}行入力済み" if ja else f"{each.entered} of {each.lines} entered")
    return _plain("\n".join((*parts, each.shop)))


def _number(each: Listed) -> str:
    code = " ".join(word for word in (each.carrier, each.service) if word)
    name = f"{each.shipping_corp} ({code})" if each.shipping_corp and code else each.shipping_corp or code
    return _plain("\n".join(word for word in (name, each.tracking_no, each.source) if word))


def _said(each: Listed, *, ja: bool) -> Text:
    said = wording(each)
    text = Text(said.ja if ja else said.en, style="bold")
    text.append(f" ({each.reason})", style="dim")
    text.append(f"\n{said.next_ja if ja else said.next_en}", style="default")
    if each.detail and each.detail != each.reason:
        text.append(f"\n{_plain(each.detail)}", style="cyan")
    return text


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


def _plain(text: str) -> str:
    """What senders wrote must not command the terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)
