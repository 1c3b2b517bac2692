"""A push service, and browsers that subscribed at it: a real HTTP server that reads what was meant for them.

What it asks of a sender is that of RFC 8030 (sections 5 and 7.3), 8291 and 8292 (https://www.rfc-editor.org),
and how services answer bad senders:
https://autopush.readthedocs.io/en/latest/http.html
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_LONGEST = 4096  # bytes of what is encrypted


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Pushed:
    """What a browser was sent: read, with the headers it came with and what the sender signed."""

    said: dict[str, Any]
    headers: dict[str, str]
    claims: dict[str, Any]
    signed_with: str


@dataclass
class Browser:
    """One that subscribed; `answers` are what its service says next, once each, instead of 201."""

    endpoint: str
    pushed: list[Pushed] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` says it."""
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(public), "auth": encoded(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """What was meant for this browser; raises if it was encrypted for another."""
        said: dict[str, Any] = json.loads(
            http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        )
        return said


class PushService:
    """At `address`; `refused` is what it found wrong with what senders did."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.refused: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def subscribe(self) -> Browser:
        made = Browser(f"{self.address}/push/{secrets.token_urlsafe(32)}")
        self.browsers[made.endpoint] = made
        return made

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        browser = self.browsers.get(self.address + path)
        if browser is None:
            return 404, {}
        browser.tries += 1
        if browser.answers:
            return browser.answers.pop(0)
        try:
            browser.pushed.append(self._read(browser, headers, body))
        except (AssertionError, ValueError) as wrong:
            self.refused.append(str(wrong))
            return 400, {}
        return 201, {"Location": f"{self.address}/message/{len(browser.pushed)}"}

    def _read(self, browser: Browser, headers: dict[str, str], body: bytes) -> Pushed:
        assert headers["content-encoding"] == "aes128gcm", "RFC 8291, section 4"
        assert headers["ttl"].isdigit(), "RFC 8030, section 5.2"
        assert headers["urgency"] in ("very-low", "low", "normal", "high"), "RFC 8030, section 5.3"
        assert len(headers["topic"]) <= 32 and decoded(headers["topic"]), "RFC 8030, section 5.4"
        assert len(body) <= _LONGEST, "RFC 8030, section 7.2"
        claims, key = verified(headers["authorization"])
        assert claims["aud"] == self.address, "RFC 8292, section 2"
        assert time.time() < claims["exp"] <= time.time() + 24 * 60 * 60, "RFC 8292, section 2"
        assert claims["sub"].startswith(("mailto:", "https://")), "RFC 8292, section 2.1"
        return Pushed(browser.read(body), headers, claims, key)

    def _handler(service: PushService) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                said = {name.lower(): value for name, value in self.headers.items()}
                status, headers = service.answer(self.path, said, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def verified(authorization: str) -> tuple[dict[str, Any], str]:
    """What was signed, and the key it was signed with (RFC 8292, section 3); raises if it was not."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert scheme == "vapid" and set(parts) == {"t", "k"}
    signed, _, signature = parts["t"].rpartition(".")
    header, claims = (json.loads(decoded(each)) for each in signed.split("."))
    assert header["alg"] == "ES256"
    raw = decoded(signature)
    made = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    key.verify(made, signed.encode(), ec.ECDSA(SHA256()))
    return claims, parts["k"]


@contextmanager
def open_service() -> Iterator[PushService]:
    service = PushService()
    try:
        yield service
    finally:
        service.close()
    assert service.refused == []
