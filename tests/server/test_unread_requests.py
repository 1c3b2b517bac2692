"""What cannot be read is refused like anything else: a document to programs, a page to people, and an id."""

from __future__ import annotations

import json
import re
import socket

import pytest

from support.cast import PASSWORD, House
from support.server import Server, wait_for

SECRET = "s3cret-in-a-request"
LONG = "x" * 9000
UNREAD = {
    414: f"GET {{path}}?{LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    431: f"GET {{path}} HTTP/1.1\r\nHost: localhost\r\nX-Long: {LONG}\r\n\r\n",
    400: f"GET {{path}} HTTP/1.1\r\nHost: localhost\r\nNo header {SECRET}\r\n\r\n",
    501: "POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, odd\r\n\r\n0\r\n\r\n",
    417: "POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: the-moon\r\nContent-Length: 1\r\n\r\nx",
}


def said_to(server: Server, request: str) -> tuple[str, dict[str, str], bytes]:
    """The status line, headers and body that a request is answered with, until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(request.encode())
        said = b""
        while piece := client.recv(65536):
            said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines), body


@pytest.mark.parametrize("status", UNREAD)
def test_a_program_is_told_by_a_problem(server: Server, status: int) -> None:
    first, headers, body = said_to(server, UNREAD[status].format(path="/api/v1/orders"))
    assert first.startswith(f"HTTP/1.1 {status} ")
    assert headers["Content-Type"] == "application/problem+json"
    said = json.loads(body)
    assert said["status"] == status and said["detail"].endswith(".") and "/problems/" in said["type"]
    assert int(headers["Content-Length"]) == len(body) and headers["Connection"] == "close"


@pytest.mark.parametrize("status", UNREAD)
def test_a_person_is_told_by_a_page(server: Server, status: int) -> None:
    first, headers, body = said_to(server, UNREAD[status].format(path="/login"))
    assert first.startswith(f"HTTP/1.1 {status} ")
    assert headers["Content-Type"].startswith("text/html")
    assert b"<h1>" in body and b"</html>" in body
    assert re.fullmatch("[0-9a-f]{16}", headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/api/v1/orders", "/login"])
def test_who_sends_a_header_that_http_does_not_have_is_told_that_it_is_the_headers(
    server: Server, path: str
) -> None:
    _, _, body = said_to(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\0b\r\n\r\n")
    assert b"its first line, or one of its headers, has characters or a form that HTTP does not have" in body


@pytest.mark.parametrize("status", UNREAD)
def test_its_line_in_the_log_has_its_id_and_nothing_that_it_said(server: Server, status: int) -> None:
    _, headers, _ = said_to(server, UNREAD[status].format(path=f"/track/{SECRET}"))
    log = server.log

    def line() -> str | None:
        return next((each for each in log.read_text().splitlines() if headers["X-Request-Id"] in each), None)

    said = json.loads(wait_for(line, "the line"))
    assert (said["event"], said["status"], said["address"]) == ("request", status, "127.0.0.1")
    assert SECRET not in log.read_text()


def test_a_stream_carries_the_id_of_its_line(server: Server, cedar: House) -> None:
    authorization = cedar.bearer["Authorization"]
    ask = f"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(ask.encode())
        said = b""
        while b": connected" not in said:
            piece = client.recv(65536)
            assert piece, said
            said += piece
    found = re.search(rb"\r\nX-Request-Id: ([0-9a-f]{16})\r\n", said)
    assert found is not None
    request_id = found[1].decode()
    lines = wait_for(  # it is written when the stream has begun
        lambda: [each for each in server.log.read_text().splitlines() if request_id in each], "its line"
    )
    (line,) = map(json.loads, lines)
    assert (line["route"], line["status"]) == ("/api/v1/stream", 200)
    assert line["by"].startswith("key:")


def test_nobody_on_this_machine_may_say_that_a_request_came_over_tls(server: Server, cedar: House) -> None:
    forwarded = (
        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-For: 198.51.100.9\r\n"
        "X-Forwarded-Ssl: on\r\nForwarded: for=198.51.100.9;host=evil.example;proto=https\r\n"
        "X-Forwarded-Prefix: /evil\r\nX-Script-Name: /evil\r\n"
    )
    form = f"email={cedar.maya.email.replace('@', '%40')}&password={PASSWORD}"
    _, headers, _ = said_to(
        server,
        f"POST /login HTTP/1.1\r\nHost: localhost\r\n{forwarded}Connection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n{form}",
    )
    assert "evil" not in json.dumps(headers)
    assert "Secure" not in headers.get("Set-Cookie", "")
    authorization = cedar.bearer["Authorization"]
    _, headers, body = said_to(
        server,
        f"GET /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n{forwarded}Connection: close\r\n"
        f"Authorization: {authorization}\r\n\r\n",
    )
    assert json.loads(body)["type"].startswith("http://localhost/")
    line = next(each for each in server.log.read_text().splitlines() if headers["X-Request-Id"] in each)
    assert json.loads(line)["address"] == "127.0.0.1"
