"""Where the closed months are kept: a folder, a bucket, or a MotherDuck database.

A month is kept under a name that says what is in it, and is never written over: readers find the
old one or the new one, whole. What no row of `ClosedMonth` names any more is refuse.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import duckdb
from django.conf import settings

from analytics.warehouse.columns import NAMES

PARQUET = "(FORMAT parquet, COMPRESSION zstd)"
MOTHERDUCK = "nexus_warehouse"


class WarehouseUnavailable(OSError):
    """The warehouse cannot be reached, or DuckDB lacks what reaching it takes."""


class Place(Protocol):
    def reach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the connection able to read and write here; raises WarehouseUnavailable."""

    def folders(self) -> list[str]:
        """Return what a connection that is locked down may still read."""

    def rows(self, names: Iterable[str]) -> str:
        """Return SQL that names all rows of these months; at least one is given."""

    def has(self, name: str) -> bool:
        """Say whether the month is there, as far as that can be told without asking."""

    def keep(self, connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
        """Keep the query's rows, in its order, under that name: whole or not at all."""

    def kept(self, connection: duckdb.DuckDBPyConnection) -> set[str]:
        """Return the names of everything kept here that holds rows."""

    def discard(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make the rows kept under that name unreadable for good."""


def quoted(text: str) -> str:
    """Return `text` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Folder:
    """One file a month on this machine."""

    path: Path

    def reach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing to do: a folder that is not there holds nothing yet."""

    def folders(self) -> list[str]:
        return [str(self.path)]

    def rows(self, names: Iterable[str]) -> str:
        files = ", ".join(quoted(str(self._file(name))) for name in names)
        return f"SELECT {NAMES} FROM read_parquet([{files}])"

    def has(self, name: str) -> bool:
        return self._file(name).is_file()

    def keep(self, connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
        file = self._file(name)
        part = file.with_suffix(f".{os.getpid()}.part")
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection.execute(f"COPY ({query}) TO {quoted(str(part))} {PARQUET}")
            _sync(part)
            part.replace(file)
            _sync(file.parent)
        finally:
            part.unlink(missing_ok=True)

    def kept(self, connection: duckdb.DuckDBPyConnection) -> set[str]:
        found = self.path.glob("sessions-*/*.parquet")
        return {str(file.relative_to(self.path).with_suffix("")) for file in found}

    def discard(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.parquet"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Bucket:
    """One object a month in a bucket that speaks S3; needs DuckDB's httpfs, already installed."""

    url: str
    key_id: str
    secret: str
    region: str
    endpoint: str

    def reach(self, connection: duckdb.DuckDBPyConnection) -> None:
        _load(connection, "httpfs")
        connection.execute(self.secret_sql())

    def secret_sql(self) -> str:
        """Return the statement that tells DuckDB the keys, for this bucket alone."""
        options = {"TYPE": "s3", "SCOPE": quoted(self.url), "KEY_ID": quoted(self.key_id)}
        options |= {"SECRET": quoted(self.secret), "REGION": quoted(self.region)}
        if self.endpoint:
            parts = urlsplit(self.endpoint)
            options |= {"ENDPOINT": quoted(parts.netloc), "URL_STYLE": "'path'"}
            options["USE_SSL"] = "true" if parts.scheme == "https" else "false"
        told = ", ".join(f"{name} {value}" for name, value in options.items())
        return f"CREATE SECRET warehouse ({told})"

    def folders(self) -> list[str]:
        return [self.url]

    def rows(self, names: Iterable[str]) -> str:
        files = ", ".join(quoted(self._object(name)) for name in names)
        return f"SELECT {NAMES} FROM read_parquet([{files}])"

    def has(self, name: str) -> bool:
        return True

    def keep(self, connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
        # An object appears when it was sent completely, and not before.
        connection.execute(self.keep_sql(name, query))

    def keep_sql(self, name: str, query: str) -> str:
        return f"COPY ({query}) TO {quoted(self._object(name))} {PARQUET}"

    def kept(self, connection: duckdb.DuckDBPyConnection) -> set[str]:
        return {row[0] for row in connection.execute(self.kept_sql()).fetchall()}

    def kept_sql(self) -> str:
        """Return the statement that lists objects with rows; those of none are discarded ones."""
        start = len(self.url) + 2
        return (
            f"SELECT DISTINCT replace(substr(file_name, {start}), '.parquet', '')"
            f" FROM parquet_file_metadata({quoted(self.url + '/sessions-*/*.parquet')})"
            " WHERE num_rows > 0"
        )

    def discard(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        connection.execute(self.discard_sql(name))

    def discard_sql(self, name: str) -> str:
        """Return the statement that empties an object: DuckDB writes over, it cannot delete."""
        return self.keep_sql(name, "SELECT 0 AS discarded LIMIT 0")

    def _object(self, name: str) -> str:
        return f"{self.url}/{name}.parquet"


@dataclass(frozen=True)
class MotherDuck:
    """One table a month in a MotherDuck database; needs that extension, already installed."""

    database: str
    token: str

    def reach(self, connection: duckdb.DuckDBPyConnection) -> None:
        _load(connection, "motherduck")
        for statement in self.attach_sql():
            connection.execute(statement)

    def attach_sql(self) -> tuple[str, str]:
        """Return the statements that sign in and name the database."""
        return (
            f"SET motherduck_token = {quoted(self.token)}",
            f"ATTACH {quoted(f'md:{self.database}')} AS {MOTHERDUCK}",
        )

    def folders(self) -> list[str]:
        return []

    def rows(self, names: Iterable[str]) -> str:
        return " UNION ALL ".join(f"SELECT {NAMES} FROM {self._table(name)}" for name in names)

    def has(self, name: str) -> bool:
        return True

    def keep(self, connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
        connection.execute(self.keep_sql(name, query))

    def keep_sql(self, name: str, query: str) -> str:
        return f"CREATE OR REPLACE TABLE {self._table(name)} AS {query}"

    def kept(self, connection: duckdb.DuckDBPyConnection) -> set[str]:
        return {row[0] for row in connection.execute(self.kept_sql()).fetchall()}

    def kept_sql(self) -> str:
        return (
            f"SELECT table_name FROM duckdb_tables() WHERE database_name = {quoted(MOTHERDUCK)}"
            " AND starts_with(table_name, 'sessions-')"
        )

    def discard(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        connection.execute(self.discard_sql(name))

    def discard_sql(self, name: str) -> str:
        return f"DROP TABLE IF EXISTS {self._table(name)}"

    def _table(self, name: str) -> str:
        return f'{MOTHERDUCK}.main."{name}"'


def _load(connection: duckdb.DuckDBPyConnection, extension: str) -> None:
    """Load what was installed with the studio; nothing is ever fetched while it runs."""
    try:
        connection.execute(f"LOAD {extension}")
    except duckdb.Error as error:
        message = (
            f"WAREHOUSE_URL needs DuckDB's extension “{extension}”, which is not installed here;"
            f" install it with: python -c \"import duckdb; duckdb.sql('INSTALL {extension}')\""
        )
        raise WarehouseUnavailable(message) from error


def place_of_studio() -> Place:
    """Return where WAREHOUSE_URL says; the settings have refused what is no place at all."""
    url = str(settings.WAREHOUSE_URL)
    if url.startswith("s3://"):
        return Bucket(
            url.rstrip("/"),
            settings.AWS_ACCESS_KEY_ID,
            settings.AWS_SECRET_ACCESS_KEY,
            settings.AWS_REGION,
            settings.AWS_ENDPOINT_URL,
        )
    if url.startswith("md:"):
        return MotherDuck(url.removeprefix("md:"), settings.MOTHERDUCK_TOKEN)
    return Folder(Path(url))
