"""Users, sessions, tokens and deeds as JSON: the same names in the API and the commands. Pure."""

from datetime import datetime
from typing import Any

from connector.access.identify import holds
from connector.domain.calendar import iso_in_japan
from connector.domain.people import ApiToken, Session, User
from connector.store.deeds import DeedRow


def user_view(user: User) -> dict[str, Any]:
    """A user. Times are Japan's."""
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role,
        "language": user.language,
        "created_at": iso_in_japan(user.created_at),
        "password_changed_at": iso_in_japan(user.password_changed_at),
        "disabled_at": iso_in_japan(user.disabled_at),
    }


def session_view(session: Session, current: int | None) -> dict[str, Any]:
    """A session; ``current`` is the id of the one that asks."""
    return {
        "id": session.id,
        "user_id": session.user_id,
        "user_name": session.user_name,
        "created_at": iso_in_japan(session.created_at),
        "seen_at": iso_in_japan(session.seen_at),
        "expires_at": iso_in_japan(session.expires_at),
        "address": session.address,
        "agent": session.agent,
        "current": session.id == current,
    }


def token_view(token: ApiToken, now: datetime) -> dict[str, Any]:
    """A token of a program, without the token."""
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "created_by": token.created_by,
        "created_at": iso_in_japan(token.created_at),
        "expires_at": iso_in_japan(token.expires_at),
        "last_used_at": iso_in_japan(token.last_used_at),
        "withdrawn_at": iso_in_japan(token.withdrawn_at),
        "holds": holds(token, now),
    }


def deed_view(deed: DeedRow) -> dict[str, Any]:
    """A row of the audit."""
    return {
        "id": deed.id,
        "at": iso_in_japan(deed.at),
        "who": deed.who,
        "via": deed.via,
        "action": deed.action,
        "subject": deed.subject,
        "detail": deed.detail,
        "status": deed.status,
    }
