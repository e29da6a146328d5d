"""The one statement that databases spell differently."""

from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def insert(table: Table) -> Insert:
    """``INSERT`` that can say what happens on a conflict."""
    return sqlite_insert(table)
