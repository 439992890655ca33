"""Postgres's own tools, and the database they are used on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connection

from nexus import embedded
from nexus.backups.manifest import BackupError


@dataclass(frozen=True, slots=True)
class Database:
    """Where a database is; the password travels in the environment, never in a command."""

    host: str
    port: str
    user: str
    password: str
    name: str

    @classmethod
    def of_studio(cls) -> Database:
        found = connection.settings_dict
        return cls(*(str(found[key] or "") for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")))

    def environment(self) -> dict[str, str]:
        values = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
            "PGCONNECT_TIMEOUT": "10",
            # What the tools say is read by us.
            "LC_ALL": "C",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {name: value for name, value in values.items() if value}

    def connect(self) -> psycopg.Connection:
        """Open a connection without the limits of a request; BackupError when nobody answers."""
        try:
            return psycopg.connect(
                host=self.host or None,
                port=self.port or None,
                user=self.user,
                password=self.password or None,
                dbname=self.name,
                autocommit=True,
                connect_timeout=10,
            )
        except psycopg.OperationalError as error:
            raise BackupError(f"The database cannot be reached: {first_line(error)}") from error


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of Postgres and its major version."""

    path: str
    major: int

    def run(self, database: Database, *words: str) -> None:
        """Run it to its end; it dies with us. BackupError with its own reason when it fails."""
        command = embedded.launch([self.path, *words], death_signal="SIGKILL", user=None)
        done = subprocess.run(  # noqa: S603
            command,
            env=database.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise BackupError(f"{Path(self.path).name} failed: {_reason(done.stderr)}")


def find_tool(name: str) -> Tool:
    """Return the program that came with the embedded Postgres, otherwise the one on the PATH."""
    path = None
    with suppress(embedded.ServerError):
        path = shutil.which(embedded.postgres_binary(name))
    path = path or shutil.which(name)
    if path is None:
        raise BackupError(
            f"{name} is not here. Install the client programs of Postgres"
            " (Debian and Ubuntu: postgresql-client), or run 'make .venv'."
        )
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"\) (\d+)", told.stdout)
    if found is None:
        raise BackupError(f"{path} does not say which version it is.")
    return Tool(path, int(found[1]))


def refuse_newer_server(tool: Tool, server: int) -> None:
    """Raise BackupError when the server's major version is one the tool cannot know."""
    if server > tool.major:
        raise BackupError(
            f"The server is Postgres {server}, but {tool.path} is of Postgres {tool.major} and"
            f" cannot copy it. Install the client programs of Postgres {server}."
        )


def first_line(error: BaseException) -> str:
    """Return what happened without what Postgres quotes of rows."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _reason(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    told = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return (told or lines or ["it gave no reason"])[0]
