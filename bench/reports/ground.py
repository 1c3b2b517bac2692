"""Where reports are measured: one PostgreSQL in a folder of its own, and houses that are asked for pages."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql
from werkzeug.datastructures import MultiDict

from house import plain_url
from ordertrack import create_app
from ordertrack.database import embedded
from ordertrack.database.config import Settings
from ordertrack.database.session import db, enter_tenant
from ordertrack.restaurants import cache
from ordertrack.rules.stages import HEADLINE
from ordertrack.sla.report import build, query_string
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.selection import Selection
from ordertrack.tenants import accounts
from ordertrack.web import templating
from reports import big_house, log_report
from table import Row


@dataclass
class Site:
    """One house: its database and its application, signed in."""

    settings: Settings
    events: int

    def __post_init__(self) -> None:
        self._app = create_app(self.settings)
        templating.compile_ahead(self._app)  # as the program does before it forks its workers
        self._client = self._app.test_client()
        form = {"email": big_house.EMAIL, "password": big_house.PASSWORD}
        assert self._client.post("/login", data=form).status_code == 302
        with self._app.app_context():
            self._tenant = accounts.find_tenant(big_house.SLUG).id

    def page(self, days: int, chosen: int = 0) -> float:
        """Milliseconds of the whole page, of so many chosen restaurants or (0) of all."""
        restaurants = [("restaurant", big_house.slug_of(number)) for number in range(chosen)]
        began = time.perf_counter()
        answer = self._client.get("/sla", query_string=urlencode([("range", days), *restaurants]))
        took = time.perf_counter() - began
        assert answer.status_code == 200 and answer.data
        return took * 1000

    def report(self, days: int) -> float:
        """Milliseconds of the report alone."""
        with self._app.app_context():
            enter_tenant(self._tenant)
            selection = self._selection(days)
            began = time.perf_counter()
            build.make(selection)
            took = time.perf_counter() - began
            db.session.rollback()
        return took * 1000

    def log(self, days: int) -> tuple[float, log_report.Exact]:
        """Milliseconds of the same straight from the log, and what it says of the kitchen."""
        first = self.made(days).selection.first
        with psycopg.connect(plain_url(self.settings.operator_url)) as connection:
            connection.execute("SET work_mem = '256MB'")
            began = time.perf_counter()
            exact = log_report.make(connection, self._tenant, first, days, HEADLINE)
            return (time.perf_counter() - began) * 1000, exact

    def made(self, days: int) -> Report:
        """The report with everything in that it would leave out, as the log has it."""
        with self._app.app_context():
            enter_tenant(self._tenant)
            try:
                return build.make(self._selection(days).but(with_left_out=True))
            finally:
                db.session.rollback()

    def close(self) -> None:
        with self._app.app_context():
            db.engine.dispose()

    def _selection(self, days: int) -> Selection:
        places = cache.of_tenant(self._tenant)
        return query_string.read(
            MultiDict({"range": str(days)}), self._tenant, places, dt.datetime.now(dt.UTC)
        )


class Ground:
    """A folder with a PostgreSQL, which is kept if it was given."""

    def __init__(self, kept: Path | None) -> None:
        self.folder = kept or Path(tempfile.mkdtemp(prefix="ordertrack-reports-"))
        self._is_kept = kept is not None
        self._lock = (self.folder / "bench.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"Another run measures in {self.folder}: wait for it, or take another folder.")
        self._began = time.monotonic()
        self.rows: list[Row] = []
        environ = {"ORDERTRACK_DATA": str(self.folder.resolve()), "PORT": "0"}
        self._settings = Settings.from_environment(environ)

    def __enter__(self) -> Ground:
        with self.sql() as connection:
            connection.execute("ALTER SYSTEM SET max_wal_size = '16GB'")
            connection.execute("SELECT pg_reload_conf()")
        return self

    def __exit__(self, *_: object) -> None:
        embedded.stop(self.folder.resolve())
        if not self._is_kept:
            shutil.rmtree(self.folder)

    def say(self, sentence: str) -> None:
        print(f"{time.monotonic() - self._began:6.0f} s  {sentence}", flush=True)

    def sql(self) -> psycopg.Connection[Any]:
        return psycopg.connect(plain_url(self._settings.operator_url), autocommit=True)

    @contextmanager
    def site(self, events: int, restaurants: int = big_house.RESTAURANTS) -> Iterator[Site]:
        """A house of so many events, made if it is not there, its roll-up made anew."""
        name = f"reports_{events}_{restaurants}"
        environ = self._environment(name)
        house = Settings.from_environment(environ)
        loaded = self.folder / name / "loaded"
        if not self._has(name) or not big_house.count(house):
            self._make(name)
            loaded.write_text(str(big_house.fill(house, events, restaurants, self.say)))
        what = f"{big_house.count(house):,} events loaded, as the operator and past the triggers"
        self.rows.append(Row(what, [float(loaded.read_text())], "s"))
        self._roll_up(house, environ)
        site = Site(house, big_house.count(house))
        try:
            yield site
        finally:
            site.close()

    def _roll_up(self, house: Settings, environ: dict[str, str]) -> None:
        began = time.monotonic()
        _command(environ, "sla", "rebuild")
        took, events = time.monotonic() - began, big_house.count(house)
        pace = f"{events / took:,.0f} events a second"
        self.rows.append(Row(f"`ordertrack sla rebuild`, {events:,} events", [took], "s", pace))
        self.say(f"the roll-up of {events:,} events made in {took:.1f} s")
        _command(environ, "db", "check")
        self.say("log, orders, guards and roll-up are consistent (ordertrack db check)")

    def _has(self, name: str) -> bool:
        with self.sql() as connection:
            return bool(connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall())

    def _make(self, name: str) -> None:
        with self.sql() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _environment(self, name: str) -> dict[str, str]:
        return {
            "ORDERTRACK_DATA": str(self.folder.resolve() / name),
            "DATABASE_URL": plain_url(self._settings.operator_url.set(database=name)),
            "PORT": "0",
        }


def _command(environ: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "ordertrack.commands", *words]
    subprocess.run(command, env={**os.environ, **environ}, check=True, stdout=subprocess.DEVNULL)
