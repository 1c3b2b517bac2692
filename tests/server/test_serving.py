"""The real server around the application: what it serves, what it refuses to be, how it ends."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ordertrack.database.config import Settings
from support.cast import PASSWORD, House
from support.server import Server, environment_of, wait_for

STREAMS = 200
Finished = subprocess.CompletedProcess[str]


@pytest.fixture
def own_server(settings: Settings, tmp_path: Path) -> Iterator[Server]:
    """A server that a test may end."""
    running = Server(settings, tmp_path, ORDERTRACK_LIMITS=f"streams_per_session={STREAMS}")
    running.start()
    yield running
    running.stop()


def session_cookie(server: Server, email: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    form = f"email={email.replace('@', '%40')}&password={PASSWORD}"
    connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert answer.status == 302
    cookie = answer.getheader("Set-Cookie")
    assert cookie is not None
    connection.close()
    return cookie.split(";")[0]


def open_stream(server: Server, path: str, cookie: str) -> socket.socket:
    """A stream that has said its first heartbeat."""
    stream = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n\r\n"
    stream.sendall(request.encode())
    said = b""
    while b"event: hb" not in said:
        piece = stream.recv(65536)
        assert piece, said
        said += piece
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Type: text/event-stream" in said
    assert b"\r\nCache-Control: no-store\r\n" in said
    assert b"Content-Encoding" not in said
    return stream


def test_open_streams_end_within_two_seconds_of_a_sigterm(own_server: Server, cedar: House) -> None:
    cookie = session_cookie(own_server, cedar.maya.email)
    streams = [open_stream(own_server, "/r/hamra/kitchen/stream", cookie) for _ in range(STREAMS)]
    own_server.terminate()
    began = time.monotonic()
    for stream in streams:
        stream.settimeout(10)
        while stream.recv(65536):
            pass
        stream.close()
    assert time.monotonic() - began < 2
    own_server.wait()


def test_a_watcher_that_leaves_is_forgotten(server: Server, cedar: House) -> None:
    def watching() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return sum(
            int(float(line.split()[-1]))
            for line in text.splitlines()
            if line.startswith("ordertrack_subscriptions ")
        )

    cookie = session_cookie(server, cedar.maya.email)
    before = wait_for(lambda: (watching(),), "the metrics")[0]
    streams = [open_stream(server, "/r/hamra/dispatch/stream", cookie) for _ in range(5)]
    wait_for(lambda: watching() >= 5, "five more streams")
    for stream in streams:
        stream.close()
    wait_for(lambda: watching() <= before, "them to be forgotten")


def test_health_readiness_and_metrics_answer(server: Server) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", path)
        assert connection.getresponse().status == 200
        connection.close()


def test_static_files_are_hashed_compressed_and_kept_for_ever(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/login")
    page = connection.getresponse().read().decode()
    address = next(part for part in page.split('"') if part.endswith(".css"))
    connection.request("GET", address, headers={"Accept-Encoding": "br"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.getheader("Content-Encoding") == "br"
    assert "immutable" in (answer.getheader("Cache-Control") or "")


def test_a_server_whose_workers_cannot_begin_never_says_that_it_is_open(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "static").touch()  # a file where each worker wants the folder of what it has built
    ended = run(settings, tmp_path, "serve")
    assert ended.returncode != 0
    assert "FileExistsError" in ended.stderr or "NotADirectoryError" in ended.stderr
    assert "is open at" not in ended.stdout


def test_a_command_beside_the_server_ends_if_the_server_was_gone_before_it_began(
    settings: Settings, tmp_path: Path
) -> None:
    """By the time that it can look who its parent is, that is somebody else."""
    starts_and_goes = (
        "import os\n"
        "from ordertrack.server import lifecycle\n"
        "print(lifecycle._command('sla', 'keep').pid, flush=True)\n"
        "os._exit(0)\n"
    )
    gone = subprocess.run(
        [sys.executable, "-c", starts_and_goes],
        env=environment_of(settings, tmp_path),
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    orphan = int(gone.stdout)
    try:
        wait_for(lambda: b"keep" not in command_line(orphan), "it to end")
    except AssertionError:
        os.kill(orphan, signal.SIGKILL)
        raise


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def run(settings: Settings, folder: Path, *arguments: str, **environment: str) -> Finished:
    """Run an `ordertrack` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "ordertrack.commands", *arguments],
        env=environment_of(settings, folder, ORDERTRACK_DEMO="0", PORT="0") | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_server_on_a_data_folder_refuses_and_leaves_the_first_alone(
    settings: Settings, own_server: Server, tmp_path: Path
) -> None:
    refused = run(settings, tmp_path, "serve")
    assert refused.returncode == 1
    assert "Another server is using" in refused.stderr
    connection = http.client.HTTPConnection("127.0.0.1", own_server.port)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS"])
