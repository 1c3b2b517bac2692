"""Hostile requests over every route, by everybody who may ask: nothing is seen, written or broken by them."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from flask import Flask

from attack.askers import Asker, Reach
from attack.campaign import Found, judge
from attack.campaigning import campaign
from attack.hostile import Hostile, Quiver
from attack.kinds import HELD_ELSEWHERE, Kind
from attack.victim import MARK
from ordertrack.database.config import ROOT, Settings
from support.cast import House
from support.server import Server

REQUESTS, SEED = 1000, 4


def test_a_thousand_hostile_requests_see_nothing_of_another_house_change_nothing_and_break_nothing(
    settings: Settings, server: Server, make_house: Callable[..., House]
) -> None:
    found = campaign(settings, server, make_house, REQUESTS, SEED)
    assert found.leaks == []
    assert found.errors == []
    assert found.requests == REQUESTS
    # It gets somewhere: much is let in, and what is refused is refused for many reasons.
    assert found.statuses["200"] > REQUESTS / 10, found.statuses
    assert all(found.statuses[each] for each in ("400", "401", "403", "404", "405", "422")), found.statuses
    assert not [kind for kind in Kind if not found.kinds[kind]], "some kind of attack was not tried"
    assert len(list(found.table())) == 1 + len(Kind)


def test_a_seed_draws_the_same_requests_whatever_was_drawn_before(app: Flask) -> None:
    ids = {"order_id": ("a",), "restaurant": ("verdun",), "staff_id": ("s",), "token": ("t",)}
    quiver = Quiver(app, ids, ids)

    def draw() -> list[Hostile]:
        at = random.Random(SEED)
        return [quiver.draw(at, by_program=bool(number % 2)) for number in range(3000)]

    assert draw() == draw()


def test_what_no_campaign_tries_has_tests_of_its_own() -> None:
    assert not [path for path in HELD_ELSEWHERE.values() if not (ROOT / path).exists()]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nTraceback (most recent call last):",
        b"HTTP/1.1 302 Found\r\nLocation: //evil.example\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/orders\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Injected: 1\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\n\r\n",
    ],
)
def test_an_answer_that_must_not_be_is_found(answer: bytes) -> None:
    found = Found()
    judge(found, "stranger", Hostile(), answer, (MARK.encode(),))
    assert len(found.errors) == 1 and not found.leaks


def test_a_manager_who_does_something_to_an_owner_is_found() -> None:
    found = Found()
    for method, status in (
        ("POST", "200 OK"),
        ("POST", "302 Found"),
        ("POST", "403 Forbidden"),
        ("OPTIONS", "200 OK"),
    ):
        done = Hostile(method, kinds=frozenset({Kind.ABOVE}))
        judge(found, "manager", done, f"HTTP/1.1 {status}\r\n\r\n".encode(), ())
    assert len(found.errors) == 2


def test_a_word_of_the_other_house_in_an_answer_is_a_leak() -> None:
    found = Found()
    judge(found, "stranger", Hostile(), f"HTTP/1.1 404 Not Found\r\n\r\n{MARK}".encode(), (MARK.encode(),))
    assert len(found.leaks) == 1 and not found.errors


@pytest.mark.parametrize(
    ("reach", "method", "path", "status", "oversteps"),
    [
        (Reach.READING, "POST", "/api/v1/orders", "201", True),
        (Reach.READING, "POST", "/api/v1/orders", "403", False),
        (Reach.READING, "GET", "/api/v1/orders", "200", False),
        (Reach.NOTHING, "GET", "/api/v1/orders", "200", True),
        (Reach.NOTHING, "GET", "/api/v1/openapi.json", "200", False),
        (Reach.ITS_OWN, "POST", "/api/v1/orders", "201", False),
    ],
)
def test_a_key_that_is_let_in_to_what_it_is_not_for_is_found(
    reach: Reach, method: str, path: str, status: str, oversteps: bool
) -> None:
    assert Asker("program", reach=reach).oversteps(Hostile(method, path), status) == oversteps
