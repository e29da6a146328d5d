"""What the settings say becomes the rules that others judge by."""

from datetime import time

from connector.domain.alert_facts import Policy
from connector.domain.calendar import Calendar, Weekday
from connector.domain.hours import Hours, WorkingTime
from connector.measure.rules import alert_policy
from connector.settings import Settings


def test_who_is_told_of_what_knows_when_the_people_of_each_shop_work() -> None:
    given = Settings.model_validate(
        {
            "shops": {
                "day": {"seller_auth_key": "made-up"},
                "night": {
                    "seller_auth_key": "made-up",
                    "working_hours": "20:00-05:00",
                    "closed_weekdays": ["sunday"],
                    "closed_on_holidays": False,
                },
            },
            "alerts": {"targets": {"office": {"url": "json://unused"}}, "quiet_hours": "22:00-07:00"},
        }
    )

    assert alert_policy(given) == Policy(
        ("office",),
        quiet=Hours(time(22), time(7)),
        working={
            "day": WorkingTime(Calendar(), Hours(time(9), time(18))),
            "night": WorkingTime(
                Calendar(frozenset({Weekday.SUNDAY}), closed_on_holidays=False), Hours(time(20), time(5))
            ),
        },
    )
