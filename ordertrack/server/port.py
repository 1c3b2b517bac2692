"""The address that the server answers at, which each worker listens on by itself."""

from __future__ import annotations

import http.client
import socket
import sys
import time
from http import HTTPStatus

from ordertrack.database.config import Settings

# With one socket for all, whichever worker wakes first takes a connection, and on Linux that is nearly always
# the same one: it would carry most of the streams. With one each, the kernel deals them out evenly. Elsewhere
# the option exists, but deals nothing out.
IS_DEALT_OUT = sys.platform == "linux"


def at(host: str, port: int) -> str:
    """How a browser on this machine calls it, a slash at its end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def site(settings: Settings, host: str, port: int) -> str:
    """How others call it: as the operator says, or else as above."""
    return f"{settings.public_url}/" if settings.public_url else at(host, port)


class AddressInUse(RuntimeError):
    """Somebody else listens there."""


def hold(host: str, port: int) -> int:
    """Take the address for this process and its workers until they end; its port, if 0 a free one.

    Nothing is accepted on what is held: it keeps the port while no worker listens. Raises AddressInUse.
    """
    try:
        held = _bound_alone(host, port)
    except OSError as error:
        raise AddressInUse(
            f"{host}:{port} cannot be listened on: {error.strerror}."
            " Stop what uses it, or choose another with PORT and HOST."
        ) from error
    # Shared only from now on, with sockets that set SO_REUSEPORT before they bind: our workers'. Another
    # server binds without it first, as this one did, and is refused.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.set_inheritable(True)
    taken = int(held.getsockname()[1])
    held.detach()
    return taken


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
