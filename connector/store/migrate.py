"""Brings a database to the schema that this version of the program knows."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from connector.store.errors import StoreUnavailable


def _configured(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "connector.store:migrations")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Runs what has not run yet.

    Raises:
        StoreUnavailable: the database was written by a newer version of the program.
    """
    config = _configured(connection)
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        raise StoreUnavailable(
            f"the store was written by a newer version of this program (schema {current}): install that version"
        )
    command.upgrade(config, "head")
