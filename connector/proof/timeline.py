"""The dossier's picture: what happened to cancel request, parcel and number, in the order of time. Pure.

A drawing is a list of shapes in points, with y growing downwards; html.py and pdf.py write the same ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from connector.domain.conflict import What
from connector.domain.orders import JAPAN
from connector.proof.dossier import Dossier, DossierFact

Anchor = Literal["start", "middle", "end"]

INK, FAINT, RULE = "#1f2933", "#6b7280", "#d5dae1"
RED, BLUE, GREEN = "#b42318", "#1d4ed8", "#0f766e"
GAP_FILL, GAP_INK = "#fdf0d5", "#92570b"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str
    width: float = 0.7
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle; hollow where the time is only when we learned of it."""

    x: float
    y: float
    radius: float
    color: str
    hollow: bool


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; ``y`` is its base line."""

    x: float
    y: float
    size: float
    color: str
    anchor: Anchor
    text: str


Shape = Box | Line | Dot | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on an area of this size, in the order in which they cover each other."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


WIDTH = 515.0
_LEFT, _RIGHT, _TOP, _LANE = 66.0, 8.0, 18.0, 40.0
_WIDEST = 92.0
_AXIS = _TOP + 3 * _LANE + 2
HEIGHT = _AXIS + 38

_LANES = (
    ("キャンセル", "(Qoo10の時計)", RED),
    ("荷物", "(連携元の時計)", BLUE),
    ("送り状番号", "(当方の時計)", GREEN),
)
_EVENTS: dict[str, tuple[int, str, str]] = {
    What.CANCEL_REQUESTED: (0, "キャンセル", "要請"),
    What.CANCEL_UNDER_WAY: (0, "キャンセル", "処理"),
    What.REQUEST_ENDED: (0, "要請の", "消滅"),
    What.RETURN_REQUESTED: (0, "返品", "要請"),
    What.LABEL_PRINTED: (1, "ラベル", "印刷"),
    What.LABEL_PACKED: (1, "梱包", "確認"),
    What.LABEL_HANDED_OVER: (1, "引き渡し", ""),
    What.LABEL_SCANNED: (1, "初回", "スキャン"),
    What.LABEL_VOIDED: (1, "ラベル", "無効化"),
    What.NUMBER_SENT: (2, "番号", "送信"),
    What.NUMBER_ACCEPTED: (2, "Qoo10", "受付"),
    What.NUMBER_SHOWN: (2, "表示", "確認"),
}
"""Lane and name of what is drawn: the first of each."""


def timeline(of: Dossier) -> Drawing:
    """The picture; its columns are evenly spaced, and what lies between them is written there."""
    events = _firsts(of.facts)
    step = min(_WIDEST, (WIDTH - _LEFT - _RIGHT) / max(len(events), 1))
    columns = [_LEFT + step * (index + 0.5) for index in range(len(events))]
    shapes: list[Shape] = [*_gap(events, columns), *_lanes()]
    for index, (event, x) in enumerate(zip(events, columns, strict=True)):
        before = events[index - 1] if index else None
        shapes += _column(event, x, before, step)
    return Drawing(WIDTH, HEIGHT, tuple(shapes))


def between_ja(span: timedelta) -> str:
    """A length of time, as coarse as it is long."""
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 10:  # noqa: PLR2004 - below ten seconds the tenths matter
        return f"{seconds:.1f}秒"
    whole = round(seconds)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days}日{hours}時間" if hours else f"{days}日"
    if hours:
        return f"{hours}時間{minutes}分" if minutes else f"{hours}時間"
    if minutes:
        return f"{minutes}分{left}秒" if left else f"{minutes}分"
    return f"{left}秒"


def _firsts(facts: Sequence[DossierFact]) -> list[DossierFact]:
    firsts: dict[str, DossierFact] = {}
    for each in facts:
        if each.fact.what in _EVENTS:
            firsts.setdefault(each.fact.what, each)
    return list(firsts.values())


def _gap(events: Sequence[DossierFact], columns: Sequence[float]) -> list[Shape]:
    """The time in which the label was printed and Qoo10 did not have the number."""
    places = {event.fact.what: (x, event.fact.at) for event, x in zip(events, columns, strict=True)}
    if What.LABEL_PRINTED not in places:
        return []
    left, printed_at = places[What.LABEL_PRINTED]
    ends = [places[what] for what in (What.NUMBER_ACCEPTED, What.NUMBER_SHOWN) if what in places]
    right, ended_at = ends[0] if ends else (WIDTH - _RIGHT, None)
    if right <= left:
        return []
    text = "印刷後、番号は未入力" if ended_at is None else f"印刷から番号の受付まで {between_ja(ended_at - printed_at)}"
    middle = min(max((left + right) / 2, _LEFT + 60), WIDTH - _RIGHT - 60)
    return [
        Box(left, _TOP - 4, right - left, 3 * _LANE + 6, GAP_FILL),
        Words(middle, _TOP - 8, 6.5, GAP_INK, "middle", text),
    ]


def _lanes() -> list[Shape]:
    shapes: list[Shape] = []
    for index, (name, clock, color) in enumerate(_LANES):
        y = _middle(index)
        shapes += [
            Line(_LEFT - 4, y, WIDTH - _RIGHT, y, RULE, 1.4),
            Words(0, y, 8, color, "start", name),
            Words(0, y + 8, 5, FAINT, "start", clock),
        ]
    shapes.append(Line(_LEFT - 4, _AXIS, WIDTH - _RIGHT, _AXIS, FAINT, 0.6))
    return shapes


def _middle(lane: int) -> float:
    return _TOP + _LANE * lane + 27


def _column(event: DossierFact, x: float, before: DossierFact | None, step: float) -> list[Shape]:
    lane, first, second = _EVENTS[event.fact.what]
    color, y = _LANES[lane][2], _middle(lane)
    at = event.fact.at
    names = (first, second) if second else ("", first)
    shapes: list[Shape] = [
        Line(x, y, x, _AXIS, color, 0.5, dashed=True),
        Dot(x, y, 3.4, color, hollow=event.fact.happened_at is None),
        Words(x, y - 14, 6.8, color, "middle", names[0]),
        Words(x, y - 6.5, 6.8, color, "middle", names[1]),
        Line(x, _AXIS - 2, x, _AXIS + 2, FAINT, 0.6),
        Words(x, _AXIS + 20, 6.2, INK, "middle", _clock(at)),
    ]
    if before is None or _day(before.fact.at) != _day(at):
        shapes.append(Words(x, _AXIS + 28, 5.6, FAINT, "middle", _day(at)))
    if before is not None:
        span = f"+{between_ja(at - before.fact.at)}"
        shapes.append(Words(x - step / 2, _AXIS + 10, 5.4, FAINT, "middle", span))
    return shapes


def _clock(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%H:%M:%S}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%Y/%m/%d}"
