"""A pooler between server and database: where LISTEN gets lost in it, the server says so and is not ready.

With an address past the pooler it needs no session of it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults.load import Load
from ordertrack.background import turn
from ordertrack.database.config import Settings
from ordertrack.operating.backup import making, restoring
from support import processes
from support.cast import House
from support.command_line import run_here
from support.database import connect
from support.database_proxy import proxy_to
from support.http_client import Caller, sign_in
from support.programs.pgbouncer import PgBouncer
from support.server import Server, wait_for

# Of sessions that work for nobody.
_CALLED_AFTER_A_REQUEST = """
    SELECT application_name FROM pg_stat_activity WHERE datname = current_database()
       AND application_name LIKE 'ordertrack/%' AND state IN ('idle', 'idle in transaction')
"""


class Pooled(Server):
    """A server whose requests and listeners reach the database through a pooler."""

    def __init__(self, settings: Settings, folder: Path, pooler: PgBouncer) -> None:
        super().__init__(settings, folder, workers=1)
        self.pooled_address = pooler.url.render_as_string(hide_password=False)
        self._environment["ORDERTRACK_APP_DATABASE_URL"] = self.pooled_address

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


def test_in_transaction_mode_server_and_doctor_say_that_nothing_is_heard_and_it_is_not_ready(
    pooled: Callable[[str], Pooled], settings: Settings
) -> None:
    server = pooled("transaction")
    wait_for(lambda: "as through a pooler in transaction mode" in server.log.read_text(), "a sentence", 40)
    answer = Caller(server.port).call("/readyz")
    assert (answer.status, answer.json["listener"]) == (503, False)
    assert answer.json["database"] is True
    done = run_here(settings, "doctor", "--json", ORDERTRACK_APP_DATABASE_URL=server.pooled_address)
    found = {each["what"]: each for each in json.loads(done.stdout)}
    assert done.returncode == 2
    assert found["notifications"]["level"] == "broken"
    assert "ORDERTRACK_DIRECT_DATABASE_URL" in found["notifications"]["do"]
    assert found["pooler"]["level"] == "look at this"


@pytest.fixture
def past_it(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[tuple[Server, PgBouncer]]:
    """A server that knows a pooler with few connections, which all share, and the way past it.

    Backups are made into `backups` as often as the test says, if it does.
    """
    backups = f"{tmp_path / 'backups'} {request.param}" if hasattr(request, "param") else ""
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        network = proxy_to(settings)
        stack.callback(network.close)
        pooler = PgBouncer(settings.app_url, network.port, "transaction", folder, pool_size=3)
        stack.callback(pooler.stop)
        pooled = pooler.url.set(username=settings.operator_url.username)
        direct = settings.operator_url.set(drivername="postgresql")
        server = Server(
            settings,
            tmp_path,
            DATABASE_URL=pooled.render_as_string(hide_password=False),
            ORDERTRACK_DIRECT_DATABASE_URL=direct.render_as_string(hide_password=False),
            ORDERTRACK_BACKUP=backups,
        )
        server.start()
        stack.callback(server.stop)
        yield server, pooler


def test_in_transaction_mode_with_an_address_past_it_all_is_as_without_a_pooler(
    past_it: tuple[Server, PgBouncer], settings: Settings, cedar: House
) -> None:
    server, pooler = past_it
    with Load(server.port, cedar, settings) as load:
        load.goes_on(60)
    assert Caller(server.port).call("/readyz").json["listener"] is True
    board = sign_in(server.port, cedar.maya).call("/r/hamra/kitchen")
    assert board.status == 200
    said = server.log.read_text()
    assert "Traceback" not in said
    assert "prepared statement" not in said, "what one connection prepared was another's"
    with connect(settings.operator_url, autocommit=True) as operator:
        left = operator.execute(_CALLED_AFTER_A_REQUEST).fetchall()
    assert left == [], "what one request set holds for the next"
    with connect(pooler.url, prepare_threshold=None) as pooled:
        for name, value in (("statement_timeout", "15s"), ("lock_timeout", "10s"), ("timezone", "UTC")):
            assert pooled.execute(f"SHOW {name}").fetchone() == (value,)


def test_the_turn_of_a_host_is_kept_and_given_up_even_where_only_a_pooler_is_known(
    past_it: tuple[Server, PgBouncer], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, pooler = past_it
    monkeypatch.setattr(turn, "LOCK", 1)
    first, second = (turn.Turn(lambda: pooler.url) for _ in range(2))
    for _ in range(5):
        assert (first.ask(), second.ask()) == (True, False)
    first.give_up()  # the pooler keeps the connection that had it
    wait_for(second.ask, "the other to have it")
    second.give_up()


def holds_an_address(pid: int | None) -> bool:
    """Whether a file without a name that this process has open says one of a database."""
    assert pid is not None
    nameless = [each for each in Path(f"/proc/{pid}/fd").iterdir() if "(deleted)" in os.readlink(each)]
    return any(b"postgresql" in each.read_bytes() for each in nameless)


@pytest.mark.parametrize("past_it", ["every 6 keep 2"], indirect=True)
def test_workers_know_the_owner_by_neither_way_and_yet_backups_are_made_and_logs_can_be_written(
    past_it: tuple[Server, PgBouncer], tmp_path: Path
) -> None:
    server, _ = past_it
    (made,) = wait_for(lambda: making.in_folder(tmp_path / "backups"), "a backup by the clock")
    assert restoring.check(made.path).heads
    size = made.path.stat().st_size
    wait_for(lambda: processes.metric(server, "ordertrack_backup_bytes") == size, "its size")
    not_told = [*processes.workers(server), processes.beside(server, "background")]
    assert len(not_told) >= 3 and not any(map(holds_an_address, not_told))
    assert holds_an_address(processes.beside(server, "backups"))
    assert holds_an_address(processes.beside(server, "follow")), "an uploaded log is written by the owner"
    said = [
        each
        for pid in processes.children_of(server)
        for each in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        if b"DATABASE_URL=" in each and b"://" in each
    ]
    assert said, "who runs beside the workers is told where the database is"
    assert all(b"_app:" in each for each in said)


def test_in_session_mode_it_is_ready(pooled: Callable[[str], Pooled]) -> None:
    server = pooled("session")
    wait_for(lambda: Caller(server.port).call("/readyz").status == 200, "the server to be ready")
