"""The one client by which this house calls others: bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import httpcore
import httpx

from ordertrack.outgoing import addresses
from ordertrack.outgoing.addresses import Resolver, Target
from ordertrack.outgoing.connecting import CheckedBackend, Deadline
from ordertrack.outgoing.failures import AddressRefused, AnswerTooLarge, CallFailed, TooSlow, Unreachable

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
    resolver: Resolver = addresses.look_up,
) -> Answer:
    """Call somebody else's server, and have its answer within `seconds` for the whole of it.

    Raises a CallFailed: AddressRefused, Unreachable, TooSlow, or AnswerTooLarge if the body has more than
    `most_bytes`; with `cuts` it is cut off there instead. Nothing is followed, kept or taken from the
    environment: no redirects, cookies or proxies. Hold no transaction meanwhile.
    """
    target = addresses.read(url)
    deadline = Deadline(seconds)
    backend = CheckedBackend(addresses.checked(target, seconds, resolver), deadline)
    said = list(headers.items() if isinstance(headers, Mapping) else headers)
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, retries=0) as pool:
            return _answer(pool, _request(method, target, said, content), most_bytes, cuts)
    except httpcore.TimeoutException:
        raise TooSlow(f"{target.host} did not answer within {seconds:g} s.") from None
    except httpcore.UnsupportedProtocol:
        raise AddressRefused("An address begins with https:// or http://, and a name.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise Unreachable(f"{target.host} cannot be called: {_said(error)}.") from error


def _request(method: str, target: Target, headers: list[tuple[str, str]], content: bytes) -> httpcore.Request:
    ours = {
        "host": target.host_header,
        "user-agent": AGENT,
        "accept-encoding": "identity",  # what is packed may be larger than it looks
        "connection": "close",
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


def _answer(pool: httpcore.ConnectionPool, request: httpcore.Request, most_bytes: int, cuts: bool) -> Answer:
    response = pool.handle_request(request)
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
