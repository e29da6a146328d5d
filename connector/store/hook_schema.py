"""The tables of outgoing webhooks: the targets with where each one stands, and the messages to them."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from connector.store.tables import Id, UtcTime, count_column, index_where, metadata, text_column, time_column

HOOK_DUE = "state = 'due'"
"""Messages that are not delivered yet. Spelt out wherever it is asked for: only then are its indexes used."""
HOOK_GIVEN_UP = "state = 'failed' AND line <> ''"
"""Messages that were given up and can be delivered again, which a test cannot. Spelt out in the same way."""

hook_target = Table(
    "hook_target",
    metadata,
    Column("name", Text, primary_key=True),
    text_column("address_hash"),
    Column("history_id", Id, nullable=False),
    Column("log_seq", Id, nullable=False),
    Column("since", UtcTime, nullable=False),
    time_column("off_at"),
    time_column("succeeded_at"),
    time_column("failed_at"),
    count_column("failures"),
    text_column("trouble"),
    Column("status", Integer),
)
"""``history_id`` and ``log_seq`` are the last rows that the target was told of; ``failures`` those in a row.

``trouble`` and ``status`` are what came of the last try.
"""

hook_delivery = Table(
    "hook_delivery",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("target", Text, nullable=False),
    text_column("key"),
    text_column("event"),
    text_column("line"),
    text_column("body"),
    text_column("state"),
    count_column("attempts"),
    Column("made_at", UtcTime, nullable=False),
    time_column("due_at"),
    time_column("tried_at"),
    Column("status", Integer),
    text_column("trouble"),
    UniqueConstraint("id"),
    UniqueConstraint("target", "key"),
    Index(None, "target", "seq"),
    Index(None, "made_at"),
    index_where("ix_hook_delivery_due", HOOK_DUE, "target", "due_at"),
    index_where("ix_hook_delivery_line", HOOK_DUE, "target", "line", "seq"),
    index_where("ix_hook_delivery_given_up", HOOK_GIVEN_UP, "target", "seq"),
)
"""``key`` is the same for the same news; ``line`` is the order line within which messages keep their order."""
