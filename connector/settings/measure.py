"""``[alarms]`` and ``[report]``: when something is worth a person's eye, and where Qoo10's lines are drawn."""

from pydantic import Field

from connector.domain.patience import LOOK_AT_LEAST_EVERY
from connector.settings.base import Section


class AlarmSettings(Section):
    """When what is in work becomes an alarm."""

    every_s: float = Field(default=60, ge=5, le=int(LOOK_AT_LEAST_EVERY.total_seconds()))
    """How often the running daemon looks for alarms: often enough that people hear within 5 minutes of a dead part."""
    ship_by_near_hours: float = Field(default=8, ge=0, le=240)
    """So long before the end of a line's last business day up to its ship-by date, its missing number is an alarm."""
    not_entered_minutes: float = Field(default=10, ge=1, le=10_080)
    """A label whose number is not at Qoo10 so long after its moment is an alarm."""
    not_looked_at_minutes: float = Field(default=30, ge=1, le=10_080)
    """A hold, a refusal or a conflict that no person has dealt with for so long is an alarm."""
    no_scan_business_days: int = Field(default=3, ge=1, le=60)
    """A number without a scan so many business days after its confirmation is an alarm. Qoo10's own rule is unknown."""


class ReportSettings(Section):
    """The lines that Qoo10 is said to draw. No official page with these numbers could be read; both are settings."""

    cancel_rate_excluded_hours: float = Field(default=6, ge=0, le=720)
    """A cancel within so many hours of its order does not count towards the month's cancel rate."""
    cancel_rate_line_percent: float = Field(default=7, gt=0, le=100)
    """The cancel rate of a month above which Qoo10 is said to warn."""
