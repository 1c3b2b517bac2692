"""gunicorn's gevent worker behind doors: nobody holds a place by being slow, and all find room."""

from __future__ import annotations

import errno
import time
from contextlib import nullcontext, suppress
from functools import partial
from http import HTTPStatus
from typing import Any

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


class Worker(GeventWorker):  # type: ignore[misc]
    """One process that serves: it takes as many connections as it has descriptors for."""

    def init_process(self) -> None:
        self.room = descriptors.shared_out(descriptors.raise_limit())
        self.worker_connections = self.room.connections
        self._places = Places(self.room.places)
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        application = self.app.wsgi()
        self.refusals = unread.Refusals(application)
        self.admission: Admission = application.extensions["admission"]

    def server_class(self, listener: Any, *, spawn: Any, **_unused: Any) -> StreamServer:
        """What accepts connections; gunicorn asks for it by this name."""
        door = _Door(listener, partial(self.handle, _Named(listener.getsockname())), spawn, self.log)
        if self.cfg.workers > 1:
            door.max_accept = 1  # one at a time, or the first to wake takes them all
        return door

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        outgoing.bound(client)
        with self._places.place_of(client):
            super().handle(listener, Incoming(client, self._places), addr)

    def timeout_ctx(self) -> Any:
        return nullcontext()  # the deadlines are in what the parser reads from

    def handle_request(self, listener_name: Any, req: Any, sock: Incoming, addr: Any) -> None:
        sock.receive(req)
        self._refuse_where_full(req.path)
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
