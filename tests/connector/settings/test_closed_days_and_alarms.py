"""The seller's closed days, and the thresholds of alarms, as people write them."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from connector.domain.calendar import Closed, Weekday
from connector.settings import Settings
from connector.settings.shop import SetShipBy

Load = Callable[..., Settings]
Problems = Callable[..., list[str]]
SHOP = '[shops.main]\nseller_auth_key = "made-up"\n'
SILVESTER = Closed(date(2026, 12, 31), date(2026, 12, 31))
NEW_YEAR = Closed(date(2026, 12, 29), date(2027, 1, 3))


def test_without_a_word_weekends_and_holidays_are_free_and_no_ship_by_date_is_set(load: Load) -> None:
    shop = load(SHOP).shops["main"]

    assert shop.calendar.closed_weekdays == {Weekday.SATURDAY, Weekday.SUNDAY}
    assert shop.calendar.closed_days == ()
    assert shop.calendar.closed_on_holidays
    assert (shop.set_ship_by, shop.ship_by_business_days) == (SetShipBy.OFF, 1)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("[]", ()),
        ("2026-12-31", (SILVESTER,)),
        ("[2026-12-31]", (SILVESTER,)),
        ('["2026-12-31"]', (SILVESTER,)),
        ('[2026-12-31, "2026-12-29..2027-01-03"]', (SILVESTER, NEW_YEAR)),
        ('"2026-12-31, 2026-12-29 .. 2027-01-03"', (SILVESTER, NEW_YEAR)),
    ],
)
def test_closed_days_are_dates_and_ranges(load: Load, written: str, days: tuple[Closed, ...]) -> None:
    assert load(f"{SHOP}closed_days = {written}").shops["main"].closed_days == days


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('"soon"', "cannot read 'soon': write a day as 2026-12-29, or several as 2026-12-29..2027-01-03"),
        ('["2027-01-03..2026-12-29"]', "'2027-01-03..2026-12-29' ends before it begins"),
        ('["2026-01-01..2028-01-01"]', "'2026-01-01..2028-01-01' is longer than 366 days"),
        ("[20261231]", "cannot read 20261231: write a day as 2026-12-29, or several as 2026-12-29..2027-01-03"),
        ("true", "cannot read True: write a day as 2026-12-29, or several as 2026-12-29..2027-01-03"),
    ],
)
def test_a_day_that_cannot_be_read_is_named(problems: Problems, written: str, problem: str) -> None:
    assert problems(f"{SHOP}closed_days = {written}") == [f"shops.main.closed_days: {problem}"]


def test_weekdays_go_by_their_names(load: Load, problems: Problems) -> None:
    assert load(f'{SHOP}closed_weekdays = ["Wednesday"]').shops["main"].closed_weekdays == (Weekday.WEDNESDAY,)
    assert load(f"{SHOP}closed_weekdays = []").shops["main"].closed_weekdays == ()
    known = ", ".join(Weekday)
    assert problems(f'{SHOP}closed_weekdays = ["caturday"]') == [
        f"shops.main.closed_weekdays: knows no weekday 'caturday' (known: {known})"
    ]
    every = json.dumps(list(Weekday))
    assert problems(f"{SHOP}closed_weekdays = {every}") == [
        "shops.main.closed_weekdays: names every weekday; one at least must be a working day"
    ]
    assert problems(f"{SHOP}closed_weekdays = 6") == ["shops.main.closed_weekdays: must be a list of weekdays"]


def test_the_environment_says_the_same(load: Load) -> None:
    variables = {
        "SHOPS__MAIN__CLOSED_DAYS": "2026-12-31,2026-12-29..2027-01-03",
        "SHOPS__MAIN__CLOSED_WEEKDAYS": "saturday,sunday",
        "ALARMS__NOT_ENTERED_MINUTES": "5",
        "REPORT__CANCEL_RATE_LINE_PERCENT": "6.5",
    }
    settings = load(SHOP, variables)

    assert settings.shops["main"].closed_days == (SILVESTER, NEW_YEAR)
    assert settings.shops["main"].closed_weekdays == (Weekday.SATURDAY, Weekday.SUNDAY)
    assert settings.alarms.not_entered_minutes == 5
    assert settings.report.cancel_rate_line_percent == 6.5


def test_an_unknown_threshold_is_named_with_what_was_meant(problems: Problems) -> None:
    assert problems(f"{SHOP}[alarms]\nnot_entered_minute = 5") == [
        "alarms.not_entered_minute: unknown setting; did you mean 'not_entered_minutes'?"
    ]
