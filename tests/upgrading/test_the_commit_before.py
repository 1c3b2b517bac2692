"""Expand before contract: what ran before an upgrade goes on working beside what runs after it."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from ordertrack.database import migrating
from ordertrack.database.config import ROOT, Settings
from support import command_line
from support.cast import PASSWORD
from support.database import connect
from support.http_client import Answer, Caller, EventStream
from support.server import Server, wait_for
from upgrading.commands_run import run

ORDER = {"restaurant": "hamra", "fulfilment": "delivery", "items": [{"name": "Kebab", "quantity": 2}]}
VERSIONS = "ordertrack/migrations/versions/"
# What `make` puts there, for both alike.
INSTALLED = ("node_modules", "static/vendor", "static/bundles")


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout


def revisions(commit: str) -> set[str]:
    return set(git("ls-tree", "--name-only", commit, VERSIONS).decode().split())


def commit_before() -> str:
    """The last commit that knew today's revisions but for the newest ones."""
    today = {f"{VERSIONS}{path.name}" for path in (ROOT / VERSIONS).glob("*.py")}
    try:
        commits = git("rev-list", "--first-parent", "HEAD").decode().split()
    except (OSError, subprocess.CalledProcessError):
        commits = []
    found = next((commit for commit in commits if revisions(commit) < today), None)
    if found is None:
        pytest.skip("Without the project's history the commit before cannot be run.")
    return found


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project as it was then."""
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=BytesIO(git("archive", commit_before()))) as archive:
        archive.extractall(folder, filter="data")
    for path in INSTALLED:
        if (ROOT / path).exists():
            (folder / path).symlink_to(ROOT / path)
    return folder


def as_of(folder: Path) -> dict[str, str]:
    """The environment in which Python runs the project that lies in this folder, wherever it is started."""
    return {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}


@pytest.fixture
def old(empty: Settings, before: Path, tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "old").mkdir()
    server = Server(empty, tmp_path / "old", workers=1, **as_of(before))
    server.start()
    try:
        with connect(empty.operator_url) as operator:
            revision = operator.execute("SELECT version_num FROM alembic_version").fetchone()
        assert revision != (migrating.newest(),)
        yield server
    finally:
        server.stop()


@pytest.fixture
def new(empty: Settings, old: Server, key: str, tmp_path: Path) -> Iterator[Server]:
    """Started on the database of the old one, which goes on."""
    (tmp_path / "new").mkdir()
    server = Server(empty, tmp_path / "new", workers=1)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def key(empty: Settings, old: Server, before: Path) -> str:
    """An API key of a house that the commit before has made."""
    nour = (
        "staff",
        "create",
        "nour@cedar.example",
        "--tenant",
        "cedar",
        "--role",
        "manager",
        "--name",
        "Nour",
    )
    for command in (
        ("tenant", "create", "Cedar", "--slug", "cedar"),
        ("restaurant", "create", "Hamra", "--tenant", "cedar", "--slug", "hamra", "--timezone", "UTC"),
        (*nour, "--password", PASSWORD),
        ("key", "create", "--tenant", "cedar", "--name", "Till", "--json"),
    ):
        done = command_line.run(empty, *command, **as_of(before))
        assert done.returncode == 0, done
    return str(json.loads(done.stdout)["key"])


def signed_in(server: Server) -> Caller:
    answer = Caller(server.port).call("/login", form={"email": "nour@cedar.example", "password": PASSWORD})
    assert answer.status == 302, answer.text
    return Caller(server.port, {"Cookie": str(answer.headers["Set-Cookie"]).split(";")[0]})


def till(server: Server, key: str) -> Caller:
    return Caller(server.port, {"Authorization": f"Bearer {key}"})


def ok(answer: Answer) -> Answer:
    assert answer.status in (200, 201), answer
    return answer


def test_both_place_move_and_change_each_others_orders_and_hear_of_it(
    empty: Settings, old: Server, key: str, new: Server
) -> None:
    servers = {"old": old, "new": new}
    boards = {name: signed_in(server) for name, server in servers.items()}
    tills = {name: till(server, key) for name, server in servers.items()}
    streams = {
        name: EventStream(server.port, "/r/hamra/dispatch/stream", boards[name].headers)
        for name, server in servers.items()
    }
    for one, other in (("old", "new"), ("new", "old")):
        order_id = ok(tills[one].call("/api/v1/orders", body=ORDER)).json["id"]
        taps = f"/orders/{order_id}"
        ok(tills[other].call(f"/api/v1/orders/{order_id}/transitions", body={"to": "confirmed"}))
        ok(boards[one].call(f"{taps}/actions", form={"act": "rush", "seen": "confirmed", "board": "kitchen"}))
        ok(boards[other].call(f"{taps}/transitions", form={"to": "preparing", "seen": "confirmed"}))
        ok(boards[one].call(f"{taps}/actions", form={"act": "strike", "line": "1", "seen": "preparing"}))
        ok(boards[other].call(f"{taps}/transitions", form={"to": "ready", "seen": "preparing"}))
        ok(boards[one].call(f"{taps}/actions", form={"act": "assign", "detail": "Sami", "seen": "ready"}))
        for stream in streams.values():
            wait_for(lambda: order_id in (stream.next() or ("",))[-1], "the order")  # noqa: B023
        for name in servers:
            for page in (
                "/r/hamra/kitchen",
                "/r/hamra/dispatch",
                "/orders",
                f"/orders/{order_id}",
                "/screens",
            ):
                ok(boards[name].call(page))
            found = ok(tills[name].call(f"/api/v1/orders/{order_id}")).json
            assert (found["status"], found["rider"]) == ("ready", "Sami")
    for stream in streams.values():
        stream.close()
    checked = run(empty, "db", "check")
    assert checked.returncode == 0 and "FAIL" not in checked.stdout, checked
    with connect(empty.operator_url) as operator:  # what the old one wrote too, which knows no such column
        entries = [
            row
            for table in ("order_status_events", "order_actions")
            for row in operator.execute(f"SELECT seq, occurred_at, recorded_at FROM {table}".encode())
        ]
    assert len(entries) == 14
    assert all(recorded == occurred for _, occurred, recorded in entries)
    assert [row[2] for row in sorted(entries)] == sorted(row[2] for row in entries)
    for name, server in servers.items():  # their keepers of the roll-up too
        assert "lost its database" not in server.log.read_text(), name
