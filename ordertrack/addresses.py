"""The address that the server answers at, which each worker listens on by itself."""

from __future__ import annotations

import os
import socket
import sys
import time

# With one socket for all, whichever worker wakes first takes a connection, and on Linux that is nearly always
# the same one: it would carry most of the streams. With one each, the kernel deals them out evenly. Elsewhere
# the option exists, but deals nothing out.
IS_DEALT_OUT = sys.platform == "linux"


class AddressInUse(RuntimeError):
    """Somebody else listens there."""


def hold(host: str, port: int) -> int:
    """Take the address for this process and its workers until they end; its port, if 0 a free one.

    Nothing is accepted on what is held: it keeps the port while no worker listens. Raises AddressInUse.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    port = _free_port(family, address)
    held = _socket(family)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    _bind(held, (address[0], port, *address[2:]))
    held.set_inheritable(True)
    held.detach()
    return port


def wait_for(host: str, port: int) -> None:
    """Until somebody accepts connections there."""
    while True:
        try:
            socket.create_connection((host, port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _free_port(family: int, address: tuple[object, ...]) -> int:
    """Bound alone first: two servers that both share their port would share it with each other."""
    with _socket(family) as alone:
        _bind(alone, address)
        return int(alone.getsockname()[1])


def _socket(family: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def _bind(made: socket.socket, address: tuple[object, ...]) -> None:
    try:
        made.bind(address)
    except OSError as error:
        made.close()
        raise AddressInUse(
            f"{address[0]}:{address[1]} cannot be listened on: {os.strerror(error.errno or 0)}."
            " Stop what uses it, or choose another with PORT and HOST."
        ) from error
