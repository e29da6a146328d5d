"""How states, times and lengths of time are shown."""

from datetime import UTC, datetime

import pytest

from connector.console.day_picture import HEIGHT, WIDTH, day_picture
from connector.console.look import SIGNS, day_and_time, full_time, in_words, time_of_day
from connector.domain.language import Language
from connector.listing.words import STATE_JA
from connector.now.today import SLOTS, Slot, Today

AT = datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)


def test_every_state_has_a_sign() -> None:
    assert set(SIGNS) == set(STATE_JA)


def test_times_are_japans() -> None:
    assert (day_and_time(AT), time_of_day(AT)) == ("11-23 00:04:05", "00:04")
    assert full_time(AT) == "2026-11-23 00:04:05 JST"


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (-3, "0.00秒", "0.00 s"),
        (0.354, "0.35秒", "0.35 s"),
        (1.26, "1.3秒", "1.3 s"),
        (75, "1分15秒", "1 min 15 s"),
        (3600, "1時間", "1 h"),
        (93_784, "1日2時間", "1 d 2 h"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(seconds: float, ja: str, en: str) -> None:
    assert (in_words(seconds, Language.JA), in_words(seconds, Language.EN)) == (ja, en)


def test_the_picture_of_a_day_stays_in_its_frame() -> None:
    slots = tuple(Slot(place, place % 7) for place in range(SLOTS))
    day = Today(datetime(2026, 11, 22, 15, tzinfo=UTC), sum(s.in_time + s.late for s in slots), 1, 2, slots)

    picture = day_picture(day, AT)

    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in picture.bars)
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT for bar in picture.bars)
    assert sum(bar.count for bar in picture.bars) == day.entered
    assert picture.now_x == pytest.approx(WIDTH * 245 / 86_400)


def test_a_day_without_numbers_has_no_bars() -> None:
    picture = day_picture(Today(AT, 0, None, None, (Slot(),) * SLOTS), AT)

    assert (picture.bars, picture.most) == ((), 0)
