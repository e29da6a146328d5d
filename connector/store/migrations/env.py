"""Runs the migrations on the store's own writing connection, in one transaction with the record that they ran."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from connector.store.tables import UtcTime, metadata


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """A migration stands alone: it names the database's type, not ours."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
