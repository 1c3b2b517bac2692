"""Where a run takes place: one temporary folder, one embedded PostgreSQL, a database for each measurement."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

from house import House, plain_url
from ordertrack.database import embedded
from ordertrack.database.config import Settings
from processes import OTHER_CORE


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    rounds: int = 3
    watchers: int = 1000
    crowd: int = 10_000
    returning: int = 5_000
    orders: int = 200  # moved through the kitchen in a round: three events each
    tap_seconds: int = 10  # in each round
    tapped: int = 700  # orders moved through the web layer in a round
    idle_seconds: int = 60
    evening_seconds: int = 240  # twice as long as a worker keeps anything


FULL = Scale()
QUICK = Scale(
    rounds=1,
    watchers=200,
    crowd=1000,
    returning=500,
    orders=100,
    tap_seconds=4,
    tapped=150,
    idle_seconds=25,
    evening_seconds=20,
)


class Stage:
    """PostgreSQL and everything else that is started here begins on the core that is not the servers'."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.folder = Path(tempfile.mkdtemp(prefix="ordertrack-bench-"))
        self._began = time.monotonic()
        os.sched_setaffinity(0, {OTHER_CORE})
        self._settings = Settings.from_environment({"ORDERTRACK_DATA": str(self.folder), "PORT": "0"})

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        embedded.stop(self.folder)
        shutil.rmtree(self.folder / "postgres")
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            print(f"The logs of what was started are in {self.folder}.")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def say(self, sentence: str) -> None:
        print(f"{self.seconds:6.0f} s  {sentence}", flush=True)

    @contextmanager
    def house(self, name: str) -> Iterator[House]:
        """A house in a database of its own, which is dropped in the end."""
        with self.database(name) as settings:
            house = House(settings)
            try:
                yield house
            finally:
                house.close()

    @contextmanager
    def database(self, name: str) -> Iterator[Settings]:
        """An empty database, which is dropped in the end; what a server of it runs with."""
        with self.sql() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        folder = self.folder / name
        environ = {
            "ORDERTRACK_DATA": str(folder),
            "DATABASE_URL": plain_url(self._settings.operator_url.set(database=name)),
            "PORT": "0",
        }
        try:
            yield Settings.from_environment(environ)
        finally:
            with self.sql() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def transactions(self, settings: Settings) -> int:
        """What pg_stat_database has counted in this database, asked from another one."""
        query = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s"
        with self.sql() as connection:
            row = connection.execute(query, [settings.operator_url.database]).fetchone()
        assert row is not None
        return int(row[0])

    @property
    def postmaster(self) -> int:
        """The process that all of PostgreSQL's are children of."""
        return int((self.folder / "postgres" / "postmaster.pid").read_text().split("\n")[0])

    def sql(self) -> psycopg.Connection:
        """The superuser's connection, in a database that no server works in."""
        return psycopg.connect(plain_url(self._settings.operator_url), autocommit=True)
