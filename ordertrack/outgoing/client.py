"""The one client by which this house calls others: bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import httpcore
import httpx

from ordertrack.outgoing import addresses, kept
from ordertrack.outgoing.addresses import Resolver, Target
from ordertrack.outgoing.connecting import CheckedBackend, Deadline
from ordertrack.outgoing.failures import AddressRefused, AnswerTooLarge, CallFailed, TooSlow, Unreachable
from ordertrack.outgoing.kept import Line

__all__ = ["AddressRefused", "Answer", "AnswerTooLarge", "CallFailed", "TooSlow", "Unreachable", "send"]

MOST_BYTES = 65_536
SECONDS = 10.0
AGENT = "ordertrack"


class Answer(NamedTuple):
    """What came back. Names of headers are in small letters; a redirect is an answer as any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def send(
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]] | Mapping[str, str] = (),
    content: bytes = b"",
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    cuts: bool = False,
    keeps: bool = False,
    resolver: Resolver = addresses.look_up,
) -> Answer:
    """Call somebody else's server, and have its answer within `seconds` for the whole of it.

    Raises a CallFailed: AddressRefused, Unreachable, TooSlow, or AnswerTooLarge if the body has more than
    `most_bytes`; with `cuts` it is cut off there instead. Nothing is followed, kept or taken from the
    environment: no redirects, cookies or proxies. Hold no transaction meanwhile.

    With `keeps` the connection is kept a moment for the next call that does so too. For what may arrive
    twice: where the other side has closed it, what was said on it is said again on a new one.
    """
    target = addresses.read(url)
    said = list(headers.items() if isinstance(headers, Mapping) else headers)
    request = _request(method, target, said, content, keeps)
    deadline = Deadline(seconds)
    try:
        if keeps and (line := kept.take(target)) is not None:
            line.deadline.renew(seconds)
            try:
                return _answer(target, line, request, most_bytes, cuts, keeps)
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                pass
        backend = CheckedBackend(addresses.checked(target, deadline.left(), resolver), deadline)
        return _answer(target, _line(target, backend, deadline), request, most_bytes, cuts, keeps)
    except httpcore.TimeoutException:
        raise TooSlow(f"{target.host} did not answer within {seconds:g} s.") from None
    except httpcore.UnsupportedProtocol:
        raise AddressRefused("An address begins with https:// or http://, and a name.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise Unreachable(f"{target.host} cannot be called: {_said(error)}.") from error


def _line(target: Target, backend: CheckedBackend, deadline: Deadline) -> Line:
    origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
    connection = httpcore.HTTPConnection(
        origin, ssl_context=_tls(), network_backend=backend, keepalive_expiry=kept.IDLE_FOR
    )
    return Line(connection, deadline)


def _request(
    method: str, target: Target, headers: list[tuple[str, str]], content: bytes, keeps: bool
) -> httpcore.Request:
    ours = {
        "host": target.host_header,
        "user-agent": AGENT,
        "accept-encoding": "identity",  # what is packed may be larger than it looks
        "connection": "keep-alive" if keeps else "close",
    }
    if content or method in ("POST", "PUT", "PATCH"):
        ours["content-length"] = str(len(content))
    said = {name.lower() for name, _ in headers}
    both = [*((name, value) for name, value in ours.items() if name not in said), *headers]
    return httpcore.Request(
        method,
        httpcore.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        ),
        headers=[(name.encode("ascii"), value.encode("utf-8")) for name, value in both],
        content=content,
    )


def _answer(
    target: Target, line: Line, request: httpcore.Request, most_bytes: int, cuts: bool, keeps: bool
) -> Answer:
    try:
        return _read(line.connection.handle_request(request), most_bytes, cuts)
    finally:
        if keeps:
            kept.keep(target, line)
        else:
            line.connection.close()


def _read(response: httpcore.Response, most_bytes: int, cuts: bool) -> Answer:
    try:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
        }
        body = b""
        for piece in response.iter_stream():
            body += piece
            if len(body) > most_bytes:
                if not cuts:
                    raise AnswerTooLarge(f"The answer has more than {most_bytes} bytes.")
                body = body[:most_bytes]
                break
        return Answer(response.status, headers, body)
    finally:
        response.close()


@cache
def _tls() -> ssl.SSLContext:
    """Names are checked against certificates; SSL_CERT_FILE names those of an authority of one's own."""
    return httpx.create_ssl_context()


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
