"""A stream that ends leaves nothing behind: the garbage collector looks for what is old only rarely."""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ordertrack.database.config import ROOT, Settings
from ordertrack.live.connections import QueueConnection, SocketConnection
from ordertrack.live.hub import Hub
from ordertrack.live.subscriptions import Subscription
from support.cast import House
from support.recording import Orders

STREAMS = 20


@pytest.fixture
def uncollected() -> Iterator[Callable[[], int]]:
    """How many objects of streams there are, while nothing is collected."""
    gc.collect()
    gc.disable()
    kinds = (Subscription, SocketConnection, QueueConnection)
    yield lambda: sum(isinstance(each, kinds) for each in gc.get_objects())
    gc.enable()


def over_a_socket() -> SocketConnection:
    with socket.create_server(("127.0.0.1", 0)) as server:
        far = socket.create_connection(server.getsockname())
        near, _ = server.accept()
    with near, far:
        return SocketConnection(near)


@pytest.mark.parametrize("connect", [over_a_socket, QueueConnection])
def test_a_stream_that_has_ended_is_gone_without_being_looked_for(
    cedar: House, hub: Hub, orders: Orders, uncollected: Callable[[], int], connect: Callable[[], Any]
) -> None:
    before = uncollected()
    for _ in range(STREAMS):
        hub.attach(cedar.maya.principal, orders.topic(cedar), None, connect).connection.close("gone")
    assert (uncollected(), hub.count) == (before, 0)


def test_a_worker_does_not_look_through_all_that_it_keeps_at_every_turn(settings: Settings) -> None:
    program = (
        "import gc, runpy\n"
        "configuration = runpy.run_path('gunicorn.conf.py')\n"
        "configuration['lifecycle'].listen = lambda worker: None\n"
        "configuration['post_worker_init'](None)\n"
        "kept, before = [], gc.get_stats()[2]['collections']\n"
        "for _ in range(10):\n"
        "    kept.extend([] for _ in range(100_000))\n"
        "print(gc.get_stats()[2]['collections'] - before, gc.isenabled())\n"
    )
    environment = {"ORDERTRACK_DATA": str(settings.data_folder), "SECRET_KEY": "x", "PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == [b"0", b"True"]
