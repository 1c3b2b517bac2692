"""Requests that are begun and never ended: each is answered 408 and closed, and boards do not feel them."""

from __future__ import annotations

import json
import re
import secrets
import select
import socket
import time
from collections.abc import Callable

import pytest

from faults.half_sent import HalfSent
from faults.load import Load
from ordertrack.server.incoming import ARRIVES_WITHIN
from ordertrack.web.bodies import LARGEST_BODY
from support.cast import House
from support.http_client import Caller, sign_in
from support.server import Server, wait_for

CROWD = 2000
PATIENCE = ARRIVES_WITHIN + 20
CHUNKED = b"Transfer-Encoding: chunked"
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


def announcing(header: str, house: House) -> bytes:
    return half_an_order(house).partition(b"\r\n\r\n")[0].replace(b"Content-Length: 1000", header.encode())


def in_chunks(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def assert_all_are_408(crowd: HalfSent) -> None:
    ids = [re.findall(rb"X-Request-Id: (\w+)\r\n", answer) for answer in crowd.answers.values()]
    assert all(len(found) == 1 for found in ids) and len({found[0] for found in ids}) == len(ids)
    # Each worker has made its page when it began.
    own = re.compile(rb'X-Request-Id: \w+|data-now="\d+"')
    said = {own.sub(b"", answer) for answer in crowd.answers.values()}
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


ASKED_NEXT = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
TOO_LARGE = {
    "announced": ("Content-Length: 90000000000", b"x" * 1000),
    "announced, and asked for": ("Content-Length: 65537\r\nExpect: 100-continue", ASKED_NEXT),
    "in chunks": ("Transfer-Encoding: chunked", in_chunks(b" " * (LARGEST_BODY + 1)) + ASKED_NEXT),
    "in chunks without end": ("Transfer-Encoding: chunked", b"fffffff\r\n" + b" " * (2 * LARGEST_BODY)),
}


@pytest.mark.parametrize(("header", "rest"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_body_that_is_too_large_is_413_and_ends_its_connection_at_once(
    tough: Server, cedar: House, header: str, rest: bytes
) -> None:
    with HalfSent(tough.port, [announcing(header, cedar) + b"\r\n\r\n" + rest]) as crowd:
        crowd.read_until_closed(ARRIVES_WITHIN / 2)
        (said,) = crowd.answers.values()
    assert said.startswith(b"HTTP/1.1 413 ") and b"\r\nConnection: close\r\n" in said, said
    assert said.count(b"HTTP/1.1") == 1


def is_read(client: socket.socket) -> bool:
    """Whether anybody still takes what is sent."""
    try:
        client.sendall(b" ")
    except ConnectionError:
        return False
    return True


def test_who_still_sends_what_is_too_large_is_let_read_the_answer_but_not_for_long(
    tough: Server, cedar: House
) -> None:
    begun = announcing("Content-Length: 90000000000", cedar) + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", tough.port), PATIENCE) as client:
        client.sendall(begun)
        select.select([client], [], [], PATIENCE)  # answered before its body is sent
        for _ in range(8):
            client.sendall(b" " * LARGEST_BODY)
            time.sleep(0.02)
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")
        wait_for(lambda: not is_read(client), "the connection to end", ARRIVES_WITHIN / 2)


def test_a_form_in_chunks_that_is_too_large_is_413_and_not_cut_off(tough: Server) -> None:
    head = HALF_A_SIGN_IN.partition(b"\r\n\r\n")[0].replace(b"Content-Length: 1000", CHUNKED)
    sent = head + b"\r\n\r\n" + in_chunks(b"email=maya&password=".ljust(LARGEST_BODY + 1, b"x"))
    with HalfSent(tough.port, [sent]) as crowd:
        crowd.read_until_closed(ARRIVES_WITHIN)
        (said,) = crowd.answers.values()
    assert said.startswith(b"HTTP/1.1 413 "), said


def test_a_body_in_chunks_may_be_as_large_as_one_that_says_its_length(tough: Server, cedar: House) -> None:
    body = json.dumps(ORDER).encode().ljust(LARGEST_BODY)
    lengths = announcing(f"Content-Length: {LARGEST_BODY}", cedar), announcing("Connection: close", cedar)
    chunked = lengths[1] + b"\r\n" + CHUNKED
    sent = [lengths[0] + b"\r\nConnection: close\r\n\r\n" + body, chunked + b"\r\n\r\n" + in_chunks(body)]
    with HalfSent(tough.port, sent) as crowd:
        crowd.read_until_closed(PATIENCE)
        assert all(said.startswith(b"HTTP/1.1 201 ") for said in crowd.answers.values()), crowd.answers
