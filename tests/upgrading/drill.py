"""Upgrades under taps: `tests/upgrading/drill.py --times 10`, with `--before ../older` from that version."""

from __future__ import annotations

import http.client
import itertools
import json
import secrets
import select
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click
import psycopg

from faults.crowd import Crowd, Ending, Reader, seq_of
from faults.load import Log
from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.database.config import Settings
from soak.soak import world
from support.cast import House
from support.http_client import sign_in
from support.server import Server, wait_for

BOARDS = {"kitchen": KITCHEN, "dispatch": DISPATCH, "kitchen, another": KITCHEN}
PROGRAMS = 12
_ORDER = {"restaurant": "hamra", "fulfilment": "delivery", "items": [{"name": "Kebab", "quantity": 2}]}
_STEPS = ("confirmed", "preparing", "ready", "delivering", "completed")
_GOES_ON = 2.0  # seconds before and after


class Found(NamedTuple):
    """Of one upgrade: seconds until the one before had ended, and what taps and boards waited at most."""

    handover: float
    taps: int
    failed_tries: int
    refused: int
    lost: int
    doubled: int
    longest_tap: float
    median_tap: float
    longest_pause: float
    latest_on_a_board: float
    longest_without_stream: float
    streams_ended: int
    missed_by_boards: int

    def __str__(self) -> str:
        return (
            f"handed over in {self.handover:.1f} s; {self.taps} taps, {self.lost} lost, {self.doubled}"
            f" doubled, {self.failed_tries} tries failed; a tap took {self.median_tap * 1000:.0f} ms, the"
            f" longest {self.longest_tap:.2f} s; {self.longest_pause:.2f} s at most between two answers; the"
            f" latest change came onto a board after {self.latest_on_a_board:.2f} s, {self.missed_by_boards}"
            f" never; a board had no stream for {self.longest_without_stream:.2f} s"
            f" ({self.streams_ended} ended)"
        )


class Board(Reader):
    """One that comes back as a page does, after the time that the server says, and knows what came when."""

    def __init__(self, crowd: Crowd, start: str) -> None:
        super().__init__(crowd, start)
        self.told_at: dict[int, float] = {}
        self.without_stream = 0.0
        self._retry = 1.0
        self._has_ended_at: float | None = None

    def _take(self, block: bytes) -> None:
        for line in block.split(b"\n"):
            if line.startswith(b"retry: "):
                self._retry = int(line[7:]) / 1000
        if self._has_ended_at is not None:
            self.without_stream = max(self.without_stream, time.monotonic() - self._has_ended_at)
            self._has_ended_at = None
        before = len(self.seen)
        super()._take(block)
        if len(self.seen) > before:
            self.told_at[self.seen[-1]] = time.time()

    def end(self, how: Ending, *, at_once: bool = False) -> None:
        super().end(how, at_once=at_once)
        self.retry_at = self.ended_at + self._retry
        self._has_ended_at = self._has_ended_at or self.ended_at


class Tap(NamedTuple):
    order_id: uuid.UUID
    to: str
    answered_at: float
    took: float


