"""DuckDB, kept within bounds: of memory, of cores, and of what it may reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from django.conf import settings
from django.db import connection as postgres
from psycopg import sql

from analytics.warehouse.columns import COLUMNS, TABLE, columns_for_postgres
from analytics.warehouse.places import Place, quoted

BOUNDS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    # What the wheel does not hold is not fetched, neither now nor by the way.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def engine(place: Place) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Yield DuckDB, able to reach the place, and a folder for what is only passing through."""
    bounds = BOUNDS | {"memory_limit": f"{settings.WAREHOUSE_MEMORY}MB"}
    with (
        TemporaryDirectory(prefix="nexus-warehouse-") as scratch,
        duckdb.connect(":memory:", config=bounds) as connection,
    ):
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET temp_directory = {quoted(scratch)}")
        place.reach(connection)
        yield connection, Path(scratch)


def lock_down(connection: duckdb.DuckDBPyConnection, folders: list[str]) -> None:
    """Let the connection read nothing but these folders any more, and change none of its bounds."""
    allowed = ", ".join(map(quoted, folders))
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def copy_from_postgres(
    connection: duckdb.DuckDBPyConnection, table: str, which: sql.Composable, scratch: Path
) -> None:
    """Add those sessions of the ledger to a table of DuckDB, by way of a file and not of memory."""
    query = sql.SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT (FORMAT csv)")
    file = scratch / f"{table}.csv"
    filled = query.format(columns_for_postgres(), TABLE, which)
    with file.open("wb") as lines, postgres.cursor() as cursor, cursor.copy(filled) as copy:
        for block in copy:
            lines.write(block)
    if file.stat().st_size:
        kinds = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in COLUMNS.items())
        connection.execute(
            f"INSERT INTO {table} SELECT * FROM read_csv({quoted(str(file))}, header = false,"
            f" delim = ',', quote = '\"', auto_detect = false, columns = {{{kinds}}})"
        )
    file.unlink()
