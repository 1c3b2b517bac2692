"""One server hands its house over to another on the same data folder: its sockets first, then the work.

Both accept from the same sockets, so no connection is refused or lost, and none has to be told where to go.
gunicorn has a way of its own (SIGUSR2) that starts what runs already once more, from the same folder with the
same settings; here the other one is started by hand or by systemd: another version, from another folder.

The one that comes asks at a socket in the data folder. It is given the lock of the folder and the sockets,
says when its workers are ready, and the other one ends. Should it go before, nothing has happened.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from logging import Logger
from pathlib import Path
from typing import Any, NamedTuple

import gevent
from gevent import monkey

from ordertrack.database.settings_error import Mendable
from ordertrack.server import passing

_NAME = "handover"
_LOOKS_EVERY = 0.4  # seconds
_PATIENCE = 10.0  # seconds for an answer
_READY = b"ready"
# The system's own, also under gevent: what waits there would wait in each worker that is forked meanwhile.
_Socket: Any = monkey.get_original("socket", "socket")


class HandoverRefused(Mendable, RuntimeError):
    """The server that runs does not hand over; the message says why."""


class Handed(NamedTuple):
    """What a server was given by the one that it takes over from, and the connection to that one."""

    by: socket.socket
    lock: int
    listeners: list[socket.socket]


def ask(folder: Path) -> Handed | None:
    """Ask the server that runs on this data folder; None if there is none that could hand over."""
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    caller.settimeout(_PATIENCE)
    try:
        with _reached(folder) as address:
            caller.connect(address)
        said, descriptors = passing.receive(caller)
    except (FileNotFoundError, ConnectionRefusedError):
        caller.close()
        return None
    except TimeoutError:
        raise HandoverRefused(
            f"The server on {folder} does not answer, or another one is taking over from it just now. Nothing"
            " was changed; try again."
        ) from None
    if said is None:  # it ended meanwhile
        caller.close()
        return None
    lock, *listeners = descriptors
    return Handed(caller, lock, [socket.socket(fileno=each) for each in listeners])


def report(to: int) -> None:
    """Tell the server that is taken over from, by the descriptor of `Handed.by`, that it may go."""
    with _Socket(fileno=to) as connection, suppress(OSError):  # it went by itself
        connection.sendall(_READY)


class Door:
    """In a master: where another server asks. `give_way` is called once that one is ready."""

    def __init__(
        self,
        folder: Path,
        lock: int,
        listeners: Callable[[], list[int]],
        give_way: Callable[[], None],
        log: Logger,
    ) -> None:
        self._folder = folder
        self._lock = lock
        self._listeners = listeners
        self._give_way = give_way
        self._log = log
        self._master = os.getpid()
        self._socket: Any = None

    def open(self) -> None:
        self._socket = _Socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mask = os.umask(0o077)
        try:
            with _reached(self._folder) as address:
                (self._folder / _NAME).unlink(missing_ok=True)
                self._socket.bind(address)
        finally:
            os.umask(mask)
        self._socket.listen(1)
        self._socket.setblocking(False)
        gevent.spawn(self._serve)

    def close(self) -> None:
        """Nobody is to ask any more."""
        (self._folder / _NAME).unlink(missing_ok=True)

    def _serve(self) -> None:
        while self._is_here():
            try:
                asks, _ = self._socket.accept()
            except BlockingIOError:
                continue
            except OSError as error:
                self._log.error("nobody can take over: %s", error)
                continue
            with asks:
                if self._hand_over(asks):
                    self._give_way()
                    return

    def _is_here(self) -> bool:
        """A look later, whether this is the master still: in a worker this comes along, and must end."""
        gevent.sleep(_LOOKS_EVERY)
        if os.getpid() == self._master:
            return True
        self._socket.close()
        return False

    def _hand_over(self, asks: Any) -> bool:
        """Give another server what it needs, and wait; whether it is ready. Else it has gone."""
        asks.setblocking(True)
        try:
            passing.send(asks, {}, [self._lock, *self._listeners()])
            self._log.warning("another server is about to take over")
            asks.setblocking(False)
            while self._is_here():
                try:
                    said = asks.recv(len(_READY))
                except BlockingIOError:
                    continue
                if said == _READY:
                    return True
                break
        except OSError as error:
            self._log.warning("the server that was about to take over has gone: %s", error)
            return False
        if os.getpid() == self._master:
            self._log.warning("the server that was about to take over has gone; this one goes on")
        return False


@contextmanager
def _reached(folder: Path) -> Iterator[str]:
    """The socket's address, for which the path of a data folder may be too long."""
    if not Path("/proc/self/fd").exists():
        yield str(folder / _NAME)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{_NAME}"
    finally:
        os.close(descriptor)
