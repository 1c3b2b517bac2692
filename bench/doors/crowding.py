"""Who has a link or a key, or guesses passwords, and asks for all that there is; others ask meanwhile."""

from __future__ import annotations

import json
import secrets
import socket
import time

from doors import asking
from doors.attackers import Attackers, Wish, flood, open_streams
from doors.figures import Figures, Measured
from doors.side import Side
from replays.readers import Readers

STREAMS, BURST, SIGNING_IN, REPLAYS = 400, 1000, 60, 60
QUIET = 3.0  # seconds
TAPPED = 120  # orders a round
SETTLE = 2.0  # seconds from the first bytes of the replays until it is looked at
_BURSTING = 16  # clients of one key


def crowd(side: Side, cookie: str, seconds: float, figures: Figures) -> None:
    """Streams, a burst, password hashes: one after the other."""
    guests = [_place(side, side.cedar.bearer, side.cedar.order()) for _ in range(2)]
    mine = _place(side, side.eve.bearer, side.eve.order())
    _streams(side, Wish("GET", f"/track/{mine}/stream", {}), "a guest's link", guests[0], seconds, figures)
    key = Wish("GET", "/api/v1/stream", side.eve.bearer)
    _streams(side, key, "a key", guests[1], seconds, figures)
    _burst(side, figures)
    _hash(side, cookie, figures)


def replay(side: Side, seconds: float, figures: Figures) -> None:
    """Sixty replays of a long log by one key; a guest of another house asks for their page."""
    page = f"/track/{_place(side, side.cedar.bearer, side.cedar.order())}"
    look = [asking.getting(side.port, page, {})]
    attack = f"{REPLAYS} replays of a long log by one key"
    (quiet,) = asking.fare(look, asking.for_seconds(seconds), 0.0)
    with Readers(side.port, [side.eve.key], side.epoch(), REPLAYS) as readers:
        readers.begin()
        time.sleep(SETTLE)
        before, began = readers.told, time.monotonic()
        (during,) = asking.fare(look, asking.for_seconds(seconds), 0.0)
        told = (readers.told - before) / (time.monotonic() - began)
        refused = readers.refused
    figures.add(attack, "another house's tracking page, nothing else going on", quiet)
    figures.add(attack, "the same meanwhile", during)
    figures.add(attack, "its p95 beside quiet", Measured(during.p95 / quiet.p95, "×"))
    figures.add(attack, "replays of all rounds that were refused", refused)
    figures.add(attack, "entries that all were told a second", Measured(told, ""))


def _streams(side: Side, wish: Wish, whose: str, guest: str, seconds: float, figures: Figures) -> None:
    attack = f"{whose} opens {STREAMS} streams"
    stream = f"/track/{guest}/stream"
    with Attackers(open_streams, side.port, wish, STREAMS) as attackers:
        told = attackers.wait()
        doing = [lambda: _stream_status(side.port, stream), asking.getting(side.port, f"/track/{guest}", {})]
        opened, looked = asking.fare(doing, asking.for_seconds(seconds), 0.1)
    figures.add(attack, "what they are answered", told)
    figures.add(attack, "another guest's stream begins", opened)
    figures.add(attack, "another guest's page", looked)


def _burst(side: Side, figures: Figures) -> None:
    attack = f"one key asks {BURST:,} times at once"
    look = [asking.getting(side.port, "/api/v1/restaurants", side.cedar.bearer)]
    (quiet,) = asking.fare(look, asking.for_seconds(QUIET), 0.03)
    wishes = [Wish("GET", "/api/v1/orders?limit=50", side.eve.bearer)] * BURST
    began = time.monotonic()
    with Attackers(flood, side.port, wishes, _BURSTING) as attackers:
        (during,) = asking.fare(look, attackers.are_at_it, 0.03)
        told, took = attackers.wait(), time.monotonic() - began
    figures.add(attack, "another house's request, quiet", quiet)
    figures.add(attack, "the same meanwhile", during)
    figures.add(attack, "what the key is answered", told)
    figures.add(attack, "for how long it goes on", Measured(took, "s"))


def _hash(side: Side, cookie: str, figures: Figures) -> None:
    attack = f"{SIGNING_IN} strangers sign in at once"
    orders = iter([_placed(side, side.cedar.bearer, side.cedar.order())["id"] for _ in range(TAPPED)])

    def tap() -> int:
        form = {"to": "confirmed", "seen": "pending", "board": "kitchen", "despite_open_lines": "1"}
        path = f"/orders/{next(orders)}/transitions"
        return asking.ask(side.port, path, {"Cookie": cookie}, form=form, patience=asking.PATIENCE).status

    (quiet,) = asking.fare([tap], asking.for_seconds(QUIET), 0.1)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    wishes = []
    for number in range(SIGNING_IN):
        address = {"X-Forwarded-For": f"203.0.{secrets.randbelow(256)}.{number + 1}"}
        body = f"email=guess-{secrets.token_hex(4)}%40cedar.example&password=quite-wrong-again".encode()
        wishes.append(Wish("POST", "/login", kind | address, body))
    left = iter(range(TAPPED - quiet.asked - 1))
    with Attackers(flood, side.port, wishes, SIGNING_IN, 5) as attackers:
        (during,) = asking.fare([tap], lambda: attackers.are_at_it() and next(left, None) is not None, 0.05)
        told = attackers.wait()
    figures.add(attack, "a tap on a board, quiet", quiet)
    figures.add(attack, "the same meanwhile", during)
    figures.add(attack, "what the strangers are answered", told)


def _placed(side: Side, headers: dict[str, str], order: dict[str, object]) -> dict[str, str]:
    answer = asking.ask(side.port, "/api/v1/orders", headers, body=order)
    if answer.status != 201:
        raise SystemExit(f"{side.name}: an order was answered {answer.status}: {answer.text[:300]}")
    return dict(json.loads(answer.text))


def _place(side: Side, headers: dict[str, str], order: dict[str, object]) -> str:
    """The token of its guest's link."""
    return _placed(side, headers, order)["tracking_url"].rpartition("/")[2]


def _stream_status(port: int, path: str) -> int:
    with socket.create_connection(("127.0.0.1", port), asking.PATIENCE) as stream:
        stream.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        return int(stream.recv(12)[9:12] or b"0")
