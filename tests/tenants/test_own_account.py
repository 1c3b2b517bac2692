"""One's own account: another password, the devices that one is signed in on, and what a new sign-in ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.tenants.signing_in.device_words import device_of
from support import http_client
from support.cast import PASSWORD, House, Person
from support.http_client import EventStream, StreamEnded
from support.server import Server, wait_for
from support.tablet import Tablet

NEW = "blue bicycle in rain"
_LIKE = "AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = f"Mozilla/5.0 (Linux; Android 14; SM-X200) {_LIKE} Chrome/126.0 Safari/537.36"
AGENTS = {
    ANDROID: "Chrome · Android",
    f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {_LIKE} Version/17.5 Safari/604.1": "Safari · iPad",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) {_LIKE} CriOS/126.0 Safari/604.1": "Chrome · iPhone",
    f"Mozilla/5.0 (Windows NT 10.0) {_LIKE} Chrome/126.0 Safari/537.36 Edg/126.0": "Edge · Windows",
    "Mozilla/5.0 (Macintosh; rv:127.0) Gecko/20100101 Firefox/127.0": "Firefox · Mac",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541) {_LIKE} Chrome/126.0 Safari/537.36": "Chrome · Chromebook",
    "curl/8.5.0": None,
    "": None,
}
SignIn = Callable[[Person], FlaskClient]


def signs_in(client: FlaskClient, email: str, password: str = PASSWORD, agent: str = "") -> bool:
    form = {"email": email, "password": password}
    answer = client.post("/login", data=form, headers={"User-Agent": agent})
    return answer.status_code == 302


def is_in(client: FlaskClient) -> bool:
    return client.get("/orders").status_code == 200


def change(client: FlaskClient, old: str, new: str) -> Any:
    return client.post("/account/password", data={"old": old, "new": new})


def test_a_new_password_keeps_this_sign_in_and_ends_the_others(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    here, elsewhere, others = sign_in(cedar.nour), sign_in(cedar.nour), sign_in(cedar.maya)
    assert change(here, PASSWORD, NEW).location == "/account"
    assert "You have a new password" in here.get("/account").text
    assert [is_in(each) for each in (here, elsewhere, others)] == [True, False, True]
    assert not signs_in(app.test_client(), cedar.nour.email)
    assert signs_in(app.test_client(), cedar.nour.email, NEW)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wrong", NEW, "not your current password"),
        ("", NEW, "not your current password"),
        ("x" * 5000, NEW, "not your current password"),
        (PASSWORD, "short", "10 characters or more"),
        (PASSWORD, "Password2026!", "well-known word"),
        (PASSWORD, "nour-in-hamra", "Whoever knows you"),
    ],
)
def test_what_cannot_be_changed_so_is_said_and_changes_nothing(
    app: Flask, cedar: House, sign_in: SignIn, old: str, new: str, said: str
) -> None:
    here, elsewhere = sign_in(cedar.nour), sign_in(cedar.nour)
    answer = change(here, old, new)
    assert answer.status_code == 422 and said in answer.text
    assert is_in(elsewhere) and signs_in(app.test_client(), cedar.nour.email)


def test_whoever_found_a_device_cannot_guess_the_password_on_it(cedar: House, sign_in: SignIn) -> None:
    found, owners = sign_in(cedar.nour), sign_in(cedar.nour)
    answers = [change(found, f"wrong {n}", NEW) for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert change(owners, PASSWORD, NEW).status_code == 302


def test_all_of_ones_sign_ins_are_shown_in_words_and_each_is_ended_alone(
    app: Flask, cedar: House, operator: psycopg.Connection[Any]
) -> None:
    here, tablet, third = (app.test_client() for _ in range(3))
    for client, agent in ((here, "curl/8"), (tablet, ANDROID), (third, "<script>")):
        assert signs_in(client, cedar.nour.email, agent=agent)
    page = here.get("/account").text
    assert page.count("This device") == 1 and "Chrome · Android" in page and "SM-X200" not in page
    rows = operator.execute(
        "SELECT device FROM staff_sessions WHERE tenant_id = %s", [cedar.tenant_id]
    ).fetchall()
    assert sorted(str(device) for (device,) in rows) == ["Chrome · Android", "None", "None"]
    ends = re.findall(r'/account/sign-ins/[\w-]{36}/end"', page)
    assert len(ends) == 2
    (the_tablets,) = re.findall(r"Chrome · Android.*?(/account/sign-ins/[\w-]{36}/end)", page, re.S)[:1]
    assert here.post(the_tablets).location == "/account"
    assert [is_in(each) for each in (here, tablet, third)] == [True, False, True]
    assert here.post(the_tablets).status_code == 404
    assert here.post("/account/sign-ins/end-others").location == "/account"
    assert "1 other sign-in has ended" in here.get("/account").text
    assert [is_in(each) for each in (here, third)] == [True, False]


def test_nobody_ends_or_sees_the_sign_ins_of_another(
    cedar: House, rival: House, sign_in: SignIn, operator: psycopg.Connection[Any]
) -> None:
    nour, maya, theirs = sign_in(cedar.nour), sign_in(cedar.maya), sign_in(rival.nour)
    rows = operator.execute(
        "SELECT id FROM staff_sessions WHERE tenant_id = ANY(%s) AND staff_id <> %s",
        [[cedar.tenant_id, rival.tenant_id], cedar.nour.principal.actor.partition(":")[2]],
    ).fetchall()
    assert len(rows) == 2
    for (sign_in_id,) in rows:
        assert nour.post(f"/account/sign-ins/{sign_in_id}/end").status_code == 404
        assert str(sign_in_id) not in nour.get("/account").text
    nour.post("/account/sign-ins/end-others")
    assert is_in(maya) and is_in(theirs)


def test_a_sign_in_that_can_no_longer_hold_is_not_shown(
    cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any]
) -> None:
    here = sign_in(cedar.nour)
    sign_in(cedar.nour)
    assert here.get("/account").text.count("Last seen about") == 1
    operator.execute(
        "UPDATE staff_sessions SET last_seen_at = now() - interval '18 hours' WHERE tenant_id = %s",
        [cedar.tenant_id],
    )
    page = here.get("/account").text
    assert "Last seen about" not in page and "This device" in page


def test_signing_in_ends_the_sign_in_before_on_that_device(app: Flask, cedar: House, rival: House) -> None:
    client, copied, others = app.test_client(), app.test_client(), app.test_client()
    assert signs_in(others, cedar.nour.email)
    for email in (cedar.nour.email, cedar.nour.email, rival.nour.email, cedar.maya.email):
        assert signs_in(client, email)
        if (kept := copied.get_cookie("session")) is not None:
            assert not is_in(copied), "whoever has the cookie of before"
            assert kept.value != client.get_cookie("session").value  # type: ignore[union-attr]
        copied.set_cookie("session", client.get_cookie("session").value)  # type: ignore[union-attr]
        assert is_in(copied)
    assert is_in(client) and is_in(others)
    assert not signs_in(client, cedar.nour.email, "wrong")
    assert is_in(client), "a wrong password ends nothing"


def test_a_cookie_that_was_planted_before_is_not_the_one_that_is_signed_in(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    attacker, victim = sign_in(cedar.nour), app.test_client()
    planted = attacker.get_cookie("session")
    assert planted is not None
    victim.set_cookie("session", planted.value)
    assert signs_in(victim, cedar.maya.email)
    assert victim.get("/people").status_code == 200
    assert not is_in(attacker)


def test_a_tablet_has_no_account(kitchen: Tablet) -> None:
    assert kitchen.client.get("/account").status_code == 403
    assert kitchen.client.post("/account/password").status_code == 403
    assert kitchen.client.post("/account/sign-ins/end-others").status_code == 403


def test_what_a_device_has_open_closes_at_once(server: Server, cedar: House) -> None:
    here, elsewhere = (http_client.sign_in(server.port, cedar.nour) for _ in range(2))
    mine, theirs = (
        EventStream(server.port, "/r/hamra/kitchen/stream", each.headers) for each in (here, elsewhere)
    )
    assert here.call("/account/sign-ins/end-others", form={}).status == 302

    def has_ended() -> bool:
        try:
            theirs.next(0.1)
        except StreamEnded:
            return True
        return False

    wait_for(has_ended, "the other device's stream to end")
    assert elsewhere.call("/r/hamra/kitchen/stream").status == 401
    assert here.call("/account").status == 200
    for stream in (mine, theirs):
        stream.close()


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_device_is_named_in_two_words(agent: str, words: str | None) -> None:
    assert device_of(agent) == words
