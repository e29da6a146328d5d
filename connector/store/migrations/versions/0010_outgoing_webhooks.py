"""Outgoing webhooks: the targets, and the messages to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_INDEXES = (
    ("ix_hook_delivery_due", ["target", "due_at"]),
    ("ix_hook_delivery_line", ["target", "line", "seq"]),
)


def upgrade() -> None:
    """Outgoing webhooks: the targets, and the messages to them."""
    op.create_table(
        "hook_target",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("history_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("log_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("off_at", sa.DateTime(), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hook_target")),
    )
    op.create_table(
        "hook_delivery",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("event", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_hook_delivery")),
        sa.UniqueConstraint("id", name=op.f("uq_hook_delivery_id")),
        sa.UniqueConstraint("target", "key", name=op.f("uq_hook_delivery_target_key")),
    )
    op.create_index(op.f("ix_hook_delivery_target_seq"), "hook_delivery", ["target", "seq"], unique=False)
    op.create_index(op.f("ix_hook_delivery_made_at"), "hook_delivery", ["made_at"], unique=False)
    due = sa.text("state = 'due'")
    for name, columns in _INDEXES:
        op.create_index(name, "hook_delivery", columns, unique=False, sqlite_where=due, postgresql_where=due)
