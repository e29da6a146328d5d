"""The tables about who comes in: users, their sessions, tokens of programs, and what they did."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from connector.store.tables import Id, UtcTime, id_column, metadata, text_column, time_column

user = Table(
    "user",
    metadata,
    id_column(),
    text_column("name"),
    text_column("name_key"),
    text_column("password_hash"),
    text_column("role"),
    text_column("language"),
    Column("created_at", UtcTime, nullable=False),
    Column("password_changed_at", UtcTime, nullable=False),
    time_column("disabled_at"),
    UniqueConstraint("name_key"),
)
"""People who may log in. ``name_key`` is the name without case and width."""

session = Table(
    "session",
    metadata,
    id_column(),
    text_column("token_hash"),
    text_column("previous_hash"),
    time_column("previous_until"),
    Column("user_id", Id, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    time_column("rotated_at"),
    Column("expires_at", UtcTime, nullable=False),
    text_column("address"),
    text_column("agent"),
    UniqueConstraint("token_hash"),
    Index(None, "previous_hash"),
    Index(None, "user_id"),
)
"""Browsers after a log-in. ``rotated_at`` is None where the next request gets a new token; rows go when they end."""

api_token = Table(
    "api_token",
    metadata,
    id_column(),
    text_column("name"),
    text_column("token_hash"),
    text_column("role"),
    text_column("created_by"),
    Column("created_at", UtcTime, nullable=False),
    time_column("expires_at"),
    time_column("last_used_at"),
    time_column("withdrawn_at"),
    UniqueConstraint("token_hash"),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", UtcTime, nullable=False),
    text_column("who"),
    text_column("via"),
    text_column("action"),
    text_column("subject"),
    text_column("detail"),
    Column("status", Integer),
    Index(None, "at"),
)
"""What people and programs did. ``status`` is that of the answer; None where the program ended before it knew."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    text_column("digest"),
    Column("status", Integer),
    text_column("media"),
    Column("body", LargeBinary),
    Index(None, "at"),
)
"""Answers to requests with a key, good for a day. ``status`` is None until the answer is known."""
