"""Indexes for alarms and reports, over the few rows that these look for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INDEXES = (
    ("ix_parcel_unresolved", "parcel", ["created_at"], "state = 'unresolved'"),
    ("ix_entry_accepted", "entry", ["accepted_at"], "accepted_at IS NOT NULL"),
    ("ix_order_line_open", "order_line", ["shop", "ship_by_at"], "status IN (2, 3)"),
)


def upgrade() -> None:
    """Indexes for alarms and reports, over the few rows that these look for."""
    for name, table, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
