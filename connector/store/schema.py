"""The tables. The schema is what the migrations under ``migrations/`` add up to; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC without a zone: the same on every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware times only: a naive one is a programming error."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the store")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Back to an aware time."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


_Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _time(name: str) -> Column[datetime]:
    return Column(name, UtcTime)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _index_where(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index over the few rows that are still in work, however many there are in all."""
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


UNRESOLVED = "state = 'unresolved'"
"""Parcels whose order is not known. Spelt out like ``IN_WORK``."""
UNREADABLE = "outcome = 'unreadable'"
"""Deliveries that were genuine, but not as documented. Spelt out like ``IN_WORK``."""
FETCH_FAILED = "state = 'failed'"
"""Fetches that were given up. Spelt out like ``IN_WORK``."""
OPEN_LINE = "status IN (2, 3)"
"""Order lines that wait for their number, in 配送要請 or 配送準備. Spelt out like ``IN_WORK``."""
IN_WORK = "state NOT IN ('confirmed', 'dropped')"
"""Entries that anything is left to do for. Spelt out wherever it is asked for: only then is its index used."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    _text("source"),
    _text("key"),
    Column("received_at", UtcTime, nullable=False),
    _text("outcome"),
    _count("accepted"),
    _count("ignored"),
    _text("detail"),
    Column("shape", JSON(none_as_null=True)),
    Column("times_seen", Integer, nullable=False, server_default="1"),
    UniqueConstraint("source", "key"),
    Index(None, "source", "received_at"),
    _index_where("ix_delivery_unreadable", UNREADABLE, "received_at"),
)

label_event = Table(
    "label_event",
    metadata,
    _id(),
    Column("delivery_id", Text, nullable=False),
    _text("source"),
    _text("shop"),
    _text("key"),
    _text("kind"),
    _text("order_ref"),
    _text("tracking_number"),
    _text("carrier"),
    _text("service"),
    _time("occurred_at"),
    Column("received_at", UtcTime, nullable=False),
    UniqueConstraint("source", "key"),
    Index(None, "shop", "tracking_number"),
)

fetch = Table(
    "fetch",
    metadata,
    _id(),
    Column("delivery_id", Text, nullable=False),
    _text("source"),
    _text("key"),
    _text("host"),
    _text("path"),
    _text("credential"),
    Column("query", JSON, nullable=False),
    Column("context", JSON, nullable=False),
    _text("state"),
    _text("detail"),
    _count("attempts"),
    _time("due_at"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("source", "key"),
    _index_where("ix_fetch_due", "due_at IS NOT NULL", "due_at"),
    _index_where("ix_fetch_failed", FETCH_FAILED, "created_at"),
)

parcel = Table(
    "parcel",
    metadata,
    _id(),
    _text("shop"),
    _text("source"),
    _text("order_ref"),
    _text("tracking_number"),
    _text("carrier"),
    _text("service"),
    _time("printed_at"),
    _time("reprinted_at"),
    _time("handed_over_at"),
    _time("scanned_at"),
    _time("voided_at"),
    _time("heard_printed_at"),
    _time("heard_handed_over_at"),
    _time("heard_scanned_at"),
    _text("state"),
    _text("reason"),
    _text("detail"),
    _count("attempts"),
    _time("due_at"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("shop", "order_ref", "tracking_number"),
    Index(None, "shop", "tracking_number"),
    _index_where("ix_parcel_due", "due_at IS NOT NULL", "shop", "due_at"),
    _index_where("ix_parcel_unresolved", UNRESOLVED, "created_at"),
)

parcel_candidate = Table(
    "parcel_candidate",
    metadata,
    Column("parcel_id", _Id, primary_key=True),
    Column("shop", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Index(None, "shop", "number"),
)

entry = Table(
    "entry",
    metadata,
    _id(),
    _text("shop"),
    _text("order_no"),
    _text("pack_no"),
    Column("parcel_id", _Id, nullable=False),
    _text("tracking_no"),
    _text("shipping_corp"),
    _text("state"),
    _text("reason"),
    _text("detail"),
    _time("due_at"),
    _count("attempts"),
    _time("overdue_from"),
    Column("heard_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    _time("written_at"),
    _time("accepted_at"),
    _time("confirmed_at"),
    _text("person"),
    _text("written_with"),
    UniqueConstraint("shop", "order_no", "tracking_no"),
    _index_where("ix_entry_due", "due_at IS NOT NULL", "shop", "due_at"),
    Index(None, "parcel_id"),
    Index(None, "shop", "tracking_no"),
    _index_where("ix_entry_in_work", IN_WORK, "shop", "state", "reason"),
    _index_where("ix_entry_accepted", "accepted_at IS NOT NULL", "accepted_at"),
)

order_line = Table(
    "order_line",
    metadata,
    Column("shop", Text, primary_key=True),
    Column("order_no", Text, primary_key=True),
    _text("pack_no"),
    _text("related_order_nos"),
    Column("listed", Boolean, nullable=False),
    Column("status", Integer),
    _time("ordered_at"),
    _time("ship_by_at"),
    _text("tracking_no"),
    _text("delivery_company"),
    Column("cancel_status", Integer),
    _time("requested_at"),
    _time("learned_at"),
    _time("under_way_at"),
    _time("ended_at"),
    _text("learned_from"),
    Column("seen_at", UtcTime, nullable=False),
    Index(None, "shop", "pack_no"),
    _index_where("ix_order_line_open", OPEN_LINE, "shop", "ship_by_at"),
    _index_where("ix_order_line_requests", "cancel_status IS NOT NULL AND ended_at IS NULL", "shop"),
)

history = Table(
    "history",
    metadata,
    _id(),
    Column("at", UtcTime, nullable=False),
    _text("shop"),
    _text("order_no"),
    Column("parcel_id", _Id),
    Column("entry_id", _Id),
    _text("what"),
    _text("reason"),
    _text("detail"),
    _text("who"),
    Index(None, "entry_id"),
    Index(None, "parcel_id"),
)

conflict = Table(
    "conflict",
    metadata,
    _id(),
    _text("shop"),
    _text("order_no"),
    _text("topic"),
    _text("kind"),
    _text("tracking_no"),
    Column("opened_at", UtcTime, nullable=False),
    _time("closed_at"),
    _text("outcome"),
    _text("last_verdict"),
    Index(None, "shop", "order_no"),
    _index_where("uq_conflict_open", "closed_at IS NULL", "shop", "order_no", "topic", unique=True),
)

conflict_log = Table(
    "conflict_log",
    metadata,
    Column("seq", _Id, primary_key=True, autoincrement=False),
    Column("conflict_id", _Id, nullable=False),
    _text("shop"),
    _text("order_no"),
    Column("at", UtcTime, nullable=False),
    _text("what"),
    _text("fact_key"),
    _text("body"),
    _text("prev_hash"),
    _text("hash"),
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
    _text("order_no"),
    _time("asked_at"),
    _text("status"),
    Column("speaks_of_cancelling", Boolean, nullable=False),
    Column("learned_at", UtcTime, nullable=False),
    Index(None, "shop", "order_no"),
    _index_where("ix_inquiry_open", "status <> ''", "shop"),
)
"""Buyers' inquiries about lines with an entry, without their words. ``status`` is empty once Qoo10 lists it no more."""

shop = Table(
    "shop",
    metadata,
    Column("name", Text, primary_key=True),
    _text("key_fingerprint"),
    _time("key_first_used_at"),
    _text("stopped_for"),
    _time("stopped_at"),
    _time("claims_read_until"),
)

poll_state = Table(
    "poll_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", JSON, nullable=False),
    _text("tokens"),
    _time("next_at"),
    _time("polled_at"),
    _time("succeeded_at"),
    _count("failures"),
    _text("error"),
)
"""Where polled sources stand. ``tokens`` are sealed before they come here."""

pulse = Table("pulse", metadata, Column("id", Integer, primary_key=True), Column("at", UtcTime, nullable=False))
"""One row, written to prove that the store can be written."""
