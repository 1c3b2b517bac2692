"""A message with descriptors, however many, from one process to another."""

from __future__ import annotations

import json
import socket
from typing import Any

_LARGEST = 1 << 17  # bytes of a message
_AT_ONCE = 100  # descriptors in a message: the system takes some more


def send(to: socket.socket, said: dict[str, Any], descriptors: list[int]) -> None:
    """By a socket that keeps messages apart."""
    socket.send_fds(to, [json.dumps({"said": said, "more": len(descriptors)}).encode()], [])
    for at in range(0, len(descriptors), _AT_ONCE):
        socket.send_fds(to, [b"."], descriptors[at : at + _AT_ONCE])


def receive(by: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The same at the other end; None if that one has gone."""
    read, _, _, _ = socket.recv_fds(by, _LARGEST, 0)
    if not read:
        return None, []
    letter = json.loads(read)
    descriptors: list[int] = []
    while len(descriptors) < letter["more"]:
        read, more, _, _ = socket.recv_fds(by, 1, _AT_ONCE)
        if not read:
            return None, []
        descriptors += more
    return letter["said"], descriptors
