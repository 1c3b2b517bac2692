"""gunicorn's gevent worker behind doors: nobody holds a place by being slow, and all find room."""

from __future__ import annotations

import errno
import time
from contextlib import nullcontext, suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn import util
from gunicorn.workers.ggevent import GeventWorker

from ordertrack.monitoring import metrics, request_log
from ordertrack.server import descriptors, outgoing, unread
from ordertrack.server.admission import Admission
from ordertrack.server.incoming import Incoming, NotReceived
from ordertrack.server.outgoing import Outgoing
from ordertrack.server.places import Places
from ordertrack.web.bodies import LARGEST_BODY

_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_LINGERS = 2.0  # seconds at most for which an answered connection is emptied before it is closed
_LINGERS_OVER = 16 * LARGEST_BODY  # bytes at most that are read meanwhile, and thrown away
# Room is kept for signing in and for boards and their taps; not for streams, which come back by themselves.
_KEPT = ("/login", "/r/", "/orders/", "/tablet/", "/static/", "/sw.js")
_ALWAYS = ("/healthz", "/readyz", "/metrics")
_PAUSE = 0.1  # seconds until the next try to let somebody in
_SAY_AGAIN_AFTER = 60.0  # seconds
_BEATS_EVERY = 1.0  # seconds between two signs of life for the master
_NOTICES_WITHIN = 0.1  # seconds that it is to go
# Seconds. A client whose last request is this long over does not send the next just now; one that has been
# taken over from may take its time.
_QUIET_FOR = 1.0
_ENDS_WITHIN = 30.0


class _Door(StreamServer):  # type: ignore[misc]
    """Accepts connections; where no descriptor is left for one, those who come wait outside for a moment."""

    def __init__(self, listener: Any, handle: Any, spawn: Any, log: Any) -> None:
        super().__init__(listener, handle=handle, spawn=spawn)
        self._log = log
        self._said_at = -_SAY_AGAIN_AFTER

    def do_read(self) -> Any:
        try:
            return super().do_read()
        except ConnectionAbortedError:
            return None  # gone while it waited
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._close_for_a_moment(error)
            return None

    def _close_for_a_moment(self, error: OSError) -> None:
        if time.monotonic() - self._said_at >= _SAY_AGAIN_AFTER:
            self._said_at = time.monotonic()
            self._log.error("nobody can be let in at this moment: %s", error.strerror)
        self.stop_accepting()
        self._timer = self.loop.timer(_PAUSE)
        self._timer.start(self._start_accepting_if_started)


class _Named:
    """What gunicorn asks of a listener for each connection, also of one that was accepted as it closed."""

    def __init__(self, name: Any) -> None:
        self._name = name

    def getsockname(self) -> Any:
        return self._name


class Leaving(Protocol):
    gives_way: bool
    """Whether another server serves already, so that there is time."""

    def begin(self) -> None:
        """No connection is accepted any more; waits for nobody."""

    def end(self) -> None:
        """All requests are answered."""


