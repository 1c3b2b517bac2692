"""Clients that stop reading, or vanish without a word: they cost little, not for long, and nobody else."""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.crowd import Crowd
from faults.load import BOARD, Load, prove
from ordertrack.boards.columns import KITCHEN
from ordertrack.live.connections import TAIL_BOUND
from ordertrack.live.listener import HEARTBEAT
from support.cast import House
from support.http_client import Caller, sign_in
from support.processes import memory, metric, workers
from support.server import Server, wait_for

STALLED = 30
SO_ATTACH_FILTER = 26
VANISHING = 20
KERNEL_BOUND = 512 * 1024  # bytes that the system may hold for one stream
MEMORY_BOUND = 24 * 1024 * 1024  # bytes that two workers may grow by, windows of large frames and all
LONG_NOTE = "Without onion, " * 60
GENTLE = 0.2  # seconds between two calls of a writer, in a test that waits for twenty seconds
LARGE = {
    "restaurant": "hamra",
    "fulfilment": "pickup",
    "items": [{"name": "Kebab", "quantity": 2, "notes": LONG_NOTE[:1000]}] * 40,
}


def held_by_the_system(port: int) -> int:
    """The most bytes that the system holds, unsent or unacknowledged, for one client of this port."""
    local = f":{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return max(int(row[4].partition(":")[0], 16) for row in rows if row[1].endswith(local))


def test_others_do_not_feel_a_client_that_stops_reading_and_it_repairs_itself(
    tough: Server, cedar: House, under_load: Callable[[], Load]
) -> None:
    headers = sign_in(tough.port, cedar.maya).headers
    program = Caller(tough.port, cedar.bearer)
    cut = metric(tough, "ordertrack_subscriptions_cut_total", 'why="slow"')
    with under_load() as load, Crowd(tough.port, BOARD, headers, STALLED, load.log.head()) as crowd:
        crowd.receive_buffer = 4096
        for reader in crowd.readers:
            wait_for(lambda: reader.is_streaming, "all to have their streams")  # noqa: B023
        crowd.is_reading = False
        before = sum(memory(pid) for pid in workers(tough))
        held, slowest = 0, 0.0
        for _ in range(200):
            began = time.monotonic()
            assert program.call("/api/v1/orders", body=LARGE).status == 201
            placed = load.log.seqs()[-1]
            wait_for(lambda: load.programs.is_current(placed - 1), "the others", 2)  # noqa: B023
            slowest = max(slowest, time.monotonic() - began)
            held = max(held, held_by_the_system(tough.port))
            if metric(tough, "ordertrack_subscriptions_cut_total", 'why="slow"') - cut >= STALLED:
                break
        assert metric(tough, "ordertrack_subscriptions_cut_total", 'why="slow"') - cut == STALLED
        assert slowest < 1
        assert held < KERNEL_BOUND
        assert sum(memory(pid) for pid in workers(tough)) - before < MEMORY_BOUND + STALLED * TAIL_BOUND
        crowd.is_reading = True
        wait_for(lambda: all(reader.endings for reader in crowd.readers), "them to see that they were cut")
        crowd.receive_buffer = None
        load.goes_on()
        prove(crowd, load.log.seqs(KITCHEN.statuses))
    assert not any(reader.endings for reader in (*load.boards.readers, *load.programs.readers))


def vanish(client: socket.socket) -> None:
    """Drop every packet that comes for this socket, unacknowledged, as a machine without power would.

    (A socket filter of one instruction, `return 0`: keep nothing. See socket(7), SO_ATTACH_FILTER.)
    """
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(instruction))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


@pytest.mark.timeout(90)
def test_a_client_that_vanished_is_forgotten_within_two_heartbeats(
    tough: Server, cedar: House, under_load: Callable[[], Load]
) -> None:
    quiet = "/r/jounieh/kitchen/stream"  # where only heartbeats can tell
    headers = sign_in(tough.port, cedar.maya).headers
    with under_load() as load, Crowd(tough.port, quiet, headers, VANISHING, load.log.head()) as crowd:
        wait_for(lambda: crowd.streaming == VANISHING, "all to have their streams")
        load.pause = GENTLE
        watching = metric(tough, "ordertrack_subscriptions")
        crowd.comes_back = False
        for reader in crowd.readers:
            assert reader.socket is not None
            vanish(reader.socket)
        wait_for(
            lambda: metric(tough, "ordertrack_subscriptions") == watching - VANISHING,
            "the server to see that they are gone",
            2 * HEARTBEAT + 1,
        )
        assert not any(reader.endings for reader in crowd.readers), "they would have said so"
