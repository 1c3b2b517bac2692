"""A server of one checkout, made and filled by that checkout's own commands: whoever attacks it only asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from doors import asking
from house import plain_url
from ordertrack.database.config import Settings
from processes import CORES, Program, command_of, descendants, free_port, pin, wait_for
from stage import Stage

PASSWORD = "quince-barley-lantern-42"
CREW = {"maya": "manager", "nour": "kitchen", "karim": "dispatch"}
FEW = 600  # descriptors: 150 of them are for connections, so that a few hundred strangers are more
START = 120.0  # seconds, on a busy machine
_KEY = re.compile(r"\bot_\S+")
# Orders and their first events at once, past the triggers that let a log go on one by one.
_FILL = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + %(n)s
         WHERE tenant_id = (SELECT id FROM tenants WHERE slug = %(slug)s)
        RETURNING tenant_id, seq - %(n)s AS before
    ), made AS MATERIALIZED (
        SELECT tenant_id, before + n AS seq, gen_random_uuid() AS id, restaurants.id AS restaurant_id,
            clock_timestamp() AS at, (clock_timestamp() AT TIME ZONE timezone)::date AS day
          FROM stream JOIN restaurants USING (tenant_id), generate_series(1, %(n)s) AS n
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at, customer)
        SELECT tenant_id, id, restaurant_id, day, seq + 1000, 'pending', 1, at, 'pickup', at,
            '{"name": "Eve"}'
          FROM made
    ), lines AS (
        INSERT INTO order_items (tenant_id, order_id, position, name, quantity, modifiers)
        SELECT tenant_id, id, 1, 'Tea', 1, '[]' FROM made
    ), events AS (
        INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status,
            changed_by, actor, occurred_at)
        SELECT tenant_id, seq, id, restaurant_id, 1, 'pending', 'Till', 'key:bench', at FROM made
    )
    SELECT count(*) FROM made
"""


@dataclass(frozen=True)
class House:
    """A tenant, its one restaurant and the key of its till."""

    slug: str
    restaurant: str
    key: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def order(self) -> dict[str, object]:
        items = [{"name": "Kebab", "quantity": 1}]
        return {"restaurant": self.restaurant, "fulfilment": "pickup", "items": items}

    def email(self, name: str) -> str:
        return f"{name}@{self.slug}.example"


class Side:
    """One checkout and its database; `cedar` is whom others attack, `eve` has a house and a key too."""

    def __init__(self, name: str, root: Path, stage: Stage, settings: Settings) -> None:
        self.name, self._root, self._stage, self._settings = name, root, stage, settings
        self.port = free_port()
        self.log = stage.folder / f"{name}.log"
        self.cedar = self.eve = House("", "", "")

    @contextmanager
    def serving(self, descriptors: int | None = None, proxies: int = 0) -> Iterator[None]:
        """One worker, on the servers' core. Behind a proxy it believes the address that it is told."""
        command = [sys.executable, "-m", "ordertrack.commands", "serve"]
        if descriptors is not None:
            command = ["/bin/sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh", *command]
        program = Program(command, self.log, env=self._environment(proxies), cwd=self._root)
        try:
            wait_for(lambda: self._is_ready(program), f"the server {self.name}", START)
            for pid in descendants(program.pid):
                if b"gunicorn" in command_of(pid):
                    pin(pid, CORES[0])
            if not self.cedar.key:
                self.cedar, self.eve = self._found("cedar", "hamra"), self._found("eve", "cellar")
                for person, role in CREW.items():
                    said = ("--tenant", "cedar", "--role", role, "--name", person.title())
                    self._run("staff", "create", self.cedar.email(person), *said, "--password", PASSWORD)
            yield
        finally:
            program.stop()

    def fill(self, entries: int) -> None:
        """So many entries in the log of eve's, without a word to anybody."""
        with self.sql() as connection, connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(_FILL, {"slug": self.eve.slug, "n": entries})
        with self.sql() as connection:
            connection.execute("ANALYZE")

    def epoch(self) -> int:
        """Which positions of eve's log begin with."""
        answer = asking.ask(self.port, "/api/v1/events", self.eve.bearer)
        return int(json.loads(answer.text)["next"].partition("-")[0])

    def sql(self) -> psycopg.Connection:
        """The superuser's connection."""
        return psycopg.connect(plain_url(self._settings.operator_url), autocommit=True)

    def confined(self) -> psycopg.Connection:
        """A connection as the role that requests run under."""
        return psycopg.connect(plain_url(self._settings.app_url))

    def _found(self, slug: str, restaurant: str) -> House:
        self._run("tenant", "create", slug.title(), "--slug", slug)
        place = ("--tenant", slug, "--slug", restaurant, "--timezone", "UTC")
        self._run("restaurant", "create", restaurant.title(), *place)
        found = _KEY.search(self._run("key", "create", "--tenant", slug, "--name", "Till"))
        assert found is not None
        return House(slug, restaurant, found[0])

    def _run(self, *command: str) -> str:
        arguments = [sys.executable, "-m", "ordertrack.commands", *command]
        done = subprocess.run(
            arguments, env=self._environment(0), cwd=self._root, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{self.name}: {' '.join(command[:2])}: {done.stderr}")
        return done.stdout

    def _environment(self, proxies: int) -> dict[str, str]:
        folder = self._stage.folder / f"data-{self.name}"
        folder.mkdir(exist_ok=True)
        return {
            **os.environ,
            "PYTHONPATH": str(self._root),
            "DATABASE_URL": plain_url(self._settings.operator_url),
            "SECRET_KEY": self._settings.secret_key,
            "ORDERTRACK_DATA": str(folder),
            "ORDERTRACK_DEMO": "0",
            "ORDERTRACK_PROXIES": str(proxies),
            "WEB_CONCURRENCY": "1",
            "PORT": str(self.port),
        }

    def _is_ready(self, program: Program) -> bool:
        program.check()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
