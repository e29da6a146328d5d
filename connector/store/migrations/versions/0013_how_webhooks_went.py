"""What came of the last try at each target of outgoing webhooks, and which messages were given up."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """What came of the last try at each target of outgoing webhooks, and which messages were given up."""
    op.add_column("hook_target", sa.Column("trouble", sa.Text(), server_default="", nullable=False))
    op.add_column("hook_target", sa.Column("status", sa.Integer(), nullable=True))
    given_up = sa.text("state = 'failed' AND line <> ''")
    op.create_index(
        "ix_hook_delivery_given_up",
        "hook_delivery",
        ["target", "seq"],
        unique=False,
        sqlite_where=given_up,
        postgresql_where=given_up,
    )
