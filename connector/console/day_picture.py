"""The picture of the day: a bar for each quarter of an hour, late numbers on top of those in time. Pure."""

from dataclasses import dataclass
from datetime import datetime

from connector.now.today import SLOT, SLOTS, Today

WIDTH, HEIGHT, GROUND = 384, 84, 14
"""The picture's size in its own units; the hours stand on the ground."""
_BAR = WIDTH / SLOTS
_AIR = 0.8


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in the picture's units, with how many numbers it stands for."""

    x: float
    y: float
    width: float
    height: float
    late: bool
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class DayPicture:
    """The bars, where "now" is, and what the tallest one stands for."""

    width: int
    height: int
    ground: int
    bars: tuple[Bar, ...]
    now_x: float
    most: int


def day_picture(today: Today, now: datetime) -> DayPicture:
    """The day so far."""
    most = max(slot.in_time + slot.late for slot in today.slots)
    room = HEIGHT - GROUND - 4
    bars = []
    for place, slot in enumerate(today.slots):
        top = float(HEIGHT - GROUND)
        for count, late in ((slot.in_time, False), (slot.late, True)):
            if count:
                height = max(count / most * room, 1.5)
                top -= height
                at = today.day_from + place * SLOT
                bars.append(Bar(place * _BAR + _AIR / 2, top, _BAR - _AIR, height, late, at, count))
    now_x = min((now - today.day_from) / (SLOT * SLOTS), 1.0) * WIDTH
    return DayPicture(WIDTH, HEIGHT, HEIGHT - GROUND, tuple(bars), now_x, most)
