"""Who tries passwords is slowed down, and nobody by it who has signed in on their device before."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from argon2 import extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ordertrack.tenants.credentials import passwords
from ordertrack.tenants.throttling import throttle, tries
from support.cast import PASSWORD, House


class NoOthers:
    """What this process counts is all there is; the database's clock cannot be set."""

    def count(self, *_: object) -> int:
        return 0


def address() -> dict[str, str]:
    """Somewhere that nobody has tried from."""
    return {"REMOTE_ADDR": f"10.{'.'.join(map(str, secrets.token_bytes(3)))}"}


def post(client: FlaskClient, email: str, password: str, place: dict[str, str] | None = None) -> TestResponse:
    form = {"email": email, "password": password}
    return client.post("/login", data=form, environ_base=place or address())


def is_told_when(answer: TestResponse, longest: int) -> bool:
    return answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= longest


def test_a_thousand_wrong_passwords_of_a_stranger_keep_nobody_out_who_is_elsewhere(
    app: Flask, cedar: House
) -> None:
    stranger = address()
    answers = [post(app.test_client(), cedar.maya.email, "wrong", stranger) for _ in range(1000)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 990
    assert is_told_when(answers[-1], 60)
    assert "Try again in" in answers[-1].text
    assert is_told_when(post(app.test_client(), cedar.maya.email.upper(), PASSWORD, stranger), 60)
    assert post(app.test_client(), cedar.maya.email, PASSWORD).status_code == 302
    assert post(app.test_client(), cedar.nour.email, PASSWORD, stranger).status_code == 302


def test_who_spreads_tries_over_addresses_is_stopped_and_a_known_device_is_not(
    app: Flask, cedar: House
) -> None:
    here, known, others = address(), app.test_client(), app.test_client()
    assert post(known, cedar.maya.email, PASSWORD, here).status_code == 302
    assert known.post("/logout").status_code == 302
    assert post(others, cedar.nour.email, PASSWORD).status_code == 302
    assert others.post("/logout").status_code == 302
    answers = [post(app.test_client(), cedar.maya.email, "wrong") for _ in range(60)]
    assert [answer.status_code for answer in answers] == [401] * 40 + [429] * 20
    assert is_told_when(answers[-1], 60)
    assert post(app.test_client(), cedar.maya.email, PASSWORD).status_code == 429, "nobody knows who that is"
    assert post(others, cedar.maya.email, PASSWORD).status_code == 429, "it is known for somebody else"
    for _ in range(11):
        assert post(app.test_client(), cedar.maya.email, "wrong", here).status_code == 429
    assert post(known, cedar.maya.email, PASSWORD, here).status_code == 302


def test_a_known_device_is_counted_by_itself(app: Flask, cedar: House) -> None:
    known = app.test_client()
    assert post(known, cedar.nour.email, PASSWORD).status_code == 302
    known.post("/logout")
    assert [post(known, cedar.nour.email, "wrong").status_code for _ in range(11)] == [401] * 10 + [429]
    assert post(app.test_client(), cedar.nour.email, PASSWORD).status_code == 302


@pytest.mark.parametrize("change", [lambda value: value[:-3] + "abc", lambda _: "x", lambda _: "é" * 300])
def test_a_device_cookie_that_is_not_ours_is_worth_nothing(app: Flask, cedar: House, change: object) -> None:
    client = app.test_client()
    post(client, cedar.nour.email, PASSWORD)
    cookie = client.get_cookie("device", path="/login")
    assert cookie is not None and cedar.nour.email not in cookie.value and cookie.http_only
    client.post("/logout")
    assert callable(change)
    client.set_cookie("device", change(cookie.value), path="/login")
    for _ in range(40):
        post(app.test_client(), cedar.nour.email, "wrong")
    assert post(client, cedar.nour.email, PASSWORD).status_code == 429


def test_of_many_tries_at_once_no_more_are_looked_at(app: Flask, cedar: House) -> None:
    stranger = address()
    # More of one address at one time may be told to come again before their password is looked at.
    with ThreadPoolExecutor(passwords.MOST_OF_ONE) as pool:
        tries = [
            pool.submit(lambda: post(app.test_client(), cedar.karim.email, "wrong", stranger))
            for _ in range(30)
        ]
    assert sorted(each.result().status_code for each in tries) == [401] * 10 + [429] * 20


def test_an_address_that_nobody_has_is_counted_as_any_other(app: Flask, cedar: House) -> None:
    told = []
    for email in (f"nobody-{secrets.token_hex(4)}@cedar.example", cedar.nour.email):
        stranger = address()
        answers = [post(app.test_client(), email, "wrong", stranger) for _ in range(12)]
        told.append(
            [
                (answer.status_code, answer.text.partition('class="problem"')[2][:80])
                for answer in answers[:10]
            ]
        )
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert told[0] == told[1]


def test_an_address_that_nobody_has_costs_the_hash_that_any_other_does() -> None:
    costs = [extract_parameters(each) for each in (passwords._nobodys(), passwords.hash_password(PASSWORD))]
    assert costs[0] == costs[1]


def test_whoever_goes_on_waits_longer_and_for_as_long_as_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    email, clock, begin = f"{secrets.token_hex(4)}@cedar.example", [time.time()], time.time()
    monkeypatch.setattr(tries, "counter", cache(lambda: tries.Together(NoOthers())))
    monkeypatch.setattr("time.time", lambda: clock[0])
    waits, done = [], 0
    while clock[0] < begin + 4000:
        tried = throttle.Try(email, secrets.token_hex(4), None)
        if not tried.wait:
            done += 1
            continue
        waits.append(tried.wait)
        clock[0] += tried.wait - 1
        assert throttle.Try(email, "elsewhere", None).wait == 1
        clock[0] += 1
    assert done <= 2 * 100
    assert [wait <= 60 for wait in waits[:1]] == [True] and 60 < max(waits) <= 3600
    assert any(60 < wait <= 600 for wait in waits)


def test_a_right_password_is_not_counted(app: Flask, cedar: House) -> None:
    here = address()
    for _ in range(35):
        assert post(app.test_client(), cedar.nour.email, PASSWORD, here).status_code == 302
