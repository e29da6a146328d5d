"""The tables. The schema is what the migrations under ``migrations/`` add up to; a test compares the two."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from connector.store.tables import (
    Id,
    UtcTime,
    count_column,
    id_column,
    index_where,
    metadata,
    text_column,
    time_column,
)

UNRESOLVED = "state = 'unresolved'"
"""Parcels whose order is not known. Spelt out like ``IN_WORK``."""
UNREADABLE = "outcome = 'unreadable'"
"""Deliveries that were genuine, but not as documented. Spelt out like ``IN_WORK``."""
UNREADABLE_KEY = "unreadable "
"""The keys of such deliveries begin with it: the same body, read by a newer version, is a delivery of its own."""
FETCH_FAILED = "state = 'failed'"
"""Fetches that were given up. Spelt out like ``IN_WORK``."""
OPEN_LINE = "status IN (2, 3)"
"""Order lines that wait for their number, in 配送要請 or 配送準備. Spelt out like ``IN_WORK``."""
DROPPED = "state = 'dropped'"
"""Entries that nothing is left to enter of. Spelt out like ``IN_WORK``."""
IN_WORK = "state NOT IN ('confirmed', 'dropped')"
"""Entries that anything is left to do for. Spelt out wherever it is asked for: only then is its index used."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    text_column("source"),
    text_column("key"),
    Column("received_at", UtcTime, nullable=False),
    text_column("outcome"),
    count_column("accepted"),
    count_column("ignored"),
    text_column("detail"),
    Column("shape", JSON(none_as_null=True)),
    Column("times_seen", Integer, nullable=False, server_default="1"),
    UniqueConstraint("source", "key"),
    Index(None, "source", "received_at"),
    index_where("ix_delivery_unreadable", UNREADABLE, "received_at"),
)

label_event = Table(
    "label_event",
    metadata,
    id_column(),
    Column("delivery_id", Text, nullable=False),
    text_column("source"),
    text_column("shop"),
    text_column("key"),
    text_column("kind"),
    text_column("order_ref"),
    text_column("tracking_number"),
    text_column("carrier"),
    text_column("service"),
    time_column("occurred_at"),
    Column("received_at", UtcTime, nullable=False),
    UniqueConstraint("source", "key"),
    Index(None, "shop", "tracking_number"),
    Index(None, "delivery_id", "id"),
)

