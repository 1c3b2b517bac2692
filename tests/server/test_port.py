"""The address of the server: nobody else's, and dealt out evenly to its workers."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ordertrack.database.config import Settings
from ordertrack.server import port as ports
from ordertrack.server.port import AddressInUse
from support.processes import workers
from support.server import Server, environment_of, wait_for

CONNECTIONS = 300


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on, who would even share it."""
    with socket.socket() as somebody:
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def test_an_address_that_somebody_listens_on_is_refused(taken: int) -> None:
    with pytest.raises(AddressInUse, match=f"127.0.0.1:{taken} cannot be listened on"):
        ports.take("127.0.0.1", taken, 2)


def test_an_address_that_another_server_is_about_to_listen_on_is_refused_too() -> None:
    taken = ports.take("127.0.0.1", 0, 2)
    with pytest.raises(AddressInUse, match="cannot be listened on"):
        ports.take("127.0.0.1", taken[0].getsockname()[1], 2)
    for each in taken:
        each.close()


def test_a_server_whose_port_is_taken_says_so_in_a_sentence_and_ends(
    settings: Settings, tmp_path: Path, taken: int
) -> None:
    environment = environment_of(settings, tmp_path, ORDERTRACK_DEMO="0", PORT=str(taken))
    command = [sys.executable, "-m", "ordertrack.commands", "serve"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"127.0.0.1:{taken} cannot be listened on" in done.stderr and "Traceback" not in done.stderr


def _sockets(pid: int) -> int:
    links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    return sum(str(link).startswith("socket:") for link in links)


def test_connections_are_dealt_out_evenly_to_the_workers(server: Server) -> None:
    before = {pid: _sockets(pid) for pid in workers(server)}
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        wait_for(
            lambda: sum(map(_sockets, before)) - sum(before.values()) >= CONNECTIONS - 5,
            "the workers to accept them",
        )
        shares = [_sockets(pid) - sockets for pid, sockets in before.items()]
    assert len(shares) == 2
    assert min(shares) > CONNECTIONS / 3, shares
