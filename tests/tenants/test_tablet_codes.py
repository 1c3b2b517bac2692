"""A tablet by a code: opened once, on one device, confirmed by the number that it shows, for ten minutes."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from support.cast import House, Person

SignIn = Callable[[Person], FlaskClient]
FORM = {"restaurant": "hamra", "board": "kitchen", "name": "Grill"}
AGED = "UPDATE tablet_codes SET expires_at = clock_timestamp() WHERE tenant_id = %s"


def shown_by(manager: FlaskClient, **form: str) -> tuple[str, str]:
    """The path of the manager's page of a new code, and the one that the other device opens."""
    page = manager.post("/tablets/codes", data=FORM | form).location
    (opens,) = re.findall(r"http://localhost(/tablet/open/[0-9a-z]{26})</code>", manager.get(page).text)
    return page, opens


def number_on(page: str) -> str:
    (number,) = re.findall(r'<p class="number" dir="ltr">(\d{3})</p>', page)
    return str(number)


def opened(device: FlaskClient, path: str) -> str:
    """The number that the device shows once it has asked."""
    assert device.get(path).status_code == 200
    assert device.post(path).location == path
    return number_on(device.get(path).text)


def told(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    (alert,) = re.findall(r"<p>([^<]+)</p>", answer.text)[:1]
    return f"{answer.status_code} {html.unescape(alert)}"


def test_a_device_becomes_the_tablet_once_the_manager_sees_the_same_number(
    app: Flask, cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any]
) -> None:
    maya, device = sign_in(cedar.maya), app.test_client()
    page, path = shown_by(maya)
    number = opened(device, path)
    assert "None yet." in maya.get("/tablets").text
    assert device.post(path, headers={"HX-Request": "true"}).status_code == 204, "nobody has confirmed it"
    assert number_on(maya.get(page).text) == number
    assert maya.post(f"{page}/confirm", data={"number": number}).location == page
    assert "opens its board now" in maya.get(page).text
    assert device.post(path, headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/r/hamra/kitchen"
    assert device.get("/r/hamra/kitchen").status_code == 200
    assert device.get("/r/hamra/dispatch").status_code == 403
    assert maya.get("/tablets").text.count("Set up by Maya") == 1
    rows = operator.execute(
        "SELECT name, kind, label FROM audit_entries WHERE tenant_id = %s AND kind = 'tablet'",
        [cedar.tenant_id],
    ).fetchall()
    assert rows == [("Maya", "tablet", "Grill")]


def test_a_page_that_shows_how_it_stands_is_told_nothing_until_that_changes(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    maya, asks = sign_in(cedar.maya), {"HX-Request": "true"}
    page, path = shown_by(maya)
    assert maya.get(f"{page}?seen=waiting", headers=asks).status_code == 204
    opened(app.test_client(), path)
    said = maya.get(f"{page}?seen=waiting", headers=asks).text
    assert said.startswith("<section") and "every 2s" in said
    maya.post(f"{page}/refuse")
    said = maya.get(f"{page}?seen=opened", headers=asks).text
    assert "Nothing was opened" in said and "every 2s" not in said, "nothing can come of it any more"


def test_a_code_that_is_looked_at_is_not_taken_and_the_first_device_keeps_it(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    _page, path = shown_by(sign_in(cedar.maya))
    first, second = app.test_client(), app.test_client()
    assert [device.get(path).status_code for device in (second, first)] == [200, 200]
    number = opened(first, path)
    for method in (second.get, second.post):
        assert method(path).status_code == 404
    assert number_on(first.get(path).text) == number


def test_of_many_devices_that_open_it_at_once_one_does(app: Flask, cedar: House, sign_in: SignIn) -> None:
    _page, path = shown_by(sign_in(cedar.maya))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: app.test_client().post(path).status_code, range(6)))
    assert sorted(answers) == [302] + [404] * 5


def test_another_number_opens_nothing(app: Flask, cedar: House, sign_in: SignIn) -> None:
    maya, device = sign_in(cedar.maya), app.test_client()
    page, path = shown_by(maya)
    assert maya.post(f"{page}/confirm", data={"number": "100"}).status_code == 422, "nobody opened it yet"
    number = opened(device, path)
    for wrong in ("", "99", str((int(number) - 99) % 900 + 100), "12\0"):
        answer = maya.post(f"{page}/confirm", data={"number": wrong})
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert "None yet." in maya.get("/tablets").text
    assert device.post(path).status_code == 200


@pytest.mark.parametrize("why", ["refused", "too old", "used"])
def test_a_code_that_is_over_opens_nothing_anywhere_and_says_so_in_one_sentence(
    app: Flask, cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any], why: str
) -> None:
    maya, device = sign_in(cedar.maya), app.test_client()
    page, path = shown_by(maya)
    if why == "refused":
        opened(device, path)
        maya.post(f"{page}/refuse")
        assert "was not confirmed" in device.get(path).text
        assert "was not confirmed" in device.post(path, headers={"HX-Request": "true"}).text
    elif why == "used":
        maya.post(f"{page}/confirm", data={"number": opened(device, path)})
        device.post(path)
    if why == "too old":
        operator.execute(AGED, [cedar.tenant_id])
        assert "The ten minutes are over" in maya.get(page).text
    never = told(app.test_client(), "/tablet/open/" + "0" * 26)
    assert told(app.test_client(), path) == never
    assert app.test_client().post(path).status_code == 404
    assert maya.post(f"{page}/confirm", data={"number": "123"}).status_code == 422


