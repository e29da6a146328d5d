"""What all tables are made of: the times, the ids, the columns that many of them have."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Index, Integer, MetaData, Text, TypeDecorator, text


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC without a zone: the same on every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware times only: a naive one is a programming error."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the store")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Back to an aware time."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text_column(name: str) -> Column[str]:
    """Words, empty where there are none."""
    return Column(name, Text, nullable=False, server_default="")


def time_column(name: str) -> Column[datetime]:
    """A time, or none."""
    return Column(name, UtcTime)


def count_column(name: str) -> Column[int]:
    """A number that begins at 0."""
    return Column(name, Integer, nullable=False, server_default="0")


def id_column() -> Column[int]:
    """The key of a table whose rows are numbered."""
    return Column("id", Id, primary_key=True, autoincrement=True)


def index_where(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index over the few rows that are still in work, however many there are in all."""
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
