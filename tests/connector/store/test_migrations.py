"""The schema is the sum of its migrations; a migration happens whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, inspect, text

from connector.store import migrate
from connector.store.errors import StoreUnavailable
from connector.store.store import Store
from connector.store.tables import metadata


@contextmanager
def transaction(path: Path) -> Iterator[Connection]:
    """One transaction over schema changes too, as the store's own connection has it."""
    engine = create_engine(f"sqlite:///{path}")

    def plain(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    event.listen(engine, "connect", plain)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def test_the_schema_is_the_sum_of_its_migrations(tmp_path: Path) -> None:
    with transaction(tmp_path / "x.db") as connection:
        migrate.upgrade(connection)

        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        built = {index["name"] for table in metadata.tables for index in inspect(connection).get_indexes(table)}

    assert differences == []
    assert built >= {str(index.name) for table in metadata.tables.values() for index in table.indexes}


def test_partial_indexes_have_the_same_condition(tmp_path: Path) -> None:
    """The comparison above does not look at conditions."""
    with transaction(tmp_path / "migrated.db") as connection:
        migrate.upgrade(connection)
        migrated = partial_indexes(connection)
    with transaction(tmp_path / "created.db") as connection:
        metadata.create_all(connection)
        created = partial_indexes(connection)

    assert migrated == created
    assert len(created) >= 5


def partial_indexes(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"))
    return {row.name: row.sql for row in rows}


def test_every_migration_has_its_number_and_follows_the_one_before() -> None:
    with create_engine("sqlite://").connect() as connection:
        script = ScriptDirectory.from_config(migrate.configured(connection))

    revisions = [revision.revision for revision in script.walk_revisions()][::-1]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]


def test_running_them_again_changes_nothing(tmp_path: Path) -> None:
    with transaction(tmp_path / "x.db") as connection:
        migrate.upgrade(connection)
        before = connection.execute(text("SELECT sql FROM sqlite_master")).all()
        migrate.upgrade(connection)

        assert connection.execute(text("SELECT sql FROM sqlite_master")).all() == before


async def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "connector.db"
    await (await Store.open(f"sqlite:///{path}")).close()
    with transaction(path) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"newer version of this program \(schema 9999\)"):
            await Store.open(f"sqlite:///{path}")

    with transaction(path) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


async def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables, indexes and the record that it ran come together or not at all; the next start begins anew."""
    path = tmp_path / "connector.db"
    whole = command.upgrade

    def fail_at_the_end(*arguments: Any, **named: Any) -> None:
        whole(*arguments, **named)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", fail_at_the_end)
    with pytest.raises(RuntimeError, match="power cut"):
        await Store.open(f"sqlite:///{path}")
    with transaction(path) as connection:
        left = connection.execute(text("SELECT name FROM sqlite_master")).all()
    monkeypatch.undo()

    await (await Store.open(f"sqlite:///{path}")).close()

    assert left == []