class Taps:
    """Programs that take orders through their lives at one rate; every other keeps its connection."""

    def __init__(self, port: int, house: House, rate: float) -> None:
        self.done: list[Tap] = []
        self.failed: list[str] = []
        self.surprises: list[str] = []
        self._port = port
        self._headers = house.bearer | {"Content-Type": "application/json"}
        self._next = itertools.count()
        self._began = time.monotonic()
        self._rate = rate
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._program, args=(number % 2 == 0,)) for number in range(PROGRAMS)
        ]

    def __enter__(self) -> Taps:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _program(self, keeps: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self._stopped.is_set():
            key = {"Idempotency-Key": secrets.token_hex(8)}
            placed = self._tap(connection, keeps, "/api/v1/orders", _ORDER, key)
            if placed is None:
                break
            order, began = placed
            self._note(order["id"], "pending", began)
            seen = "pending"
            for to in _STEPS:
                path, body = f"/api/v1/orders/{order['id']}/transitions", {"to": to, "seen": seen}
                moved = self._tap(connection, keeps, path, body, {})
                if moved is None:
                    break
                self._note(order["id"], to, moved[1])
                seen = to
        connection.close()

    def _note(self, order_id: str, to: str, began: float) -> None:
        now = time.monotonic()
        self.done.append(Tap(uuid.UUID(order_id), to, now, now - began))

    def _tap(
        self, connection: http.client.HTTPConnection, keeps: bool, path: str, body: Any, more: dict[str, str]
    ) -> tuple[Any, float] | None:
        """What was answered, and when it was first tried; again and again until it is, as programs do."""
        due = self._began + next(self._next) / self._rate
        if self._stopped.wait(max(due - time.monotonic(), 0)):
            return None
        began = time.monotonic()
        while time.monotonic() < began + 60:
            if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
                connection.close()  # the server closed it while it was idle, as servers may
            try:
                connection.request("POST", path, json.dumps(body), self._headers | more)
                answer = connection.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                connection.close()
                continue
            if not keeps:
                connection.close()
            if answer.status in (200, 201):
                return json.loads(said), began
            if answer.status != 503:
                self.surprises.append(f"{answer.status} {said.decode()[:200]}")
                return None
            self.failed.append("503")
            time.sleep(0.1)
        self.surprises.append(f"{path} was never answered")
        return None


@contextmanager
def boards(port: int, house: House, log: Log) -> Iterator[dict[str, tuple[Any, Board]]]:
    start = log.head()
    opened = {}
    with ExitStack() as stack:
        headers = sign_in(port, house.maya).headers
        for name, board in BOARDS.items():
            crowd = Crowd(port, f"/r/hamra/{name.partition(',')[0]}/stream", headers, 0, start)
            crowd.readers = [reader := Board(crowd, start)]
            stack.enter_context(crowd)
            wait_for(lambda: crowd.streaming, "the board")  # noqa: B023
            opened[name] = (board, reader)
        yield opened


def upgrade(server: Server, house: House, settings: Settings, rate: float) -> Found:
    """One upgrade of this server under so many taps a second."""
    log = Log(settings, house)
    with boards(server.port, house, log) as opened:
        with Taps(server.port, house, rate) as taps:
            time.sleep(_GOES_ON)
            began = time.monotonic()
            server.take_over()
            handover = time.monotonic() - began
            time.sleep(_GOES_ON)
        head = seq_of(log.head())
        ended = sum(sum(reader.endings.values()) for _, reader in opened.values())
        changes = _changes(settings, house)
        late, missed = 0.0, 0
        for board, reader in opened.values():
            theirs = [seq for seq in log.seqs(board.statuses) if reader.since < seq <= head]
            _await(reader, theirs)
            missed += len(set(theirs) - set(reader.seen))
            late = max(
                [late, *(reader.told_at[seq] - changes[seq] for seq in theirs if seq in reader.told_at)]
            )
    assert not taps.surprises, taps.surprises[:3]
    moves = log.moves()
    answered = sorted(tap.answered_at for tap in taps.done)
    return Found(
        handover,
        len(taps.done),
        len(taps.failed),
        sum("ConnectionRefused" in each or each == "503" for each in taps.failed),
        sum(moves[tap.order_id, tap.to] == 0 for tap in taps.done),
        sum(times > 1 for times in moves.values()),
        max(tap.took for tap in taps.done),
        median(tap.took for tap in taps.done),
        max(after - before for before, after in itertools.pairwise(answered)),
        late,
        max(reader.without_stream for _, reader in opened.values()),
        ended,
        missed,
    )


def _await(reader: Board, seqs: list[int]) -> None:
    until = time.monotonic() + 20
    while seqs and time.monotonic() < until and seqs[-1] not in reader.seen[-50:]:
        time.sleep(0.05)


def _changes(settings: Settings, house: House) -> dict[int, float]:
    """When each entry was recorded."""
    address = settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)
    query = "SELECT seq, extract(epoch FROM recorded_at)::float FROM order_status_events WHERE tenant_id = %s"
    with psycopg.connect(address) as connection:
        return dict(connection.execute(query, [house.tenant_id]).fetchall())


@click.command(help=__doc__)
@click.option("--times", default=10, help="So many upgrades, one after the other.")
@click.option("--rate", default=50.0, help="Taps a second.")
@click.option("--before", type=click.Path(exists=True, path_type=Path), help="The first one's checkout.")
def main(times: int, rate: float, before: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped then too
    older = {"PYTHONPATH": str(before.resolve()), "PYTHONSAFEPATH": "1"} if before else {}
    found = []
    with tempfile.TemporaryDirectory(prefix="ordertrack-drill-") as name, world(Path(name), **older) as stage:
        (server,) = stage.servers
        house = stage.make_house("Cedar", ("hamra", "jounieh"))
        for number in range(times):
            if before and number:  # back to it, so that each goes from one version to the other
                server.take_over(**older)
            found.append(upgrade(server, house, stage.settings, rate))
            click.echo(f"{number + 1}: {found[-1]}")
    lost = sum(each.lost + each.doubled + each.missed_by_boards for each in found)
    click.echo(
        f"{times} upgrades under {rate:g} taps a second: {sum(each.taps for each in found)} taps, {lost} lost"
        f" or doubled, {sum(each.failed_tries for each in found)} tries failed; at most"
        f" {max(each.longest_tap for each in found):.2f} s for a tap,"
        f" {max(each.longest_pause for each in found):.2f} s between two answers,"
        f" {max(each.latest_on_a_board for each in found):.2f} s until a change was on a board"
    )
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
