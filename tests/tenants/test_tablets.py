"""Shared tablets: how a device becomes one, what it may open, how long it lasts and how it ends."""

from __future__ import annotations

import datetime as dt
import re
import time
import uuid
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from werkzeug.routing import Rule

from ordertrack.database.session import tenant_context
from ordertrack.tenants.sessions import access
from ordertrack.tenants.shared_tablets.tablet_guard import OPEN
from support.cast import House, Person
from support.tablet import Tablet, give_pin, set_up

PAGE = {"Accept": "text/html"}
SignIn = Callable[[Person], FlaskClient]


@pytest.mark.parametrize("board", ["kitchen", "dispatch", "pickup"])
def test_a_device_becomes_the_board_that_a_manager_chooses_and_is_led_there_from_everywhere(
    cedar: House, sign_in: SignIn, board: str
) -> None:
    tablet = set_up(sign_in, cedar, board)
    for path in ("/", "/boards", "/login"):
        answer = tablet.client.get(path, headers=PAGE)
        assert (answer.status_code, answer.location) == (302, f"/r/hamra/{board}")
    assert tablet.client.get(f"/r/hamra/{board}").status_code == 200


def test_the_managers_own_sign_in_on_the_device_ends_and_no_other(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    device, elsewhere = sign_in(cedar.maya), sign_in(cedar.maya)
    cookie = device.get_cookie("session")
    assert cookie is not None
    form = {"restaurant": "hamra", "board": "kitchen", "name": "Grill"}
    assert device.post("/tablets", data=form).location == "/r/hamra/kitchen"
    copied = app.test_client()
    copied.set_cookie("session", cookie.value)
    assert copied.get("/tablets").location.startswith("/login")
    assert elsewhere.get("/tablets").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"restaurant": "verdun"}, {"restaurant": ""}, {"board": "bar"}, {"board": ""}, {"name": " "},
     {"name": "x" * 101}, {"name": "a\nb"}],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused_in_place_and_the_manager_stays_signed_in(
    cedar: House, rival: House, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    client = sign_in(cedar.maya)
    form = {"restaurant": "hamra", "board": "kitchen", "name": "Grill"} | wrong
    answer = client.post("/tablets", data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "None yet." in client.get("/tablets").text


@pytest.mark.parametrize("who", ["nour", "karim"])
def test_only_managers_see_to_tablets(cedar: House, kitchen: Tablet, sign_in: SignIn, who: str) -> None:
    client = sign_in(getattr(cedar, who))
    assert client.get("/tablets").status_code == 403
    assert client.post("/tablets", data={"restaurant": "hamra"}).status_code == 403
    assert client.post(f"/tablets/{kitchen.id}/end").status_code == 403
    assert kitchen.client.get("/r/hamra/kitchen").status_code == 200


def _filled(app: Flask, order_id: uuid.UUID) -> Iterator[tuple[Rule, str]]:
    """Every route there is, as the tablet of another board would ask for it."""
    values = {
        "restaurant": "hamra",
        "board": "kitchen",
        "order_id": order_id,
        "staff_id": uuid.uuid4(),
        "tablet_id": uuid.uuid4(),
        "sign_in_id": uuid.uuid4(),
        "key_id": uuid.uuid4(),
        "digest": "0" * 32,
        "token": "unknown",
        "code": "0" * 26,
        "code_id": uuid.uuid4(),
        "hook": "unknown",
        "way": "sms",
        "channel": "woocommerce",
        "connection_id": uuid.uuid4(),
        "endpoint_id": uuid.uuid4(),
        "payload_id": uuid.uuid4(),
        "log_id": uuid.uuid4(),
        "deed": "test",
        "rest": "unknown",
        "sku": "unknown",
        "kind": "not-found",
    }
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            unknown = rule.arguments - values.keys()
            assert not unknown, f"{rule.rule}: say above what to put for {unknown}"
            path = app.url_map.bind("").build(rule.endpoint, {name: values[name] for name in rule.arguments})
            yield rule, path


@pytest.mark.parametrize("board", ["kitchen", "dispatch", "pickup"])
def test_every_route_that_is_not_on_the_list_refuses_a_tablet_in_words(
    app: Flask, cedar: House, sign_in: SignIn, place: Callable[..., uuid.UUID], board: str
) -> None:
    tablet = set_up(sign_in, cedar, board)
    refused = 0
    for rule, path in _filled(app, place(cedar)):
        if board in OPEN.get(rule.endpoint, ()):
            continue
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = tablet.client.open(path, method=method, headers=PAGE)
            if rule.endpoint in ("overview.home", "boards.choose", "sign_in.login") and method == "GET":
                assert answer.location == f"/r/hamra/{board}"
                continue
            assert answer.status_code == 403, (method, path, answer.status_code)
            refused += 1
    assert refused > 30
    answer = tablet.client.get("/sla", headers=PAGE)
    assert re.search(r"This device is the tablet “Grill” of Hamra\.", answer.text)


def test_the_list_names_routes_that_there_are(app: Flask) -> None:
    assert OPEN.keys() <= {rule.endpoint for rule in app.url_map.iter_rules()}


def test_a_tablet_knows_its_own_restaurant_and_board_only(
    cedar: House, kitchen: Tablet, place: Callable[..., uuid.UUID]
) -> None:
    here, there = place(cedar), place(cedar, restaurant="jounieh")
    client = kitchen.client
    for path in ("/r/jounieh/kitchen", "/r/jounieh/kitchen/stream", "/r/hamra/dispatch",
                 "/r/hamra/dispatch/stream", "/r/hamra/pickup", "/r/verdun/kitchen"):  # fmt: skip
        assert client.get(path).status_code == 403, path
    assert client.get(f"/orders/{here}").status_code == 200
    assert client.get(f"/orders/{there}").status_code == 404
    listed = client.get("/orders").text
    assert str(here) in listed
    assert str(there) not in listed and "Jounieh" not in listed
    assert client.get("/orders?restaurant=jounieh").status_code == 404


@pytest.mark.parametrize("path", ["transitions", "actions"])
def test_an_order_of_another_restaurant_or_tenant_is_none_to_whoever_is_on(
    operator_app: Flask,
    cedar: House,
    rival: House,
    kitchen: Tablet,
    place: Callable[..., uuid.UUID],
    path: str,
) -> None:
    token = kitchen.sign_on(give_pin(operator_app, cedar, cedar.nour))
    form = {"to": "confirmed", "act": "rush", "seen": "pending", "person": token}
    for order_id in (place(cedar, restaurant="jounieh"), place(rival)):
        assert kitchen.client.post(f"/orders/{order_id}/{path}", data=form).status_code == 404


def _aged(app: Flask, client: FlaskClient, hours: int, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client with the cookie of this one, as it was signed so long ago."""
    with client.session_transaction() as session:
        kept = dict(session)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    then = int(time.time()) - hours * 3600
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda _self: then)
        cookie = str(signer.dumps(kept))
    old = app.test_client()
    old.set_cookie("session", cookie)
    return old


def test_a_tablet_stays_signed_in_for_a_year_and_a_person_for_a_shift_from_their_last_page_on(
    app: Flask, cedar: House, sign_in: SignIn, kitchen: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = sign_in(cedar.maya)
    lasts = {
        client: parsedate_to_datetime(
            re.findall(
                r"expires=([^;]+)",
                _aged(app, client, 2, monkeypatch).get("/orders").headers["Set-Cookie"],
                re.I,
            )[0]
        )
        - dt.datetime.now(dt.UTC)
        for client in (kitchen.client, maya)
    }
    assert round(lasts[kitchen.client] / dt.timedelta(days=1)) == 365
    assert round(lasts[maya] / dt.timedelta(hours=1)) == 16


def test_a_cookie_that_was_set_within_the_hour_is_not_set_anew(
    cedar: House, sign_in: SignIn, kitchen: Tablet
) -> None:
    for client in (kitchen.client, sign_in(cedar.nour)):
        client.get("/r/hamra/kitchen")  # remembered, where there are several boards
        assert "Set-Cookie" not in client.get("/r/hamra/kitchen").headers


@pytest.mark.parametrize(
    ("hours", "tablet_is_in", "person_is_in"), [(15, True, True), (17, True, False), (24 * 366, False, False)]
)
def test_an_old_cookie_is_worth_nothing_whatever_the_browser_was_told(
    app: Flask,
    cedar: House,
    sign_in: SignIn,
    kitchen: Tablet,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    tablet_is_in: bool,
    person_is_in: bool,
) -> None:
    for client, is_in in ((kitchen.client, tablet_is_in), (sign_in(cedar.maya), person_is_in)):
        old = _aged(app, client, hours, monkeypatch)
        assert (old.get("/r/hamra/kitchen").status_code == 200) == is_in


def test_an_ended_tablet_is_signed_out_and_its_streams_are_closed_under_its_name(
    app: Flask, cedar: House, rival: House, sign_in: SignIn, kitchen: Tablet
) -> None:
    assert sign_in(rival.maya).post(f"/tablets/{kitchen.id}/end").status_code == 404
    assert kitchen.client.get("/r/hamra/kitchen").status_code == 200
    maya = sign_in(cedar.maya)
    assert "Grill" in maya.get("/tablets").text
    assert maya.post(f"/tablets/{kitchen.id}/end").location == "/tablets"
    assert "None yet." in maya.get("/tablets").text
    assert kitchen.client.get("/r/hamra/kitchen", headers=PAGE).location.startswith("/login")
    assert kitchen.client.get("/r/hamra/kitchen/stream").status_code == 401
    assert maya.post(f"/tablets/{kitchen.id}/end").status_code == 404
    with tenant_context(app, cedar.tenant_id):
        assert f"tablet:{kitchen.id}" in access.ended_lately(cedar.tenant_id, dt.timedelta(minutes=1))


def test_a_manager_who_is_on_signs_the_tablet_out_and_nobody_else_does(
    operator_app: Flask, cedar: House, kitchen: Tablet
) -> None:
    nour = kitchen.sign_on(give_pin(operator_app, cedar, cedar.nour))
    maya = kitchen.sign_on(give_pin(operator_app, cedar, cedar.maya))
    for token in ("", nour):
        assert kitchen.client.post("/tablet/sign-out", data={"person": token}).status_code == 403
    assert kitchen.client.get("/r/hamra/kitchen").status_code == 200
    assert kitchen.client.post("/tablet/sign-out", data={"person": maya}).location == "/login"
    assert kitchen.client.get("/r/hamra/kitchen", headers=PAGE).location.startswith("/login")
