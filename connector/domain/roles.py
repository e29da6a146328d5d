"""Who may do what: roles, what each of them may do, and the person or program that asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a request needs; each address names one, or none where anybody may come."""

    LOOK = "look"
    """See entries, conflicts, sources, alerts and settings (without secrets)."""
    SCAN = "scan"
    """Tell of a parcel at the packing table."""
    ACT = "act"
    """Decide about entries and conflicts, answer a buyer, silence an alert, test a payload."""
    ADMINISTER = "administer"
    """Users, their sessions, tokens of the API, secrets of sources."""


class Role(StrEnum):
    """What a user or a token is; from the one who may do least to the one who may do all."""

    VIEWER = "viewer"
    PACKER = "packer"
    OPERATOR = "operator"
    ADMIN = "admin"


GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.LOOK}),
    Role.PACKER: frozenset({Permission.LOOK, Permission.SCAN}),
    Role.OPERATOR: frozenset({Permission.LOOK, Permission.SCAN, Permission.ACT}),
    Role.ADMIN: frozenset(Permission),
}
"""Each role may do what the one before may, and more."""


class Via(StrEnum):
    """How somebody showed who they are."""

    SESSION = "session"
    """A browser after a log-in."""
    TOKEN = "token"  # noqa: S105 - a word, no secret
    """A token of the API that was made for a program."""
    COMMAND = "command"
    """A command on the machine of the store, by whoever may write there: into the store, or by the unix socket."""
    SETTINGS = "settings"
    """A token that stands in ``[api] tokens``: whoever may write the settings may do everything."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks. ``id`` is that of the session or of the token; the settings' tokens have none.

    ``user_id`` is None for programs.
    """

    name: str
    role: Role
    via: Via
    id: int | None = None
    user_id: int | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role grants it."""
        return permission in GRANTS[self.role]