fetch = Table(
    "fetch",
    metadata,
    id_column(),
    Column("delivery_id", Text, nullable=False),
    text_column("source"),
    text_column("key"),
    text_column("host"),
    text_column("path"),
    text_column("credential"),
    Column("query", JSON, nullable=False),
    Column("context", JSON, nullable=False),
    text_column("state"),
    text_column("detail"),
    count_column("attempts"),
    time_column("due_at"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("source", "key"),
    index_where("ix_fetch_due", "due_at IS NOT NULL", "due_at"),
    index_where("ix_fetch_failed", FETCH_FAILED, "created_at"),
)

parcel = Table(
    "parcel",
    metadata,
    id_column(),
    text_column("shop"),
    text_column("source"),
    text_column("order_ref"),
    text_column("tracking_number"),
    text_column("carrier"),
    text_column("service"),
    time_column("printed_at"),
    time_column("reprinted_at"),
    time_column("packed_at"),
    time_column("handed_over_at"),
    time_column("scanned_at"),
    time_column("voided_at"),
    time_column("heard_printed_at"),
    time_column("heard_packed_at"),
    time_column("heard_handed_over_at"),
    time_column("heard_scanned_at"),
    text_column("state"),
    text_column("reason"),
    text_column("detail"),
    text_column("assigned_order_no"),
    text_column("assigned_pack_no"),
    count_column("attempts"),
    time_column("due_at"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("shop", "order_ref", "tracking_number"),
    Index(None, "shop", "tracking_number"),
    index_where("ix_parcel_due", "due_at IS NOT NULL", "shop", "due_at"),
    index_where("ix_parcel_unresolved", UNRESOLVED, "created_at"),
)

parcel_candidate = Table(
    "parcel_candidate",
    metadata,
    Column("parcel_id", Id, primary_key=True),
    Column("shop", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Index(None, "shop", "number"),
)

entry = Table(
    "entry",
    metadata,
    id_column(),
    text_column("shop"),
    text_column("order_no"),
    text_column("pack_no"),
    Column("parcel_id", Id, nullable=False),
    text_column("source"),
    text_column("tracking_no"),
    text_column("shipping_corp"),
    text_column("state"),
    text_column("reason"),
    text_column("detail"),
    time_column("due_at"),
    count_column("attempts"),
    time_column("overdue_from"),
    Column("heard_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    time_column("written_at"),
    time_column("accepted_at"),
    time_column("confirmed_at"),
    text_column("person"),
    text_column("written_with"),
    UniqueConstraint("shop", "order_no", "tracking_no"),
    index_where("ix_entry_due", "due_at IS NOT NULL", "shop", "due_at"),
    Index(None, "parcel_id"),
    Index(None, "shop", "tracking_no"),
    index_where("ix_entry_in_work", IN_WORK, "shop", "state", "reason"),
    Index(None, "heard_at"),
    Index(None, "shop", "heard_at"),
    Index(None, "source", "heard_at"),
    index_where("ix_entry_in_work_heard_at", IN_WORK, "heard_at"),
    index_where("ix_entry_dropped_heard_at", DROPPED, "heard_at"),
    index_where("ix_entry_accepted", "accepted_at IS NOT NULL", "accepted_at"),
)

order_line = Table(
    "order_line",
    metadata,
    Column("shop", Text, primary_key=True),
    Column("order_no", Text, primary_key=True),
    text_column("pack_no"),
    text_column("related_order_nos"),
    Column("listed", Boolean, nullable=False),
    Column("status", Integer),
    time_column("ordered_at"),
    time_column("ship_by_at"),
    text_column("tracking_no"),
    text_column("delivery_company"),
    Column("cancel_status", Integer),
    time_column("requested_at"),
    time_column("learned_at"),
    time_column("under_way_at"),
    time_column("ended_at"),
    text_column("learned_from"),
    Column("seen_at", UtcTime, nullable=False),
    Index(None, "shop", "pack_no"),
    index_where("ix_order_line_open", OPEN_LINE, "shop", "ship_by_at"),
    index_where("ix_order_line_requests", "cancel_status IS NOT NULL AND ended_at IS NULL", "shop"),
)

history = Table(
    "history",
    metadata,
    id_column(),
    Column("at", UtcTime, nullable=False),
    text_column("shop"),
    text_column("order_no"),
    Column("parcel_id", Id),
    Column("entry_id", Id),
    text_column("what"),
    text_column("reason"),
    text_column("detail"),
    text_column("who"),
    Index(None, "entry_id"),
    Index(None, "parcel_id"),
)

conflict = Table(
    "conflict",
    metadata,
    id_column(),
    text_column("shop"),
    text_column("order_no"),
    text_column("topic"),
    text_column("kind"),
    text_column("tracking_no"),
    Column("opened_at", UtcTime, nullable=False),
    time_column("closed_at"),
    text_column("outcome"),
    text_column("last_verdict"),
    Index(None, "shop", "order_no"),
    index_where("uq_conflict_open", "closed_at IS NULL", "shop", "order_no", "topic", unique=True),
)

conflict_log = Table(
    "conflict_log",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("conflict_id", Id, nullable=False),
    text_column("shop"),
    text_column("order_no"),
    Column("at", UtcTime, nullable=False),
    text_column("what"),
    text_column("fact_key"),
    text_column("body"),
    text_column("prev_hash"),
    text_column("hash"),
    UniqueConstraint("conflict_id", "what", "fact_key"),
)
"""Rows are only ever added, and chained: see domain/chain.py."""

inquiry = Table(
    "inquiry",
    metadata,
    Column("shop", Text, primary_key=True),
    Column("inq_type", Text, primary_key=True),
    Column("question_no", Text, primary_key=True),
    Column("seq_no", Text, primary_key=True),
    text_column("order_no"),
    time_column("asked_at"),
    text_column("status"),
    Column("speaks_of_cancelling", Boolean, nullable=False),
    Column("learned_at", UtcTime, nullable=False),
    Index(None, "shop", "order_no"),
    index_where("ix_inquiry_open", "status <> ''", "shop"),
)
"""Buyers' inquiries about lines with an entry, without their words. ``status`` is empty once Qoo10 lists it no more."""

shop = Table(
    "shop",
    metadata,
    Column("name", Text, primary_key=True),
    text_column("key_fingerprint"),
    time_column("key_first_used_at"),
    text_column("stopped_for"),
    time_column("stopped_at"),
    time_column("claims_read_until"),
)

poll_state = Table(
    "poll_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", JSON, nullable=False),
    text_column("tokens"),
    time_column("next_at"),
    time_column("polled_at"),
    time_column("succeeded_at"),
    count_column("failures"),
    text_column("error"),
)
"""Where polled sources stand. ``tokens`` are sealed before they come here."""

pulse = Table("pulse", metadata, Column("id", Integer, primary_key=True), Column("at", UtcTime, nullable=False))
"""One row, written to prove that the store can be written."""