class Worker(GeventWorker):  # type: ignore[misc]
    """One process that serves: it takes as many connections as it has descriptors for."""

    place = 0
    leaving: Leaving | None = None
    """What is to be done besides when it goes."""

    def init_process(self) -> None:
        self.room = descriptors.shared_out(descriptors.raise_limit())
        self.worker_connections = self.room.connections
        self._places = Places(self.room.places)
        self._clients: set[Incoming] = set()
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        application = self.app.wsgi()
        self.refusals = unread.Refusals(application)
        self.admission: Admission = application.extensions["admission"]

    def run(self) -> None:
        """Serve until told to go; then no connection is accepted any more, and those that are here are ended.

        What waits at a socket is left there: where another server has taken over, that one accepts it.
        """
        doors = [self._door(listener) for listener in self.sockets]
        for door in doors:
            door.start()
        beats_at = 0.0
        while self.alive:
            if time.monotonic() >= beats_at:
                self.notify()
                beats_at = time.monotonic() + _BEATS_EVERY
            gevent.sleep(_NOTICES_WITHIN)
        for door in doors:
            door.close()
        self._end_connections(doors)

    def _door(self, listener: Any) -> _Door:
        listener.setblocking(1)
        pool = Pool(self.worker_connections)
        door = _Door(listener, partial(self.handle, _Named(listener.getsockname())), pool, self.log)
        if self.cfg.workers > 1:
            door.max_accept = 1  # one at a time, or the first to wake takes them all
        return door

    def _end_connections(self, doors: list[_Door]) -> None:
        """Requests are answered. Whose next one is not under way is told to go: at once if nobody serves."""
        gives_way = self.leaving is not None and self.leaving.gives_way
        if self.leaving is not None:
            self.leaving.begin()
        until = time.monotonic() + (_ENDS_WITHIN if gives_way else self.cfg.graceful_timeout)
        while any(door.pool.free_count() != door.pool.size for door in doors):
            for client in list(self._clients):
                client.end_if_quiet(_QUIET_FOR if gives_way else 0.0)
            if time.monotonic() > until:
                self.log.warning("requests that took too long were broken off")
                for door in doors:
                    door.stop(timeout=1)
                break
            self.notify()
            gevent.sleep(_NOTICES_WITHIN / 2)
        if self.leaving is not None:
            self.leaving.end()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        outgoing.bound(client)
        with self._places.place_of(client):
            incoming = Incoming(client, self._places)
            self._clients.add(incoming)
            try:
                super().handle(listener, incoming, addr)
            finally:
                self._clients.discard(incoming)

    def timeout_ctx(self) -> Any:
        return nullcontext()  # the deadlines are in what the parser reads from

    def handle_request(self, listener_name: Any, req: Any, sock: Incoming, addr: Any) -> None:
        sock.receive(req)
        self._refuse_where_full(req.path)
        if not self.alive:
            req.force_close()
        if self.admission.refuses(req.method):
            self._refuse(req, Outgoing(sock, self._places), addr)
            sock.expect_next()
            return
        try:
            super().handle_request(listener_name, req, Outgoing(sock, self._places), addr)
        except StopIteration:
            if req.must_close:  # the client may still be sending, and would lose the answer to a reset
                self._linger(sock)
            raise
        sock.expect_next()

    def _refuse_where_full(self, path: str) -> None:
        is_kept = path.startswith(_KEPT) and not path.endswith("/stream")
        if self._places.working <= (self.room.kept if is_kept else self.room.work) or path in _ALWAYS:
            return
        metrics.turned_away.labels("busy").inc()
        self._places.say("more is asked for at once than can be answered: some are told to come again")
        raise unread.NoRoom()

    def _refuse(self, req: Any, client: Outgoing, addr: Any) -> None:
        """Tell a write to come again, before anything is made of it: what is refused comes often."""
        request_id, is_last = request_log.new_id(), req.should_close() or not self.alive
        headers, body = self.admission.refusal(req.path)
        more = [(request_log.HEADER, request_id), ("Connection", "close" if is_last else "keep-alive")]
        lines = [f"{name}: {value}\r\n" for name, value in [*headers, *more]]
        client.sendall(f"HTTP/1.1 503 Service Unavailable\r\n{''.join(lines)}\r\n".encode() + body)
        asked = {"REQUEST_METHOD": req.method, "REMOTE_ADDR": addr[0] if addr else None}
        request_log.log_request(asked, 503, 0, request_id, route=None, why="too many writes")
        if is_last:
            raise StopIteration

    def _linger(self, sock: Incoming) -> None:
        self._places.wait(sock.client, sock.turn_away)
        util.close_graceful(sock.client, _LINGERS, _LINGERS_OVER)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Refuse what cannot be read; gunicorn would log of it what may be a secret, and say it again."""
        if unread.status_of(exc) == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("a request could not be handled", exc_info=exc)
        address = addr[0] if addr else None
        with suppress(OSError):  # it went, or does not take an answer
            util.write_nonblock(client.client, self.refusals.answer(exc, client.beginning, address))
            if not isinstance(exc, NotReceived | unread.NoRoom):
                self._linger(client)
