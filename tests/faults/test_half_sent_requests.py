"""Requests that are begun and never ended: each is answered 408 and closed, and boards do not feel them."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from cast import House
from over_http import Caller, sign_in
from server import Server

from faults.half_sent import HalfSent
from faults.load import Load
from ordertrack.incoming import ARRIVES_WITHIN

CROWD = 2000
PATIENCE = ARRIVES_WITHIN + 20
HALF_A_HEADER = b"GET /login HTTP/1.1\r\nHost: localhost\r\nX-Never"
HALF_A_SIGN_IN = (
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nemail=maya%40"
)
ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


def half_an_order(house: House) -> bytes:
    lines = [
        "POST /api/v1/orders HTTP/1.1",
        "Host: localhost",
        f"Authorization: {house.bearer['Authorization']}",
        f"Idempotency-Key: {secrets.token_hex(8)}",
        "Content-Type: application/json",
        "Content-Length: 1000",
    ]
    return "\r\n".join([*lines, "", '{"restaurant": ']).encode()


def assert_all_are_408(crowd: HalfSent) -> None:
    said = set(crowd.answers.values())
    assert len(said) == 1, said
    (answer,) = said
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n") and b"\r\nConnection: close\r\n" in answer


@pytest.mark.timeout(120)
def test_two_thousand_half_sent_requests_are_408_and_boards_move_meanwhile(
    tough: Server, cedar: House, under_load: Callable[[], Load]
) -> None:
    with (
        under_load() as load,
        HalfSent(tough.port, [HALF_A_HEADER, HALF_A_SIGN_IN] * (CROWD // 2)) as crowd,
    ):
        load.goes_on(20)
        assert sign_in(tough.port, cedar.maya).call("/r/hamra/kitchen").status == 200
        assert crowd.open == CROWD
        crowd.read_until_closed(PATIENCE)
        assert_all_are_408(crowd)
        load.goes_on(20)


@pytest.mark.parametrize("beginning", [HALF_A_HEADER, HALF_A_SIGN_IN], ids=["a header", "a body"])
def test_a_request_that_trickles_in_is_408_all_the_same(tough: Server, beginning: bytes) -> None:
    with HalfSent(tough.port, [beginning], trickle=b"x") as crowd:
        crowd.read_until_closed(PATIENCE)
        assert_all_are_408(crowd)


def test_half_sent_orders_hold_no_connection_to_the_database(tough: Server, cedar: House) -> None:
    with HalfSent(tough.port, [half_an_order(cedar)] * 100) as crowd:
        for _ in range(10):
            assert Caller(tough.port, cedar.bearer).call("/api/v1/orders", body=ORDER).status == 201
        crowd.read_until_closed(PATIENCE)
        assert_all_are_408(crowd)


def test_a_connection_on_which_nothing_is_asked_is_closed_without_a_word(tough: Server) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with HalfSent(tough.port, [b"", asked]) as crowd:
        crowd.read_until_closed(PATIENCE)
        nothing, answered = crowd.answers.values()
        assert nothing == b""
        assert answered.startswith(b"HTTP/1.1 200 OK\r\n") and answered.count(b"HTTP/1.1") == 1


def test_a_client_that_asks_before_it_sends_its_body_is_told_to(tough: Server, cedar: House) -> None:
    begun = half_an_order(cedar).partition(b"\r\n\r\n")[0] + b"\r\nExpect: 100-continue\r\n\r\n"
    with HalfSent(tough.port, [begun]) as crowd:
        crowd.read_until_closed(PATIENCE)
        (said,) = crowd.answers.values()
        assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 408 Request Timeout\r\n")
