"""The shapes of users, sessions, tokens and the audit in the API."""

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr
from pydantic.config import JsonDict

from connector.api.shapes import Answer, Body, Question, RowCursor
from connector.domain.acts import LONGEST_WHO
from connector.domain.language import Language
from connector.domain.people import LONGEST_PASSWORD, SHORTEST_PASSWORD
from connector.domain.roles import Permission, Role, Via

_NAME: JsonDict = {"minLength": 1, "maxLength": LONGEST_WHO}
_PASSWORD: JsonDict = {"minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD, "format": "password"}
LONGEST_DAYS = 3650


class UserAnswer(Answer):
    """A user."""

    id: int
    name: str
    role: Role
    language: Language
    created_at: datetime
    password_changed_at: datetime
    disabled_at: datetime | None
    """Since when they cannot log in; null while they can."""


class UserList(Answer):
    """All users."""

    users: list[UserAnswer]


class NewUserBody(Body):
    """A user to add."""

    name: str = Field(json_schema_extra=_NAME)
    """What they log in with, upper or lower case; one line, neither mail nor a telephone number."""
    password: SecretStr = Field(json_schema_extra=_PASSWORD)
    """Their first password, which they change on their account's page."""
    role: Role = Field(strict=False)
    language: Language | Literal[""] = ""
    """Of pages; empty for the one of the settings."""


class UserChangeBody(Body):
    """What changes about a user; what is left out stays."""

    role: Role | None = Field(default=None, strict=False)
    language: Language | None = None
    disabled: bool | None = None
    """True logs them out everywhere, and lets them log in no more."""


class NewPasswordBody(Body):
    """A user's new password."""

    password: SecretStr = Field(json_schema_extra=_PASSWORD)


class OwnPasswordBody(Body):
    """A new password in place of one that is known."""

    old: SecretStr
    new: SecretStr = Field(json_schema_extra=_PASSWORD)


class OwnChangeBody(Body):
    """What one changes about oneself."""

    language: Language


class MeAnswer(Answer):
    """Who asks, as this program sees it."""

    name: str
    role: Role
    via: Via
    permissions: list[Permission]
    user: UserAnswer | None
    """Null for a program."""


class SessionAnswer(Answer):
    """A browser that somebody logged in with."""

    id: int
    user_id: int
    user_name: str
    created_at: datetime
    seen_at: datetime
    """To about a minute."""
    expires_at: datetime
    """At the latest; earlier when it is not seen for long."""
    address: str
    agent: str
    """The browser and its system, such as `Firefox on Windows`; empty where that is not known."""
    current: bool
    """Whether it is the one that asks."""


class SessionList(Answer):
    """Sessions, the last seen first."""

    sessions: list[SessionAnswer]


class TokenAnswer(Answer):
    """A token of a program, without the token."""

    id: int
    name: str
    role: Role
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    """Null where it holds until it is withdrawn."""
    last_used_at: datetime | None
    """To about an hour; null where it never was."""
    withdrawn_at: datetime | None
    holds: bool
    """Whether it opens anything now."""


class TokenList(Answer):
    """All tokens that ever were, the newest first."""

    tokens: list[TokenAnswer]


class NewTokenBody(Body):
    """A token to make."""

    name: str = Field(json_schema_extra=_NAME)
    """Which program it is for."""
    role: Role = Field(strict=False)
    expires_days: float | None = Field(default=None, gt=0, le=LONGEST_DAYS)
    """Without it, it holds until it is withdrawn."""


class NewTokenAnswer(TokenAnswer):
    """A token that was made, with the token itself: it is shown this once."""

    token: str


class DeedAnswer(Answer):
    """What somebody did."""

    id: int
    at: datetime
    who: str
    """The user or the token by its name, or `settings`; empty where nobody is known."""
    via: str
    """How they showed who they are: `session`, `token`, `settings`, `command` or `password`."""
    action: str
    """The method and the address as a pattern, or the command."""
    subject: str
    """What it was done to."""
    detail: str
    status: int | None
    """That of the answer: 2xx and 3xx is done, 4xx was refused; null: not known, since the program ended before."""


class AuditPage(Answer):
    """Deeds, the newest first."""

    audit: list[DeedAnswer]
    next: str | None
    """The `cursor` of the next page; null on the last one."""


class AuditQuestion(Question):
    """Which page of the audit."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: RowCursor = ""
