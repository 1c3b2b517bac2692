"""The address that the server answers at, which each worker listens on by itself."""

from __future__ import annotations

import http.client
import itertools
import socket
import sys
import time
from http import HTTPStatus
from typing import Any

from ordertrack.database.config import Settings
from ordertrack.database.settings_error import Mendable

# With one socket for all, whichever worker wakes first takes a connection, and on Linux that is nearly always
# the same one: it would carry most of the streams. With one each, the kernel deals them out evenly. Elsewhere
# the option exists, but deals nothing out.
IS_DEALT_OUT = sys.platform == "linux"


def at(host: str, port: int) -> str:
    """How a browser calls it, a slash at its end: at every address, by the name of this machine."""
    host = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104 (only told apart)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def site(settings: Settings, host: str, port: int) -> str:
    """How others call it: as the operator says, or else as above."""
    return f"{settings.public_url}/" if settings.public_url else at(host, port)


class AddressInUse(Mendable, RuntimeError):
    """Somebody else listens there."""


def take(host: str, port: int, count: int) -> list[socket.socket]:
    """Take the address: a socket for each of so many workers, where connections are dealt out to them.

    Port 0 is a free one. Nothing is accepted on them before somebody listens. Raises AddressInUse.
    """
    try:
        first = _bound_alone(host, port)
    except OSError as error:
        raise AddressInUse(
            f"{host}:{port} cannot be listened on: {error.strerror}."
            " Stop what uses it, or choose another with PORT and HOST."
        ) from error
    # Shared only from now on, with sockets that set SO_REUSEPORT before they bind: ours. Another server binds
    # without it first, as this one did, and is refused.
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    if not IS_DEALT_OUT:
        return [first]
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return [first, *beside(first, count - 1)]


def is_elsewhere(host: str, address: str) -> bool:
    """Whether a host, by name or address, is not at this address."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return True
    return address not in {each[4][0] for each in found}


def beside(first: socket.socket, count: int) -> list[socket.socket]:
    """So many more sockets at the address of this one."""
    made = []
    for _ in range(count):
        another = socket.socket(first.family, socket.SOCK_STREAM)
        another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        another.bind(first.getsockname())
        made.append(another)
    return made


def choose_place(server: Any, worker: Any) -> None:
    """In the master: a worker has the place of one that has gone, and its sockets with what waits there."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = next(place for place in itertools.count() if place not in taken)


def keep_own(server: Any, worker: Any) -> None:
    """In a worker: of the master's sockets it keeps those of its place, so that it alone closes them.

    There may be more than workers, for they are as many as there were workers of the server that was taken
    over from.
    """
    most = len(server.LISTENERS)
    own = {place for place in range(most) if place % server.cfg.workers == worker.place} or {
        worker.place % most
    }
    worker.sockets = [server.LISTENERS[place] for place in sorted(own)]
    for place in set(range(most)) - own:
        server.LISTENERS[place].close()


def _bound_alone(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past what a server before left in TIME_WAIT
    try:
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def wait_for(host: str, port: int) -> None:
    """Until somebody answers requests there, which a worker that cannot begin never does."""
    while True:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
