"""Indexes for deliveries and fetches that came to nothing, over the few rows that these are."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INDEXES = (
    ("ix_delivery_unreadable", "delivery", "received_at", "outcome = 'unreadable'"),
    ("ix_fetch_failed", "fetch", "created_at", "state = 'failed'"),
)


def upgrade() -> None:
    """Indexes for deliveries and fetches that came to nothing, over the few rows that these are."""
    for name, table, column, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, [column], unique=False, sqlite_where=where, postgresql_where=where)
