"""The client against servers with bad habits: it is never held up, led elsewhere or filled."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ordertrack.outgoing import addresses, client, kept
from ordertrack.outgoing.client import AnswerTooLarge, TooSlow, Unreachable
from support import certificates

Behave = Callable[[socket.socket, bytes], None]
SECONDS = 0.6


@pytest.fixture(autouse=True)
def _private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(addresses.ALLOWED, "1")


class Peer:
    """A server of plain sockets; `asked` are the requests that it got."""

    def __init__(self, behave: Behave, tls: ssl.SSLContext | None = None) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.asked: list[bytes] = []
        self._behave, self._tls = behave, tls
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                asked = connection.recv(65536)
                self.asked.append(asked)
                self._behave(connection, asked)
        except OSError:
            pass

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(behave: Behave, tls: ssl.SSLContext | None = None) -> Peer:
        made.append(Peer(behave, tls))
        return made[-1]

    yield make
    for each in made:
        each.close()


def url(server: Peer, path: str = "/hook?to=us") -> str:
    return f"http://localhost:{server.port}{path}"


def test_an_answer_comes_back_with_its_status_headers_and_body(peer: Callable[..., Peer]) -> None:
    there = peer(
        lambda to, _: to.sendall(b"HTTP/1.1 201 Made\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok")
    )
    answer = client.send("POST", url(there), headers={"X-Ours": "1"}, content=b"{}")
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (201, b"ok", "7")
    (asked,) = there.asked
    assert asked.startswith(b"POST /hook?to=us HTTP/1.1\r\n")
    assert f"host: localhost:{there.port}\r\n".encode() in asked and b"X-Ours: 1\r\n" in asked


def _trickle(to: socket.socket, _asked: bytes, head: bytes = b"HTTP/1.1 200 OK\r\n") -> None:
    for byte in head + b"X" * 10_000:
        to.sendall(bytes([byte]))
        time.sleep(0.02)


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(lambda to, _: to.recv(1), id="says nothing"),
        pytest.param(_trickle, id="trickles headers"),
        pytest.param(
            lambda to, asked: _trickle(to, asked, b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"),
            id="trickles a body",
        ),
        pytest.param(
            lambda to, _: [
                (to.sendall(b"HTTP/1.1 100 Continue\r\n\r\n"), time.sleep(0.02)) for _ in range(500)
            ],
            id="goes on saying that it goes on",
        ),
    ],
)
def test_a_call_ends_in_its_time_whatever_the_other_end_does(
    peer: Callable[..., Peer], behave: Behave
) -> None:
    there = peer(behave)
    began = time.monotonic()
    with pytest.raises(TooSlow):
        client.send("POST", url(there), seconds=SECONDS)
    assert SECONDS * 0.9 < time.monotonic() - began < SECONDS + 1.5


def test_a_name_that_is_not_resolved_in_time_is_given_up() -> None:
    with pytest.raises(TooSlow):
        client.send("GET", "http://x/", seconds=0.2, resolver=lambda *_: time.sleep(3) or [])  # type: ignore[func-returns-value]


def test_of_a_large_answer_no_more_is_read_than_was_wanted(peer: Callable[..., Peer]) -> None:
    sent = 0

    def flood(to: socket.socket, _asked: bytes) -> None:
        nonlocal sent
        to.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sent += to.send(b"x" * 65536)

    there = peer(flood)
    with pytest.raises(AnswerTooLarge):
        client.send("GET", url(there), most_bytes=1000)
    cut = client.send("GET", url(there), most_bytes=1000, cuts=True)
    assert cut.status == 200 and cut.body == b"x" * 1000
    assert sent < 20_000_000


def test_endless_headers_are_no_answer(peer: Callable[..., Peer]) -> None:
    def flood(to: socket.socket, _asked: bytes) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            to.sendall(b"X-More: " + b"y" * 5000 + b"\r\n")

    with pytest.raises(Unreachable):
        client.send("GET", url(peer(flood)))


def test_a_redirect_is_an_answer_and_is_not_followed(peer: Callable[..., Peer]) -> None:
    inner = peer(lambda to, _: to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    location = f"http://127.0.0.1:{inner.port}/"
    said = f"HTTP/1.1 307 T\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    there = peer(lambda to, _: to.sendall(said))
    assert client.send("POST", url(there)).status == 307
    assert inner.asked == []


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 99999 no\r\n\r\n", b"\0" * 50])
def test_what_is_no_http_is_no_answer(peer: Callable[..., Peer], said: bytes) -> None:
    with pytest.raises(Unreachable):
        client.send("GET", url(peer(lambda to, _: to.sendall(said))))


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            client.send("GET", f"http://127.0.0.1:{free.getsockname()[1]}/")


def test_a_proxy_of_the_environment_is_not_asked(
    peer: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    proxy, there = (peer(lambda to, _: to.sendall(answers)) for _ in range(2))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert client.send("GET", url(there)).status == 200
    assert proxy.asked == []


def test_a_name_is_asked_for_once_and_what_was_checked_is_what_is_called(peer: Callable[..., Peer]) -> None:
    """A name that stands for a public address when it is checked, and for another when it is called."""
    there = peer(lambda to, _: to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    answer = client.send("GET", f"http://moves.example:{there.port}/", resolver=resolve)
    assert answer.status == 200 and asked == ["moves.example"]
    assert f"host: moves.example:{there.port}".encode() in there.asked[0]


def test_a_connection_is_kept_for_the_next_call_of_those_that_keep_it_and_may_be_closed_meanwhile(
    peer: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    closes = threading.Event()

    def answer_two(to: socket.socket, asked: bytes) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        if b"/only" in asked:
            return
        there.asked.append(to.recv(65536))
        if not closes.is_set():
            to.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    resolved: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        resolved.append(host)
        return ["127.0.0.1"]

    def call(path: str, keeps: bool = True) -> int:
        address = f"http://shop.example:{there.port}{path}"
        return client.send("GET", address, keeps=keeps, resolver=resolve).status

    there = peer(answer_two)
    assert [call("/a"), call("/b")] == [200, 204] and len(resolved) == 1, "on one connection"
    closes.set()
    assert [call("/c"), call("/d")] == [200, 200], "what was said on a closed one is said on another"
    assert len(resolved) == 3 and sum(b"/d" in each for each in there.asked) == 2
    assert [call("/only", keeps=False), call("/only", keeps=False)] == [200, 200] and len(resolved) == 5
    monkeypatch.setattr(kept, "USED_FOR", 0.0)
    assert call("/e") == 200 and len(resolved) == 6, "whom the name stands for is asked now and then"


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for shop.example, of an authority that SSL_CERT_FILE names."""
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(b"".join(certificates.of_itself("shop.example")))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    client._tls.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_certificate_has_to_be_that_of_the_name_not_of_the_address(
    peer: Callable[..., Peer], certified: ssl.SSLContext
) -> None:
    names: list[str] = []
    certified.sni_callback = lambda _socket, name, _context: names.append(name)
    there = peer(lambda to, _: to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), certified)

    def call(host: str) -> int:
        return client.send("GET", f"https://{host}:{there.port}/", resolver=lambda *_: ["127.0.0.1"]).status

    assert call("shop.example") == 200
    with pytest.raises(Unreachable):
        call("bank.example")
    assert names == ["shop.example", "bank.example"]
    client._tls.cache_clear()
