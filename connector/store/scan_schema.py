"""The table of scans: what was scanned where and when, so that every scan has one answer, however often it is sent."""

from sqlalchemy import Boolean, Column, Index, Table, Text

from connector.store.tables import UtcTime, metadata, text_column

scan = Table(
    "scan",
    metadata,
    Column("id", Text, primary_key=True),
    text_column("shop"),
    text_column("source"),
    text_column("station"),
    text_column("lane"),
    text_column("who"),
    text_column("order_ref"),
    text_column("order_no"),
    text_column("tracking_number"),
    text_column("fault"),
    Column("told", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Index(None, "received_at"),
)
"""``id`` is made by the page. A text that is no order and no label is not kept."""
