"""The real server around the application: what it serves, and how it ends."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordertrack.database.config import Settings
from support.cast import PASSWORD, House
from support.command_line import run
from support.processes import metric, workers
from support.server import Server, wait_for

STREAMS = 200


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


def processor_time(pid: int) -> int:
    """What a process has taken so far, in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_worker_begins_with_what_its_master_has_loaded(own_server: Server) -> None:
    """A worker that loads the application itself takes as long for it as its master."""
    assert own_server._process is not None
    loading = processor_time(own_server._process.pid)
    killed, other = workers(own_server)
    os.kill(killed, signal.SIGKILL)

    def begun() -> list[int]:
        return [pid for pid in workers(own_server) if pid not in (killed, other)]

    (new,) = wait_for(begun, "another worker")
    connects = "ordertrack_listener_connects_total"
    wait_for(lambda: metric(own_server, connects) >= 3, "it to listen")
    assert processor_time(new) < loading / 3


def test_a_second_server_on_a_data_folder_refuses_and_leaves_the_first_alone(
    settings: Settings, own_server: Server, tmp_path: Path
) -> None:
    refused = run(settings, "serve", folder=tmp_path)
    assert refused.returncode == 1
    assert "Another server is using" in refused.stderr
    connection = http.client.HTTPConnection("127.0.0.1", own_server.port)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()


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
