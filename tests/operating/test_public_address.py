"""The doctor asks the house through its public address, and sees what the proxies on the way do to it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ordertrack.database.config import Settings
from ordertrack.operating.doctor import public_address
from ordertrack.operating.doctor.finding import Finding, Level
from ordertrack.web import mirror
from support.http_client import Caller
from support.server import Server


@contextmanager
def keeping_back(port: int) -> Iterator[str]:
    """A proxy that hands an answer on only when it has all of it; its address."""

    class Keeps(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            behind = http.client.HTTPConnection("127.0.0.1", port)
            behind.request("GET", self.path, headers={"X-Forwarded-For": "192.0.2.7"})
            answer = behind.getresponse()
            content = answer.read()
            behind.close()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeps) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{proxy.server_port}"
        proxy.shutdown()
        thread.join()


def look(settings: Settings, url: str) -> dict[str, Finding]:
    return {each.what: each for each in public_address.check(replace(settings, public_url=url))}


def test_asked_directly_all_arrives_as_it_is_sent(settings: Settings, server: Server) -> None:
    found = look(settings, server.address)
    assert {what: each.level for what, each in found.items()} == {
        "public address": Level.OK,
        "scheme": Level.LOOK,  # no TLS
        "client address": Level.OK,
        "streams": Level.OK,
    }


def test_a_proxy_that_keeps_streams_back_and_is_not_counted_is_found(
    settings: Settings, server: Server
) -> None:
    with keeping_back(server.port) as address:
        found = look(settings, address)
    assert found["streams"].level == Level.BROKEN
    assert "proxy_buffering off" in found["streams"].do
    assert found["client address"].level == Level.LOOK
    assert "1 name(s) in X-Forwarded-For, and ORDERTRACK_PROXIES is 0" in found["client address"].said


def test_an_address_that_leads_elsewhere_is_found(settings: Settings, server: Server) -> None:
    other = replace(settings, secret_key="another house's")
    assert "it answers 404" in look(other, server.address)["public address"].said
    assert look(settings, "http://127.0.0.1:9")["public address"].level == Level.BROKEN


@pytest.mark.parametrize("code", ["", "1", "1.2", ".", "%C2%B9.x", "late", "forged"])
def test_whoever_does_not_know_the_secret_finds_nothing_there(
    settings: Settings, server: Server, code: str
) -> None:
    known = {
        "late": mirror.code(settings.secret_key, time.time() - 120),
        "forged": mirror.code("guessed"),
    }
    assert Caller(server.port).call(f"/mirror/{known.get(code, code)}").status == 404
