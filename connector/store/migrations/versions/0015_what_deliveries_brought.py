"""What a delivery brought is found by its id."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """What a delivery brought is found by its id."""
    op.create_index(op.f("ix_label_event_delivery_id_id"), "label_event", ["delivery_id", "id"], unique=False)
