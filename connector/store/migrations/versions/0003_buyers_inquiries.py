"""Buyers' inquiries about order lines in work, without their words."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Buyers' inquiries about order lines in work, without their words."""
    op.create_table(
        "inquiry",
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("inq_type", sa.Text(), nullable=False),
        sa.Column("question_no", sa.Text(), nullable=False),
        sa.Column("seq_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("speaks_of_cancelling", sa.Boolean(), nullable=False),
        sa.Column("learned_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "inq_type", "question_no", "seq_no", name=op.f("pk_inquiry")),
    )
    op.create_index(op.f("ix_inquiry_shop_order_no"), "inquiry", ["shop", "order_no"], unique=False)
    op.create_index(
        "ix_inquiry_open",
        "inquiry",
        ["shop"],
        unique=False,
        sqlite_where=sa.text("status <> ''"),
        postgresql_where=sa.text("status <> ''"),
    )