def test_a_code_that_is_confirmed_too_late_opens_nothing(
    app: Flask, cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any]
) -> None:
    maya, device = sign_in(cedar.maya), app.test_client()
    page, path = shown_by(maya)
    number = opened(device, path)
    operator.execute(AGED, [cedar.tenant_id])
    answer = maya.post(f"{page}/confirm", data={"number": number})
    assert answer.status_code == 422 and "This code is over" in answer.text
    assert "None yet." in maya.get("/tablets").text


@pytest.mark.parametrize("code", ["x", "O" * 26, "é", "a" * 5000, "%F0%9F%8D%8B", "../../login", "a%00b"])
def test_what_was_never_a_code_is_not_found(app: Flask, code: str) -> None:
    place = {"REMOTE_ADDR": f"10.{'.'.join(map(str, secrets.token_bytes(3)))}"}
    for method in (app.test_client().get, app.test_client().post):
        assert method(f"/tablet/open/{code}", environ_base=place).status_code in (404, 405, 308)


def test_a_code_may_be_copied_by_hand(app: Flask, cedar: House, sign_in: SignIn) -> None:
    _page, path = shown_by(sign_in(cedar.maya))
    folder, _, code = path.rpartition("/")
    typed = code.upper().replace("0", "O").replace("1", "I")
    assert app.test_client().get(f"{folder}/{typed}").status_code == 200


def test_whoever_guesses_is_told_the_same_each_time_and_soon_to_wait_while_others_go_on(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    place = {"REMOTE_ADDR": f"10.{'.'.join(map(str, secrets.token_bytes(3)))}"}
    _page, path = shown_by(sign_in(cedar.maya))
    guesser = app.test_client()
    paths = [f"/{room}/{secrets.token_hex(13)}" for room in ("tablet/open", "setup") for _ in range(20)]
    answers = [guesser.get(each, environ_base=place) for each in paths]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429] * 20, "both rooms count together"
    assert len({re.sub(r'data-now="\d+"', "", answer.text) for answer in answers[:20]}) == 1
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert guesser.get(path, environ_base=place).status_code == 429, "a right one is not told apart"
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"restaurant": "verdun"}, {"board": "bar"}, {"name": " "}, {"name": "x" * 101}, {"name": "a\nb"}],
    ids=str,
)
def test_what_cannot_be_is_refused_in_place_and_what_was_typed_stays(
    cedar: House, rival: House, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    answer = sign_in(cedar.maya).post("/tablets/codes", data=FORM | wrong)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    if "name" not in wrong:
        assert 'value="Grill"' in answer.text


def test_the_device_signs_out_whoever_was_signed_in_on_it(cedar: House, sign_in: SignIn) -> None:
    maya, device = sign_in(cedar.maya), sign_in(cedar.nour)
    page, path = shown_by(maya, board="dispatch")
    maya.post(f"{page}/confirm", data={"number": opened(device, path)})
    assert device.post(path).location == "/r/hamra/dispatch"
    assert device.get("/r/hamra/kitchen").status_code == 403
    assert maya.get("/tablets").status_code == 200, "the manager stays signed in"


def test_only_managers_make_codes(cedar: House, sign_in: SignIn) -> None:
    page, _path = shown_by(sign_in(cedar.maya))
    for person in (cedar.nour, cedar.karim):
        client = sign_in(person)
        assert client.post("/tablets/codes", data=FORM).status_code == 403
        assert client.get(page).status_code == 403
        for act in ("confirm", "refuse"):
            assert client.post(f"{page}/{act}").status_code == 403
