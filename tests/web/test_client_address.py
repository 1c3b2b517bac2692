"""The address of whoever asks: known, or not counted at all; never a proxy's for all who come through it."""

from __future__ import annotations

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from ordertrack.web.client_address import address_of


def seen_through(peer: str, proxies: int, **headers: str) -> str | None:
    """What a request from this peer, with these headers, is taken to come from."""
    seen: list[str | None] = []

    def app(environ, start_response):
        seen.append(address_of(environ, proxies))
        return []

    behind = ProxyFix(app, x_for=proxies) if proxies else app
    behind({"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **headers}, lambda *_: None)
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "known"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        ("unix:", None),
    ],
)
def test_a_direct_client_is_known_by_its_address_or_its_network(peer: str, known: str | None) -> None:
    assert seen_through(peer, 0) == known


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"])
def test_who_comes_through_a_proxy_that_nobody_counted_is_not_known(header: str) -> None:
    assert seen_through("192.0.2.7", 0, **{header: "198.51.100.1"}) is None


def test_who_comes_through_counted_proxies_is_known_by_what_they_say() -> None:
    assert seen_through("127.0.0.1", 1, HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.1") == "198.51.100.1"
    assert seen_through("10.0.0.1", 2, HTTP_X_FORWARDED_FOR="198.51.100.1, 10.0.0.2") == "198.51.100.1"
    assert seen_through("10.0.0.1", 2, HTTP_X_FORWARDED_FOR="10.0.0.2") is None
    assert seen_through("10.0.0.1", 1) is None
