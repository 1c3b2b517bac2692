"""PINs on shared tablets: who gets a token for one, what it is worth, and how many guesses there are."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import accounts
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.staff import pins, staff_accounts
from support.cast import PASSWORD, House, Person
from support.http_client import Answer, Caller
from support.server import Server
from support.tablet import OTHER_PIN, PIN, Tablet, give_pin, hire, set_up

SignIn = Callable[[Person], FlaskClient]
WRONG = "9461"


@pytest.fixture
def nour(operator_app: Flask, cedar: House) -> str:
    """Her staff id; she has a PIN."""
    return give_pin(operator_app, cedar, cedar.nour)


def sign_on(tablet: Tablet, staff_id: str, pin: str = PIN) -> TestResponse:
    return tablet.client.post("/tablet/person", data={"staff": staff_id, "pin": pin})


def confirm(tablet: Tablet, order_id: uuid.UUID, token: str) -> TestResponse:
    form = {"to": "confirmed", "seen": "pending", "person": token}
    return tablet.client.post(f"/orders/{order_id}/transitions", data=form)


def test_a_tap_on_a_tablet_is_the_persons_who_is_on(
    cedar: House,
    kitchen: Tablet,
    nour: str,
    place: Callable[..., uuid.UUID],
    status_of: Callable[[House, uuid.UUID], OrderStatus],
    operator: psycopg.Connection[Any],
) -> None:
    order_id = place(cedar)
    answer = sign_on(kitchen, nour)
    assert answer.status_code == 200 and answer.json is not None
    assert answer.json | {"token": ""} == {
        "token": "", "name": "Nour", "is_manager": False, "rest_after": 300
    }  # fmt: skip
    assert confirm(kitchen, order_id, answer.json["token"]).status_code == 200
    assert status_of(cedar, order_id) == OrderStatus.CONFIRMED
    row = operator.execute(
        "SELECT changed_by, actor FROM order_status_events WHERE order_id = %s AND to_status = 'confirmed'",
        [order_id],
    ).fetchone()
    assert row == ("Nour", f"staff:{nour}")
    assert "Nour" in kitchen.client.get(f"/orders/{order_id}").text, "its story names her"


def test_a_tap_of_nobody_is_refused_in_words_that_scripts_understand_too(
    cedar: House,
    kitchen: Tablet,
    place: Callable[..., uuid.UUID],
    status_of: Callable[[House, uuid.UUID], OrderStatus],
) -> None:
    order_id = place(cedar)
    for token in ("", "x", "ü" * 3000, "a.b.c", "\0"):
        answer = confirm(kitchen, order_id, token)
        assert answer.status_code == 403
        assert answer.headers["X-Person"] == "needed"
    assert "Say who does this" in confirm(kitchen, order_id, "").text
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_who_is_signed_in_personally_needs_no_pin_and_can_ask_for_none(
    cedar: House, sign_in: SignIn, nour: str, place: Callable[..., uuid.UUID]
) -> None:
    client = sign_in(cedar.nour)
    form = {"to": "confirmed", "seen": "pending"}
    assert client.post(f"/orders/{place(cedar)}/transitions", data=form).status_code == 200
    assert client.post("/tablet/person", data={"staff": nour, "pin": PIN}).status_code == 403
    assert client.get("/tablet/people").status_code == 403


def test_a_token_ends_with_the_persons_access_pin_or_shift_and_is_worth_nothing_elsewhere(
    operator_app: Flask,
    cedar: House,
    rival: House,
    sign_in: SignIn,
    kitchen: Tablet,
    nour: str,
    place: Callable[..., uuid.UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = place(cedar)
    token = kitchen.sign_on(nour)
    neighbour, foreign = set_up(sign_in, cedar), set_up(sign_in, rival)
    assert "another tablet" in confirm(neighbour, order_id, token).text
    assert confirm(foreign, place(rival), token).status_code == 403
    with monkeypatch.context() as later:
        now = int(time.time())
        later.setattr(TimestampSigner, "get_timestamp", lambda _self: now + 16 * 3600 + 1)
        # The cookie's own age is of no interest here: a tablet's lasts a year.
        assert "too long ago" in confirm(kitchen, order_id, token).text
        later.setattr(TimestampSigner, "get_timestamp", lambda _self: now + 16 * 3600 - 60)
        assert confirm(kitchen, order_id, token).status_code == 200
    give_pin(operator_app, cedar, cedar.nour, OTHER_PIN)
    assert "no longer signed on" in confirm(kitchen, order_id, token).text
    token = kitchen.sign_on(nour, OTHER_PIN)
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(cedar.slug), cedar.nour.email)
    assert "no longer signed on" in confirm(kitchen, order_id, token).text
    assert sign_on(kitchen, nour, OTHER_PIN).status_code == 403


def test_only_the_boards_own_people_and_managers_sign_on_at_it(
    operator_app: Flask, cedar: House, rival: House, sign_in: SignIn
) -> None:
    ids = {
        person.principal.name: give_pin(operator_app, cedar, person)
        for person in (cedar.nour, cedar.karim, cedar.maya)
    } | {
        "Rami": hire(operator_app, cedar, "Rami"),
        "Zeina": hire(operator_app, cedar, "Zeina", Role.DISPATCH),
    }
    hire(operator_app, rival, "Eve")
    with operator_app.app_context():
        staff_accounts.create_staff_member(
            accounts.find_tenant(cedar.slug), f"b@{cedar.slug}.example", "Bilal", Role.KITCHEN, PASSWORD
        )
    for board, names in (
        ("kitchen", {"Maya", "Nour", "Rami"}),
        ("dispatch", {"Karim", "Maya", "Zeina"}),
    ):
        tablet = set_up(sign_in, cedar, board)
        offered = tablet.client.get("/tablet/people").json
        roles = (
            {"Maya": "Manager"}
            | dict.fromkeys(("Nour", "Rami"), "Kitchen")
            | dict.fromkeys(("Karim", "Zeina"), "Dispatch")
        )
        assert offered == [{"id": ids[name], "name": name, "role": roles[name]} for name in sorted(names)]
        for name, staff_id in ids.items():
            assert sign_on(tablet, staff_id).status_code == (200 if name in names else 403)
    for nobody in ("", "x", str(uuid.uuid4())):
        assert sign_on(tablet, nobody).status_code == 403


def test_who_changes_to_another_role_acts_no_longer_on_the_old_ones_board(
    operator_app: Flask,
    cedar: House,
    kitchen: Tablet,
    place: Callable[..., uuid.UUID],
    operator: psycopg.Connection[Any],
) -> None:
    rami = hire(operator_app, cedar, "Rami")
    token = kitchen.sign_on(rami)
    operator.execute("UPDATE staff_members SET role = 'dispatch' WHERE id = %s", [rami])
    answer = confirm(kitchen, place(cedar), token)
    assert (answer.status_code, answer.headers["X-Person"]) == (403, "needed")


def test_five_wrong_pins_lock_it_and_each_further_one_twice_as_long(
    kitchen: Tablet, nour: str, operator: psycopg.Connection[Any]
) -> None:
    for _ in range(5):
        answer = sign_on(kitchen, nour, WRONG)
        assert answer.status_code == 403 and answer.json == {
            "detail": "That is not the PIN of Nour. Try again."
        }
    for seconds in (60, 120, 240, 480, 900, 900):
        answer = sign_on(kitchen, nour)
        assert answer.status_code == 429, "the right one has to wait, too"
        assert seconds - 5 < int(answer.headers["Retry-After"]) <= seconds
        operator.execute(
            "UPDATE pin_attempts SET locked_until = clock_timestamp() WHERE staff_id = %s", [nour]
        )
        assert sign_on(kitchen, nour, WRONG).status_code == 403
    operator.execute("UPDATE pin_attempts SET locked_until = clock_timestamp() WHERE staff_id = %s", [nour])
    assert sign_on(kitchen, nour).status_code == 200
    assert operator.execute("SELECT 1 FROM pin_attempts WHERE staff_id = %s", [nour]).fetchall() == []


def test_the_right_pin_begins_the_count_anew_and_so_does_a_new_one(
    operator_app: Flask, cedar: House, kitchen: Tablet, nour: str
) -> None:
    for _ in range(2):
        for _ in range(4):
            assert sign_on(kitchen, nour, WRONG).status_code == 403
        assert sign_on(kitchen, nour).status_code == 200
    for _ in range(5):
        sign_on(kitchen, nour, WRONG)
    assert sign_on(kitchen, nour).status_code == 429
    give_pin(operator_app, cedar, cedar.nour, OTHER_PIN)
    assert sign_on(kitchen, nour, OTHER_PIN).status_code == 200


def test_of_twenty_tries_at_once_in_two_processes_five_are_looked_at(
    server: Server, kitchen: Tablet, nour: str
) -> None:
    cookie = kitchen.client.get_cookie("session")
    assert cookie is not None
    caller = Caller(server.port, {"Cookie": f"session={cookie.value}"})
    answers: list[Answer] = []
    start = threading.Barrier(20)

    def guess(n: int) -> None:
        start.wait()
        answers.append(caller.call("/tablet/person", form={"staff": nour, "pin": str(9460 - n)}))

    guesses = [threading.Thread(target=guess, args=[n]) for n in range(20)]
    for each in guesses:
        each.start()
    for each in guesses:
        each.join()
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [403] * 5 + [429] * 15
    locked = [answer for answer in answers if answer.status == 429]
    assert {answer.json["detail"] for answer in locked} <= {
        "Too many wrong PINs. Try again in 1 minute.",
        "Too many wrong PINs. Try again in 59 seconds.",
    }
    assert sign_on(kitchen, nour).status_code == 429, "known to every process"


def test_thirty_tries_a_minute_are_enough_for_a_tablet_whoever_they_are_for(
    operator_app: Flask, cedar: House, kitchen: Tablet, sign_in: SignIn
) -> None:
    people = [hire(operator_app, cedar, f"Cook {n}") for n in range(8)]
    for n in range(30):
        assert sign_on(kitchen, people[n % 8], WRONG).status_code == 403
    answer = sign_on(kitchen, people[0])
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert sign_on(set_up(sign_in, cedar), people[1]).status_code == 200


@pytest.mark.parametrize("pin", ["٧٢٩٤", "7294", " 7294 "])
def test_a_pin_is_typed_in_any_digits(kitchen: Tablet, nour: str, pin: str) -> None:
    assert sign_on(kitchen, nour, pin).status_code == 200


@pytest.mark.parametrize("pin", ["", "729", "72944", "x" * 60_000, "7294\0", "²²²²", "Ⅷ½④七"])
def test_whatever_is_typed_is_right_or_wrong_and_never_an_error(kitchen: Tablet, nour: str, pin: str) -> None:
    assert sign_on(kitchen, nour, pin).status_code == 403


@pytest.mark.parametrize(
    "pin",
    ["1234", "4321", "0123", "7890", "1111", "00000000", "1212", "2580", "123123", "98765432"],
)
def test_what_anybody_would_guess_first_is_no_pin(pin: str) -> None:
    with pytest.raises(AccountError, match="guess"):
        pins.hash_new(pin)


@pytest.mark.parametrize(
    "pin", ["", "123", "123456789", "12a4", "-729", "7294.", "7 294", "²²²²", "７２９４x"]
)
def test_a_pin_is_four_to_eight_digits(pin: str) -> None:
    with pytest.raises(AccountError, match="4 to 8 digits"):
        pins.hash_new(pin)


def test_most_pins_of_four_digits_may_be_chosen() -> None:
    assert sum(pins.is_obvious(f"{n:04}") for n in range(10_000)) < 200
