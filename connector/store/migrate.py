"""Brings a database to the schema that this version of the program knows."""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from connector.store import migrations
from connector.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from alembic.config import Config


def upgrade(connection: Connection) -> None:
    """Runs what has not run yet.

    Raises:
        StoreUnavailable: the database was written by a newer version of the program.
    """
    current = _revision(connection)
    if current != _newest():
        _run(connection, current)


def _newest() -> str:
    """The last step of the schema's history, read off the names of its files."""
    names = (file.name for file in (files(migrations) / "versions").iterdir())
    return max(name.partition("_")[0] for name in names if name[0].isdigit())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Connection, current: str | None) -> None:
    # Loaded only when there is something to do: it takes half a second, and a start after a crash must be quick.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configured(connection)
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreUnavailable(
            f"the store was written by a newer version of this program (schema {current}): install that version"
        )
    command.upgrade(config, "head")


def configured(connection: Connection) -> "Config":
    """Alembic's view of the migrations, on this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "connector.store:migrations")
    config.attributes["connection"] = connection
    return config
