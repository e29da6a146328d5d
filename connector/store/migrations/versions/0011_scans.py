"""Scans of the packing tables."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_WORDS = ("shop", "source", "station", "lane", "who", "order_ref", "order_no", "tracking_number", "fault")


def upgrade() -> None:
    """Scans of the packing tables."""
    op.create_table(
        "scan",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in _WORDS),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
