"""``[shops.<name>]``: one shop at Qoo10."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from connector.domain.decision import GapPolicy
from connector.settings.base import WithSecrets, allowed_url

QOO10_HOST = "api.qoo10.jp"


class ShopSettings(WithSecrets):
    """One shop at Qoo10: its key, or the login that a key is issued from."""

    qapi_url: Annotated[str, AfterValidator(partial(allowed_url, host=QOO10_HOST))] = (
        f"https://{QOO10_HOST}/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
    )
    seller_auth_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    seller_auth_key_file: Path | None = None
    seller_auth_key_issued_on: date | None = None
    api_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    api_key_file: Path | None = None
    user_id: str = ""
    password: SecretStr = Field(default=SecretStr(""), exclude=True)
    password_file: Path | None = None
    calls_per_second: int = Field(default=5, ge=1, le=50)
    connect_timeout_s: float = Field(default=5, gt=0, le=60)
    call_timeout_s: float = Field(default=20, gt=0, le=300)
    in_the_gap: GapPolicy = GapPolicy.ENTER
    made_to_order: tuple[str, ...] = ()
    orders_every_s: float = Field(default=300, ge=5, le=86_400)
    claims_every_s: float = Field(default=30, ge=1, le=86_400)
    repeat_unclear_after_s: float = Field(default=3, ge=0, le=3600)
    shown_within_s: float = Field(default=900, ge=1, le=86_400)

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
