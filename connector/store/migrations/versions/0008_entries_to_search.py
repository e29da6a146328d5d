"""Entries by the moment their label was heard of, so that a page of them is quick; labels that a person assigns."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_SOURCE = "UPDATE entry SET source = coalesce((SELECT parcel.source FROM parcel WHERE parcel.id = entry.parcel_id), '')"
_PARTIAL = (
    ("ix_entry_in_work_heard_at", "state NOT IN ('confirmed', 'dropped')"),
    ("ix_entry_dropped_heard_at", "state = 'dropped'"),
)


def upgrade() -> None:
    """Entries by the moment their label was heard of, so that a page of them is quick; labels that a person assigns."""
    for table, name in (("entry", "source"), ("parcel", "assigned_order_no"), ("parcel", "assigned_pack_no")):
        op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.execute(_SOURCE)
    for columns in (("heard_at",), ("shop", "heard_at"), ("source", "heard_at")):
        op.create_index(f"ix_entry_{'_'.join(columns)}", "entry", list(columns), unique=False)
    for name, condition in _PARTIAL:
        where = sa.text(condition)
        op.create_index(name, "entry", ["heard_at"], unique=False, sqlite_where=where, postgresql_where=where)
