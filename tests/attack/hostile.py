"""Hostile requests, drawn at random from a seed: every route, any method, and what no honest client sends."""

from __future__ import annotations

import json
import random
import urllib.parse
import uuid
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from attack.kinds import Kind

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW")
# What would end the attackers' own access again and again: that is theirs to do, and no attack.
_LEFT_OUT = {"sign_in.logout", "tablet.sign_out"}
_LARGE = 300_000  # characters
_UNSEEN = "\\u202e\\u200b"  # as JSON writes what is in _ABSURD
_ABSURD: tuple[Any, ...] = (
    *("", " ", "0", "-1", "1e309", "99999999999999999999", "null", "true", "[]", "{}", "NaN", "\0", "%00"),
    *("' OR 1=1 --", "'; DROP TABLE orders; --", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>"),
    *("../../../../etc/passwd", "//evil.example", "\\\\evil.example", "https://evil.example"),
    *("\r\nX-Injected: 1", "\u202e\u200b"),
    *("\ud800", "🔥" * 300, "a" * 5000, "1700000000-1", "1700000000-99999999", "0-0", "9" * 30 + "-1"),
    *(None, True, -1, 0, 2**31, 2**63, 10**40, 1.5, float("inf"), [], {}, [[]], {"$ne": None}),
)
_NAMES = """
    to seen act reason line person board detail minutes revision changes restaurant fulfilment items customer
    promised_at metadata reference rider note email password name pin role staff language next rule_set
    version colour after limit page status order include from until tap waited again stage
    do key phone address_of again_of older when promised_at line-0-name line-0-quantity line-0-price fee
    sku names category price gone back up down key name_en content find seen categories
"""
_FIELDS = tuple(_NAMES.split())
_USUAL = """
    pending confirmed preparing ready delivering completed cancelled strike rush hold assign delay fire
    acknowledge pickup delivery owner manager kitchen strict extended 1 2 10 2026-11-27 2026-11-27T19:00:00Z
    en ar all
"""
_WORDS = tuple(_USUAL.split())
_HEADERS: Mapping[str, Sequence[str]] = {
    "Host": ("evil.example", "localhost:1", ""),
    "X-Forwarded-For": ("127.0.0.1", "::1, 10.0.0.1", "x" * 500),
    "X-Forwarded-Host": ("evil.example",),
    "X-Forwarded-Proto": ("https", "javascript"),
    "Forwarded": ("for=127.0.0.1;host=evil.example",),
    "X-Original-URL": ("/people",),
    "X-HTTP-Method-Override": ("DELETE",),
    "Origin": ("https://evil.example", "null"),
    "Sec-Fetch-Site": ("cross-site", "same-origin", "none"),
    "Last-Event-ID": ("1700000000-1", "x", "-1", "9" * 200),
    "Accept-Language": ("ar", "xx;q=9", "*" * 900),
    "Accept": ("text/event-stream", "application/json", "*/*;q=nan"),
    "Accept-Encoding": ("br, gzip, identity;q=0", "bomb"),
    "HX-Request": ("true",),
    "Range": ("bytes=0-0", "bytes=-1"),
    "If-Modified-Since": ("yesterday",),
    "Content-Type": ("text/xml", "application/json; charset=utf-7", "multipart/form-data", "a/b/c"),
    "Idempotency-Key": ("1", "k" * 400),
    "Authorization": ("Basic eDp5", "Bearer", "Bearer " + "a" * 3000),
    "X-Request-Id": ("x" * 300, "<b>"),
    "Cookie": ("session=x", "language=" + "a" * 2000, "a=b; " * 60),
}
_KINDS_OF_HEADERS: Mapping[str, Kind] = {
    **dict.fromkeys(
        ("Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL"),
        Kind.HOST,
    ),
    **dict.fromkeys(("Origin", "Sec-Fetch-Site"), Kind.CROSS_SITE),
    **dict.fromkeys(("Authorization", "Cookie"), Kind.MADE_UP),
    "Last-Event-ID": Kind.POSITION,
}
_RAW: tuple[bytes, ...] = (
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET //evil.example/%2e%2e HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"b" * 20_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"B: c\r\n" * 300 + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


@dataclass(frozen=True)
class Hostile:
    """One request, and what is hostile in it; `raw` are its bytes where no client would make them."""

    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    raw: bytes | None = None
    kinds: frozenset[Kind] = frozenset()


class Quiver:
    """What an attacker draws from: the routes, and ids: those known of the victim, and one's own."""

    def __init__(
        self, app: Flask, known: Mapping[str, Sequence[str]], own: Mapping[str, Sequence[str]]
    ) -> None:
        self._adapter = app.url_map.bind("")
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in _LEFT_OUT]
        self._rules = {False: rules, True: [rule for rule in rules if rule.rule.startswith("/api/")]}
        self._known, self._own = known, own

    def draw(self, at: random.Random, by_program: bool = False) -> Hostile:
        """The next one; programs are sent to what is for them twice as often."""
        if at.random() < 0.01:
            return Hostile(raw=at.choice(_RAW), kinds=frozenset({Kind.NO_HTTP}))
        kinds: set[Kind] = set()
        rule = at.choice(self._rules[by_program and at.random() < 0.7])
        usual = sorted((rule.methods or {"GET"}) - {"OPTIONS", "HEAD"})
        method = at.choice(usual) if at.random() < 0.85 else at.choice(METHODS)
        if method not in (rule.methods or {"GET"}):
            kinds.add(Kind.METHOD)
        path = self._path(rule, at, kinds) if at.random() < 0.95 else _junk_path(at, kinds)
        if at.random() < 0.4:
            kinds.add(Kind.QUERY)
            path += "?" + urllib.parse.urlencode(
                {at.choice(_FIELDS): _text(self._value(at)) for _ in range(at.randint(1, 4))}
            )
        headers = {
            name: at.choice(_HEADERS[name])
            for name in at.sample(sorted(_HEADERS), at.choice((0, 0, 0, 1, 2, 4)))
        }
        kinds.update(_KINDS_OF_HEADERS.get(name, Kind.HEADER) for name in headers)
        body = None
        if method not in ("GET", "HEAD", "OPTIONS", "TRACE") or at.random() < 0.05:
            kind, body = self._body(at, kinds)
            headers = {"Content-Type": kind, **headers}
        return Hostile(method, path, headers, body, kinds=frozenset(kinds or {Kind.PLAIN}))

    def _path(self, rule: Rule, at: random.Random, kinds: set[Kind]) -> str:
        values = {
            name: self._argument(name, at, kinds)
            for name in sorted(rule.arguments - {*(rule.defaults or ())})
        }
        filled = rule.rule
        for name, value in values.items():
            start = filled.rfind("<", 0, filled.index(name + ">"))
            filled = filled[:start] + value + filled[filled.index(">", start) + 1 :]
        if at.random() < 0.02:
            kinds.add(Kind.SLASHES)
            return at.choice(("/", "//evil.example", "/\\evil.example")) + filled
        return filled

    def _argument(self, name: str, at: random.Random, kinds: set[Kind]) -> str:
        if name == "board":
            return at.choice(("kitchen", "dispatch"))
        where = at.random()
        if where < 0.6 and name in self._known:
            kinds.add(Kind.FOREIGN_ID)
            return at.choice(self._known[name])
        if where < 0.85 and name in self._own:
            if name == "staff_id":
                kinds.add(Kind.ABOVE)
            return at.choice(self._own[name])
        kinds.add(Kind.NOBODYS_ID)
        if where < 0.93:
            return str(uuid.UUID(int=at.getrandbits(128)))
        return urllib.parse.quote(_text(at.choice(_ABSURD))[:500], safe="")

    def _body(self, at: random.Random, kinds: set[Kind]) -> tuple[str, bytes]:
        kind = at.random()
        if kind < 0.45:
            kinds.add(Kind.FORM)
            form = [(at.choice(_FIELDS), _text(self._value(at))) for _ in range(at.randint(0, 8))]
            return "application/x-www-form-urlencoded", urllib.parse.urlencode(form).encode()
        if kind < 0.86:
            kinds.add(Kind.JSON)
            text = self._json(at)
            if _UNSEEN in text:
                kinds.add(Kind.UNSEEN)
            return "application/json", text.encode("utf-8", "surrogatepass")
        if kind < 0.88:
            kinds.add(Kind.TWICE)
            whole, again = (json.dumps(self._order(at)) for _ in range(2))
            return "application/json", f"{whole[:-1]}, {again[1:]}".encode()
        if kind < 0.9:
            kinds.add(Kind.UNSEEN)
            unseen = at.choice(("\u200b", "\u2060\ufeff", "\u202e", "\u00ad\u034f"))
            order = self._order(at) | {"items": [{"name": unseen, "quantity": 1}]}
            return "application/json", json.dumps(order).encode()
        return at.choice(("application/json", "text/plain", "image/png")), self._junk(at, kinds)

    def _junk(self, at: random.Random, kinds: set[Kind]) -> bytes:
        if at.random() < 0.5:
            kinds.add(Kind.NO_FORM)
            return at.choice((at.randbytes(at.randint(1, 400)), b"\xff\xfe{\x00}\x00"))
        kinds.add(Kind.LARGE)
        large: tuple[Callable[[], bytes], ...] = (
            lambda: b"[" * 5000,
            lambda: b'{"a":' * 2000 + b"1" + b"}" * 2000,
            lambda: b'{"items": [' + b"{}," * 3000 + b"{}]}",
            lambda: b"x" * _LARGE,
        )
        return at.choice(large)()

    def _order(self, at: random.Random) -> dict[str, Any]:
        """One that nothing is wrong with, if it is the asker's own restaurant."""
        return {
            "restaurant": at.choice([*self._known["restaurant"], *self._own["restaurant"]]),
            "fulfilment": at.choice(("delivery", "pickup", "dine_in")),
            "items": [{"name": "Tea", "quantity": 1, "modifiers": ["mint"]}],
            "customer": {"name": "Eve", "phone": "+961 1 555 000"},
        }

    def _json(self, at: random.Random) -> str:
        whole: Any = self._order(at)
        whole |= {at.choice(_FIELDS): self._value(at) for _ in range(at.randint(0, 5))}
        for _ in range(at.randint(0, 3)):
            _spoil(whole, at)
        return json.dumps(whole if at.random() < 0.95 else self._value(at))

    def _value(self, at: random.Random) -> Any:
        where = at.random()
        if where < 0.35:
            return at.choice(_WORDS)
        if where < 0.6:
            return at.choice([each for ids in (*self._known.values(), *self._own.values()) for each in ids])
        return deepcopy(at.choice(_ABSURD))


def _spoil(value: Any, at: random.Random) -> None:
    """Put something absurd somewhere into a JSON value."""
    while True:
        key = at.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if not value[key] or not isinstance(value[key], dict | list) or at.random() < 0.3:
            value[key] = deepcopy(at.choice(_ABSURD))  # which the next one may be put into
            return
        value = value[key]


def _junk_path(at: random.Random, kinds: set[Kind]) -> str:
    kinds.add(Kind.PATH)
    parts = (
        "api",
        "v1",
        "orders",
        "..",
        "%2e%2e",
        "r",
        "track",
        "static",
        "vendor",
        ".git",
        "%ff",
        "admin",
        "",
    )
    return "/" + "/".join(at.choice(parts) for _ in range(at.randint(1, 6)))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()
