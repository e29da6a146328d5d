"""``[console]``: who may come in first, how long a log-in lasts, and the language of pages."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connector.domain.language import Language
from connector.domain.people import PeopleRefused, check_password, usable_name
from connector.settings.base import WithSecrets


class ConsoleSettings(WithSecrets):
    """The console: its first user, its sessions, its language."""

    first_user: str = ""
    """The name of an administrator who is made at a start while there is no user yet; later it changes nothing."""
    first_password: SecretStr = Field(default=SecretStr(""), exclude=True)
    """Their password, 10 characters or more. Remove it once they have logged in and changed it."""
    first_password_file: Path | None = None
    """A file that holds first_password."""
    session_idle_hours: float = Field(default=12, gt=0, le=720)
    """A browser that was not seen for so long has to log in again."""
    session_days: float = Field(default=14, gt=0, le=365)
    """Every browser has to log in again after so long."""
    language: Language = Language.JA
    """The language of pages for whoever has not chosen one: ja or en."""

    @property
    def session_idle(self) -> timedelta:
        """How long a session lasts without being seen."""
        return timedelta(hours=self.session_idle_hours)

    @property
    def session_lasts(self) -> timedelta:
        """How long a session lasts at all."""
        return timedelta(days=self.session_days)

    @model_validator(mode="after")
    def _usable_first_user(self) -> Self:
        password = self.first_password.get_secret_value()
        if not self.first_user and not password:
            return self
        if not self.first_user or not password:
            raise ValueError("first_user and first_password (or first_password_file) go together: set both, or neither")
        try:
            check_password(password, usable_name(self.first_user))
        except PeopleRefused as refused:
            raise ValueError(f"first_user and first_password: {refused}") from None
        return self
