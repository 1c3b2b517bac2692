"""Asking oneself through the address that others use: what the proxies on the way make of it."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ordertrack.database.config import Settings
from ordertrack.operating.doctor.finding import Finding, broken, look, ok
from ordertrack.web import mirror

PATIENCE = 10.0  # seconds
_WHAT = "public address"
_PROXIES = "ORDERTRACK_PROXIES"


class Told(NamedTuple):
    """What the server saw of the request, and how many seconds the first piece came before the last."""

    seen: dict[str, Any]
    spread: float


def check(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if url is None:
        yield look(
            _WHAT,
            "ORDERTRACK_PUBLIC_URL is not set, so nothing was asked through it",
            "Set it where people come from outside: links to guests begin with it.",
        )
        return
    try:
        told = ask(url, mirror.code(settings.secret_key))
    except (OSError, http.client.HTTPException, ValueError) as error:
        yield broken(_WHAT, f"{url} cannot be asked: {error}", "See its name, certificate, and the proxy.")
        return
    yield ok(_WHAT, f"{url} leads here")
    yield _scheme(url, told.seen)
    yield _proxies(told.seen)
    yield _buffering(told)
    yield from _http2(url)


def ask(url: str, code: str) -> Told:
    """Raises OSError and HTTPException, ValueError where the answer is not ours."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(address.hostname), address.port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/mirror/{code}")
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(
                f"it answers {answer.status}. Is it this server, of this version, with this SECRET_KEY?"
            )
        came: list[float] = []
        seen: dict[str, Any] | None = None
        while line := answer.readline(1 << 16):
            if line.startswith(b"data: "):
                came.append(time.monotonic())
                seen = json.loads(line[6:]) if seen is None else seen
    finally:
        connection.close()
    if seen is None:
        raise ValueError("it answers with nothing of ours")
    return Told(seen, came[-1] - came[0])


def _scheme(url: str, seen: dict[str, Any]) -> Finding:
    said_by_us, arrived = urlsplit(url).scheme, seen["scheme"]
    if said_by_us != arrived:
        do = f"Have the proxy set X-Forwarded-Proto, and count it in {_PROXIES}."
        return broken("scheme", f"asked by {said_by_us}, and {arrived} arrives", do)
    if arrived == "http":
        do = "Put a proxy with TLS in front: tablets keep awake and open without a line by https only."
        return look("scheme", "http: what passes can be read by others", do)
    return ok("scheme", arrived)


def _proxies(seen: dict[str, Any]) -> Finding:
    counted, passed = seen["proxies"], seen["forwarded"]
    said = f"{passed} name(s) in X-Forwarded-For, and {_PROXIES} is {counted}"
    if passed != counted:
        do = f"Set {_PROXIES} to how many proxies stand in front, and have each add to X-Forwarded-For."
        return look("client address", said, do)
    known = seen["address"] or "that of this machine, as it asked itself"
    return ok("client address", f"{said}; the address seen is {known}")


def _buffering(told: Told) -> Finding:
    wanted = mirror.BEATS * mirror.PAUSE
    said = f"pieces of a stream that were sent over {wanted:.1f} s came over {told.spread:.1f} s"
    if told.spread < wanted / 2:
        do = (
            "The proxy keeps streams back: nginx wants proxy_buffering off, others no compression of streams."
        )
        return broken("streams", said, do)
    return ok("streams", said)


def _http2(url: str) -> Iterator[Finding]:
    address = urlsplit(url)
    if address.scheme != "https":
        return
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    host = str(address.hostname)
    with (
        socket.create_connection((host, address.port or 443), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        spoken = secure.selected_alpn_protocol()
    if spoken == "h2":
        yield ok("HTTP/2", "spoken")
    else:
        do = "Let the proxy speak HTTP/2: over HTTP/1.1 the seventh board of a browser hangs."
        yield look("HTTP/2", "not spoken", do)