def test_it_refuses_to_start_under_a_role_that_can_see_past_tenants(
    settings: Settings, tmp_path: Path, power: str
) -> None:
    url = settings.operator_url.set(drivername="postgresql")
    role = f"careless_{power.lower()}"
    name = sql.Identifier(role)
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'careless' {}").format(name, sql.SQL(power))
        )
        try:
            careless = url.set(username=role, password="careless").render_as_string(hide_password=False)
            refused = run(settings, tmp_path, "serve", ORDERTRACK_APP_DATABASE_URL=careless)
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))
    assert refused.returncode == 1
    assert "tenants could see each other" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "PORT must be a whole number"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be a whole number from 1"),
        ("DATABASE_URL", "mysql://x/y", "must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "The database cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_a_sentence(
    settings: Settings, tmp_path: Path, name: str, value: str, words: str
) -> None:
    refused = run(settings, tmp_path, "serve", **{name: value})
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("restaurant create X --tenant nobody --slug x --timezone UTC", "no tenant 'nobody'"),
        ("tenant create X --slug NotASlug", "cannot stand in an address"),
        ("key create --tenant nobody --name Till", "no tenant 'nobody'"),
    ],
)
def test_the_command_line_says_what_is_wrong_in_a_sentence(
    settings: Settings, tmp_path: Path, command: str, words: str
) -> None:
    refused = run(settings, tmp_path, *command.split())
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_house_is_made_by_commands_and_its_key_works(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    slug = f"bistro-{secrets.token_hex(4)}"
    made = [
        run(settings, tmp_path, *arguments, "--json")
        for arguments in (
            ["tenant", "create", "Bistro", "--slug", slug],
            [
                "restaurant",
                "create",
                "Hamra",
                "--tenant",
                slug,
                "--slug",
                "hamra",
                "--timezone",
                "Asia/Beirut",
            ],
            ["key", "create", "--tenant", slug, "--name", "Till"],
        )
    ]
    assert [finished.returncode for finished in made] == [0, 0, 0], made
    key = json.loads(made[-1].stdout)["key"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/orders", json.dumps(order), headers)
    assert connection.getresponse().status == 201
    connection.close()


def test_a_command_with_another_secret_leaves_the_running_servers_role_alone(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    made = run(
        settings,
        tmp_path,
        "tenant",
        "create",
        "Other",
        "--slug",
        f"other-{secrets.token_hex(4)}",
        SECRET_KEY="x",
    )
    assert made.returncode == 0, made.stderr
    with psycopg.connect(
        settings.app_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        assert connection.execute("SELECT true").fetchone() == (True,)


def test_a_head_request_signs_nobody_in(server: Server, cedar: House) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    form = f"email={cedar.maya.email.replace('@', '%40')}&password={PASSWORD}"
    connection.request("HEAD", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Set-Cookie")) == (200, None)
    connection.close()


def test_a_body_that_is_not_what_it_announces_is_400_in_words(server: Server, cedar: House) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(
            b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer " + cedar.key.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        )
        said = connection.recv(65536)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"The body did not come" in said or b"Content-Type: application/problem+json" in said
