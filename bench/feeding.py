"""Feeding watchers: the same frames by POST or, for ordertrack, by what happens in its log."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from contenders.contender import Contender
from contenders.ours import Ordertrack
from house import Move, kitchen_moves, transition
from processes import BenchError, cpu_seconds
from programs import Posting, Watchers

BATCH = 100


@dataclass
class Fed:
    """What a round came to: deliveries, the seconds they took, and what each worker's CPU was busy."""

    deliveries: int
    seconds: float
    cpu: list[float]

    @property
    def rate(self) -> float:
        return self.deliveries / self.seconds

    @property
    def rate_of_cpu(self) -> float:
        """Deliveries a second of the busiest worker's CPU."""
        return self.deliveries / max(self.cpu)


class _Cpu:
    """What the workers of a contender use from now on."""

    def __init__(self, contender: Contender) -> None:
        self._began = {pid: cpu_seconds(pid) for pid in contender.workers}

    def used(self) -> list[float]:
        return [cpu_seconds(pid) - began for pid, began in self._began.items()]


def by_post(contender: Contender, watchers: Watchers, frames: Sequence[bytes], count: int) -> Fed:
    """So many frames, each posted as soon as the one before it was answered."""
    requests = [contender.publication(n + 1, frames[n % len(frames)]) for n in range(count)]
    watchers.expect(1, count)
    cpu = _Cpu(contender)
    posting = Posting(contender.stage.folder, contender.port, requests)
    delivered = watchers.delivered()
    began = posting.result()["sent_ns"][0]
    return Fed(count * watchers.count, (delivered["last_ns"] - began) / 1e9, cpu.used())


def by_log(contender: Ordertrack, watchers: Watchers, moves: Sequence[Move], ahead: int = BATCH) -> Fed:
    """Events committed one by one, so many ahead of the slowest watcher; from the first COMMIT on."""
    cpu = _Cpu(contender)
    position = contender.house.head().seq
    nanoseconds = 0
    for batch in _batched(moves, ahead):
        watchers.expect(position + 1, len(batch))
        commits = [contender.house.commit([move]) for move in batch]
        nanoseconds += watchers.delivered()["last_ns"] - commits[0]
        position += len(batch)
    return Fed(len(moves) * watchers.count, nanoseconds / 1e9, cpu.used())


def by_taps(contender: Ordertrack, watchers: Watchers, moves: Sequence[Move]) -> Fed:
    """One person taps through the boards as fast as the taps are answered."""
    requests = [transition(move, contender.sign_ins[0]) for move in moves]
    watchers.expect(contender.house.head().seq + 1, len(moves))
    cpu = _Cpu(contender)
    posting = Posting(contender.stage.folder, contender.port, requests)
    delivered = watchers.delivered()
    began = posting.result()["sent_ns"][0]
    return Fed(len(moves) * watchers.count, (delivered["last_ns"] - began) / 1e9, cpu.used())


def capture(contender: Ordertrack, orders: int = BATCH) -> list[bytes]:
    """The frames that a kitchen board is sent while so many orders go through the kitchen, byte for byte."""
    house = contender.house
    moves = kitchen_moves(house.place(orders))
    head = [
        f"GET {contender.path} HTTP/1.1",
        "Host: localhost",
        contender.sign_ins[0],
        f"Last-Event-ID: {house.head()}",
    ]
    with socket.create_connection(("127.0.0.1", contender.port), 10) as stream:
        stream.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        said = _until(stream, b"", lambda said: b"event: hb" in said)
        for batch in _batched(moves):
            house.commit(batch)
        said = _until(stream, said, lambda said: len(_messages(said)) == len(moves))
    return _messages(said)


def _until(stream: socket.socket, said: bytes, is_enough: Callable[[bytes], bool]) -> bytes:
    deadline = time.monotonic() + 20
    while not is_enough(said):
        if time.monotonic() > deadline or not (data := stream.recv(1 << 20)):
            raise BenchError(f"the board's stream did not bring what was expected: {said[:300]!r}")
        said += data
    return said


def _messages(said: bytes) -> list[bytes]:
    frames = said.partition(b"\r\n\r\n")[2].split(b"\n\n")[:-1]
    return [frame + b"\n\n" for frame in frames if b"\nid: " in frame and not frame.startswith(b"event: ")]


def one_by_one(contender: Ordertrack, watchers: Watchers, moves: Sequence[Move]) -> Fed:
    """Each event committed once the one before it has reached everybody, so that none goes with another."""
    return by_log(contender, watchers, moves, 1)


def _batched(moves: Sequence[Move], size: int = BATCH) -> Iterator[Sequence[Move]]:
    for start in range(0, len(moves), size):
        yield moves[start : start + size]
