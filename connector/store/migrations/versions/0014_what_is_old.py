"""What is old is found without looking at what is not."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """What is old is found without looking at what is not."""
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_scan_received_at"), "scan", ["received_at"], unique=False)
    over = sa.text("done_at IS NOT NULL")
    op.create_index("ix_alert_done", "alert", ["done_at"], sqlite_where=over, postgresql_where=over)
