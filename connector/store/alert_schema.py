"""The tables about what people are told: alerts, and the messages about them."""

from sqlalchemy import JSON, Column, Index, Integer, Table, UniqueConstraint

from connector.store.tables import UtcTime, count_column, id_column, index_where, metadata, text_column, time_column

NOT_DONE = "done_at IS NULL"
"""Alerts that something is left to tell of. Spelt out wherever it is asked for: only then is its index used."""
DONE = "done_at IS NOT NULL"
"""Alerts that are over. Spelt out like ``NOT_DONE``."""
WAITING = "state = 'waiting'"
"""Messages that have not arrived yet. Spelt out like ``NOT_DONE``."""
UNDELIVERED = "state <> 'sent'"
"""Messages that wait or were given up. Spelt out like ``NOT_DONE``."""

alert = Table(
    "alert",
    metadata,
    id_column(),
    text_column("subject"),
    text_column("kind"),
    text_column("shop"),
    text_column("order_no"),
    Column("saving", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("alarms", JSON, nullable=False),
    Column("told", JSON, nullable=False),
    time_column("gone_at"),
    time_column("resolved_at"),
    time_column("done_at"),
    time_column("acknowledged_at"),
    text_column("acknowledged_by"),
    index_where("uq_alert_not_done", NOT_DONE, "subject", unique=True),
    index_where("ix_alert_done", DONE, "done_at"),
)
"""``kind``, ``shop``, ``order_no`` and ``saving`` are those of the first of the ``alarms``, for whoever looks."""

alert_message = Table(
    "alert_message",
    metadata,
    id_column(),
    text_column("key"),
    text_column("target"),
    text_column("occasion"),
    text_column("kind"),
    text_column("shop"),
    count_column("alerts"),
    text_column("title"),
    text_column("body"),
    Column("at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    text_column("state"),
    count_column("attempts"),
    text_column("error"),
    time_column("settled_at"),
    UniqueConstraint("key"),
    Index(None, "at"),
    index_where("ix_alert_message_waiting", WAITING, "target", "due_at"),
    index_where("ix_alert_message_undelivered", UNDELIVERED, "state", "at"),
)
"""``at`` is when it was written, ``alerts`` how many it is about, ``error`` a word for why the last attempt failed."""
