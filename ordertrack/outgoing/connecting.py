"""The sockets of a call: connected to an address that was checked, and never waited for past its deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

_CHUNK = 16 * 1024  # at most so much is written in one go, so that the deadline is looked at


class Deadline:
    """Of a whole call: whoever waits asks how long it still may."""

    def __init__(self, seconds: float) -> None:
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        """For another call on the same connection."""
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Raises httpcore.TimeoutException once there is nothing left."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to one of these addresses, whatever name it is asked for."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        *others, last = self._addresses
        for address in others:
            # The first may be one that swallows what is sent there: something is kept for the next.
            share = self._deadline.left() / 2
            try:
                return self._connected(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                pass
        return self._connected(last, port, self._deadline.left())

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("there is nothing of ours to call there")

    def _connected(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        return _BoundedStream(self._plain.connect_tcp(address, port, seconds), self._deadline)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self._stream.write(bytes(rest[:_CHUNK]), self._deadline.left())
            rest = rest[_CHUNK:]

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _BoundedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
