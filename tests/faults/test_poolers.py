"""A pooler between server and database: where LISTEN gets lost in it, the server says so and is not ready."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ordertrack.database.config import Settings
from support.database_proxy import proxy_to
from support.http_client import Caller
from support.pgbouncer import PgBouncer
from support.server import Server, wait_for


class Pooled(Server):
    """A server whose requests and listeners reach the database through a pooler."""

    def __init__(self, settings: Settings, folder: Path, pooler: PgBouncer) -> None:
        super().__init__(settings, folder, workers=1)
        self._environment["ORDERTRACK_APP_DATABASE_URL"] = pooler.url.render_as_string(hide_password=False)

    def _is_ready(self) -> bool:
        """It answers, whatever it says of itself."""
        return "is open at" in self.log.read_text()


@pytest.fixture
def pooled(settings: Settings, tmp_path: Path) -> Iterator[Callable[[str], Pooled]]:
    # Not below pytest's own folders, which no other user may enter: PgBouncer does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)

        def start(mode: str) -> Pooled:
            network = proxy_to(
                settings
            )  # whoever PgBouncer runs as may not enter the folder of a Unix socket
            stack.callback(network.close)
            pooler = PgBouncer(settings.app_url, network.port, mode, folder)
            stack.callback(pooler.stop)
            server = Pooled(settings, tmp_path, pooler)
            server.start()
            stack.callback(server.stop)
            return server

        yield start


def test_in_transaction_mode_the_server_says_that_it_hears_nothing_and_is_not_ready(
    pooled: Callable[[str], Pooled],
) -> None:
    server = pooled("transaction")
    wait_for(lambda: "as through a pooler in transaction mode" in server.log.read_text(), "a sentence", 40)
    answer = Caller(server.port).call("/readyz")
    assert (answer.status, answer.json["listener"]) == (503, False)
    assert answer.json["database"] is True


def test_in_session_mode_it_is_ready(pooled: Callable[[str], Pooled]) -> None:
    server = pooled("session")
    wait_for(lambda: Caller(server.port).call("/readyz").status == 200, "the server to be ready")
