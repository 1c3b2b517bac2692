"""A small service that goes on while something breaks, and the proof that nothing of it was lost."""

from __future__ import annotations

import contextlib
import http.client
import secrets
import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from types import TracebackType

import psycopg

from faults.crowd import Crowd
from ordertrack.boards.columns import KITCHEN
from ordertrack.database.config import Settings
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.http_client import Answer, Caller, sign_in
from support.server import wait_for

PAUSE = 0.02  # seconds between two calls of a writer, if few watch
BOARDS = 10
PROGRAMS = 5
WRITERS = 2
BOARD = "/r/hamra/kitchen/stream"
PROGRAM = "/api/v1/stream"
_STEPS = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED)
_ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]}


class Log:
    """What the database says happened in a house: the truth that readers are held against."""

    def __init__(self, settings: Settings, house: House) -> None:
        self._url = settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._tenant = house.tenant_id

    def head(self) -> str:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(
                "SELECT epoch, seq FROM tenant_streams WHERE tenant_id = %s", [self._tenant]
            ).fetchone()
        assert row is not None
        return f"{row[0]}-{row[1]}"

    def seqs(self, statuses: Iterable[OrderStatus] | None = None) -> list[int]:
        """Of all events, or of those in Hamra that begin or end in one of `statuses`; in order."""
        query = "SELECT seq FROM order_status_events AS event WHERE tenant_id = %(tenant)s"
        if statuses is not None:
            query += (
                " AND (from_status = ANY(%(statuses)s) OR to_status = ANY(%(statuses)s)) AND EXISTS ("
                " SELECT FROM restaurants WHERE id = event.restaurant_id AND slug = 'hamra')"
            )
        values = {"tenant": self._tenant, "statuses": [str(status) for status in statuses or ()]}
        with psycopg.connect(self._url) as connection:
            return [seq for (seq,) in connection.execute(query + " ORDER BY seq", values)]

    def moves(self) -> Counter[tuple[uuid.UUID, str]]:
        with psycopg.connect(self._url) as connection:
            rows = connection.execute(
                "SELECT order_id, to_status FROM order_status_events WHERE tenant_id = %s", [self._tenant]
            )
            return Counter((order_id, to) for order_id, to in rows)


class Load:
    """Two writers that take orders through their lives over the API; boards and programs that watch.

    They watch where they are told to, which may be another host than the writers'.

    It ends in the proof: all who watch were told of everything that concerns them, once and in order, every
    write that was answered stands in the log, once, and nobody got an answer that they should not get.
    """

    def __init__(self, port: int, house: House, settings: Settings, watched_on: int | None = None) -> None:
        self.log = Log(settings, house)
        self.refusals: list[str] = []
        self.surprises: list[tuple[int, str]] = []
        self.answered: list[tuple[uuid.UUID, str]] = []
        self.lost_calls = 0
        self.pause = PAUSE
        self.rests = False
        self._port = port
        self._house = house
        start = self.log.head()
        boards = sign_in(port, house.maya).headers
        self.boards = Crowd(watched_on or port, BOARD, boards, BOARDS, start)
        self.programs = Crowd(watched_on or port, PROGRAM, house.bearer, PROGRAMS, start)
        self._stopped = threading.Event()
        self._writers = [threading.Thread(target=self._write, name="writer") for _ in range(WRITERS)]
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Load:
        self._open.enter_context(self.boards)
        self._open.enter_context(self.programs)
        for writer in self._writers:
            writer.start()
        self.all_stream()
        self.goes_on(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        for writer in self._writers:
            writer.join()
        with self._open:
            if kind is None:
                self._prove()

    def goes_on(self, moves: int = 20, patience: float = 20.0) -> None:
        """Wait until this many more writes have been answered."""
        already = len(self.answered)
        wait_for(lambda: len(self.answered) >= already + moves, f"{moves} more moves; {self}", patience)

    def all_stream(self) -> None:
        """Wait until every board and program has its stream."""
        for crowd in (self.boards, self.programs):
            wait_for(lambda: crowd.streaming == len(crowd.readers), "all to have their streams")  # noqa: B023

    def __str__(self) -> str:
        return (
            f"{len(self.answered)} writes answered, {len(self.refusals)} refused ({self.refusals[-1:]}),"
            f" {self.lost_calls} lost, surprises: {self.surprises[:3]}"
        )

    def _prove(self) -> None:
        assert not self.surprises, self
        moves = self.log.moves()
        assert [move for move in self.answered if moves[move] != 1] == []
        assert set(moves.values()) == {1}, "something was done twice"
        prove(self.boards, self.log.seqs(KITCHEN.statuses))
        prove(self.programs, self.log.seqs())

    def _write(self) -> None:
        while not self._stopped.is_set():
            headers = {"Idempotency-Key": secrets.token_hex(8)}
            placed = self._until_answered(headers, "/api/v1/orders", _ORDER)
            if placed is None:
                return
            order_id = placed.json["id"]
            self.answered.append((uuid.UUID(order_id), OrderStatus.PENDING))
            seen = OrderStatus.PENDING
            for to in _STEPS:
                body = {"seen": seen, "to": to}
                if self._until_answered({}, f"/api/v1/orders/{order_id}/transitions", body) is None:
                    return
                self.answered.append((uuid.UUID(order_id), to))
                seen = to

    def _until_answered(self, headers: dict[str, str], path: str, body: object) -> Answer | None:
        """Say it again until it is done, as a program may; None at the end, and if the answer surprises."""
        caller = Caller(self._port, self._house.bearer | headers)
        while not self._stopped.wait(self.pause):
            if self.rests:
                continue
            try:
                answer = caller.call(path, body=body)
            except (OSError, http.client.HTTPException):
                self.lost_calls += 1
                continue
            if answer.status == 503:
                self.refusals.append(answer.json["detail"])
            elif answer.status in (200, 201):
                return answer
            else:
                self.surprises.append((answer.status, answer.text))
                return None
        return None


def prove(crowd: Crowd, seqs: list[int]) -> None:
    """Everybody has been told of these, once and in order, after where they began or had a snapshot.

    What happened since `seqs` was read does not count.
    """
    with contextlib.suppress(AssertionError):  # and then say what is missing
        wait_for(lambda: crowd.is_current(seqs[-1]), "everybody to be current")
    for reader in crowd.readers:
        expected = [seq for seq in seqs if seq > reader.since]
        seen = [seq for seq in reader.seen if seq <= seqs[-1]]
        missing = sorted(set(expected) - set(seen))
        told = f"missing {missing[:5]} ({len(missing)}) after {reader.since}, at {reader.cursor}"
        assert seen == expected, f"{told}; {dict(reader.endings)}, refused {dict(reader.refusals)}"
        assert not reader.strange, reader.strange[:1]
