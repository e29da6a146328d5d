"""``[shops.<name>]``: one shop at Qoo10."""

from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from connector.domain.calendar import Calendar, Closed, Weekday
from connector.domain.decision import GapPolicy
from connector.domain.hours import Hours
from connector.settings.base import WithSecrets, allowed_url
from connector.settings.closed import read_closed_days, read_closed_weekdays

QOO10_HOST = "api.qoo10.jp"


def _hours(text: str) -> str:
    return str(Hours.read(text))


class SetShipBy(StrEnum):
    """When the ship-by date of a line that is still in 配送要請 is set for the seller."""

    OFF = "off"
    PRINTED = "printed"


class ShopSettings(WithSecrets):
    """One shop at Qoo10: its key, or the login that a key is issued from."""

    qapi_url: Annotated[str, AfterValidator(partial(allowed_url, host=QOO10_HOST))] = (
        f"https://{QOO10_HOST}/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
    )
    """Qoo10's address, or that of a sandbox on this machine; no other is taken."""
    seller_auth_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    """The seller authorization key (販売者認証キー)."""
    seller_auth_key_file: Path | None = None
    """A file that holds seller_auth_key. It is read anew for each call: replacing it needs no restart."""
    seller_auth_key_issued_on: date | None = None
    """The day in Japan on which the key was issued. Keys live one year; `check` warns a month before the end."""
    api_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    """Instead of seller_auth_key, together with user_id and password: keys are issued from them."""
    api_key_file: Path | None = None
    """A file that holds api_key."""
    user_id: str = ""
    """The QSM user that keys are issued for."""
    password: SecretStr = Field(default=SecretStr(""), exclude=True)
    """That user's password. Changing it in QSM ends all keys."""
    password_file: Path | None = None
    """A file that holds password."""
    calls_per_second: int = Field(default=5, ge=1, le=50)
    """The most calls to Qoo10 in a second. No limit is published; 5 to 10 is what clients treat as safe."""
    connect_timeout_s: float = Field(default=5, gt=0, le=60)
    """How long a connection to Qoo10 may take. Nothing was sent yet, so the call is tried again."""
    # At most 100 s: after three minutes without a call that ended, a keeper is taken for dead.
    call_timeout_s: float = Field(default=20, gt=0, le=100)
    """How long a call may take in all. A write that takes longer is unclear, and read back before anything else."""
    in_the_gap: GapPolicy = GapPolicy.ENTER
    """A cancel request that came after the label was printed: enter the number at once, or hold it for a person."""
    made_to_order: tuple[str, ...] = ()
    """Seller item codes of items made to order, * and ? allowed. Their requests may be refused whenever they come."""
    orders_every_s: float = Field(default=300, ge=5, le=86_400)
    """How often the open orders are listed: cart numbers and ship-by dates are known from there."""
    claims_every_s: float = Field(default=30, ge=1, le=86_400)
    """How often cancel requests are looked for; less often where calls_per_second is low."""
    inquiries_every_s: float = Field(default=300, ge=30, le=86_400)
    """How often buyers' inquiries are looked for; less often where calls_per_second is low."""
    answer_inquiries: bool = False
    """Whether `messages send` may answer a buyer's open inquiry. Nothing is ever sent without a person."""
    repeat_unclear_after_s: float = Field(default=3, ge=0, le=3600)
    """A write without an answer is repeated only when Qoo10 shows nothing for so long."""
    shown_within_s: float = Field(default=900, ge=1, le=86_400)
    """An accepted number that Qoo10 does not show for so long is held for a person."""
    set_ship_by: SetShipBy = SetShipBy.OFF
    """printed: set the ship-by date of a line in 配送要請 once its label is printed and its number has to wait."""
    ship_by_business_days: int = Field(default=1, ge=1, le=10)
    """The ship-by date that set_ship_by sets: so many business days after today."""
    working_hours: Annotated[str, AfterValidator(_hours)] = "09:00-18:00"
    """The hours in Japan at which labels are printed, on business days; a source's silence is counted in them."""
    closed_weekdays: Annotated[tuple[Weekday, ...], BeforeValidator(read_closed_weekdays)] = (
        Weekday.SATURDAY,
        Weekday.SUNDAY,
    )
    """Weekdays on which the seller ships nothing; they are no business days."""
    closed_days: Annotated[tuple[Closed, ...], BeforeValidator(read_closed_days)] = ()
    """Days on which the seller is closed, and ranges of them: 2026-12-29, "2026-12-29..2027-01-03"."""
    closed_on_holidays: bool = True
    """Whether Japan's national holidays (祝日, 振替休日) are no business days either."""

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        login = (self.api_key.get_secret_value(), self.user_id, self.password.get_secret_value())
        if self.seller_auth_key.get_secret_value():
            if any(login):
                raise ValueError("set either seller_auth_key, or api_key with user_id and password, not both")
        elif not all(login):
            raise ValueError("needs seller_auth_key, or api_key with user_id and password")
        return self

    @property
    def rehearsal(self) -> bool:
        """Whether this shop is a sandbox on this machine."""
        return urlsplit(self.qapi_url).hostname != QOO10_HOST

    @property
    def hours(self) -> Hours:
        """The seller's working hours."""
        return Hours.read(self.working_hours)

    @property
    def calendar(self) -> Calendar:
        """The seller's business days."""
        return Calendar(frozenset(self.closed_weekdays), self.closed_days, self.closed_on_holidays)
