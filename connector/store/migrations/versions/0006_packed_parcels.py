"""Parcels that a person has seen packed. Whoever was handed over before counts as packed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Parcels that a person has seen packed. Whoever was handed over before counts as packed."""
    for name in ("packed_at", "heard_packed_at"):
        op.add_column("parcel", sa.Column(name, sa.DateTime(), nullable=True))
    op.execute("UPDATE parcel SET heard_packed_at = heard_handed_over_at WHERE heard_handed_over_at IS NOT NULL")
