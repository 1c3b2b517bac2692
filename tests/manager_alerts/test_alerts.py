"""Managers who asked for it are told of a trouble once, and of its end once, whoever looks and how often."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from messages.peers import Mailbox
from messages.working import Working
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs
from ordertrack.following.jobs import Done
from ordertrack.manager_alerts import choices, register, watch
from ordertrack.manager_alerts.choices import Choice
from ordertrack.manager_alerts.kinds import AlertKind
from ordertrack.manager_alerts.models import ManagerAlert
from ordertrack.messages.transports import Way
from ordertrack.overview import attention
from ordertrack.overview.attention import Line, Trouble
from ordertrack.push import managers, subscription
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.staff import people
from ordertrack.webhooks import endpoints
from support.cast import House, Person
from support.push_service import Browser, PushService

Place = Callable[..., uuid.UUID]
SignIn = Callable[[Person], FlaskClient]
SITE = "https://orders.example/"
MINUTE = dt.timedelta(minutes=1)


def ask(client: FlaskClient, browser: Browser, *kinds: AlertKind) -> None:
    """Choose to be alerted of these kinds, on this browser."""
    assert client.post("/account/alerts", data={"kinds": list(kinds), "seen": ""}).status_code == 302
    assert client.post("/account/alerts/browser", json=browser.subscription).status_code == 204


def look(app: Flask, house: House, after: dt.timedelta = dt.timedelta()) -> None:
    with tenant_context(app, house.tenant_id):
        watch.look(house.tenant_id, dt.datetime.now(dt.UTC) + after)


def deliver(app: Flask, house: House) -> list[jobs.Outcome]:
    """Do what waits to be done, as the process does that follows the log."""
    register.register_work()
    working = Working(app, house)
    return [working.do(job) for _ in range(3) for job in working.take()]


def test_an_order_that_no_screen_shows_is_told_once_and_its_end_once(
    app: Flask,
    cedar: House,
    maya: FlaskClient,
    place: Place,
    push_service: PushService,
    bring: Callable[..., None],
) -> None:
    phone = push_service.subscribe()
    ask(maya, phone, AlertKind.UNSEEN)
    order = place(cedar)
    for after in (0, 1, 2, 3):
        look(app, cedar, after * MINUTE)
        deliver(app, cedar)
    (begun,) = phone.pushed
    assert begun.said["title"] == "Hamra: no screen shows open orders"
    assert begun.said["body"].startswith("Hamra: 1 open order and no kitchen board. Since ")
    assert begun.said["data"] == "/r/hamra/kitchen"
    bring(cedar, order, OrderStatus.CANCELLED)
    for after in (4, 5, 6, 7):
        look(app, cedar, after * MINUTE)
        deliver(app, cedar)
    _, over = phone.pushed
    assert over.said["title"] == "Hamra: a screen shows the orders again"
    assert over.said["body"].startswith("Over again since ") and "It began at " in over.said["body"]
    assert over.said["tag"] == begun.said["tag"], "in the place of the first"


def test_who_dies_while_telling_has_told_nothing_and_the_next_one_tells_it(
    app: Flask, cedar: House, maya: FlaskClient, place: Place, push_service: PushService
) -> None:
    phone = push_service.subscribe()
    ask(maya, phone, AlertKind.UNSEEN)
    place(cedar)
    look(app, cedar)
    with (
        mock.patch.object(jobs, "add_all", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        look(app, cedar, 2 * MINUTE)
    assert deliver(app, cedar) == []
    for _ in range(2):
        look(app, cedar, 3 * MINUTE)
        deliver(app, cedar)
    assert len(phone.pushed) == 1


def test_each_reads_it_in_their_own_language(
    app: Flask, cedar: House, maya: FlaskClient, place: Place, push_service: PushService
) -> None:
    with tenant_context(app, cedar.tenant_id):
        member = people.find(cedar.tenant_id, cedar.maya.principal.staff_id)
        people.change_details(member, "Maya", "ar", by=cedar.maya.principal, seen="Maya")
    phone = push_service.subscribe()
    ask(maya, phone, AlertKind.UNSEEN)
    place(cedar)
    look(app, cedar)
    look(app, cedar, 2 * MINUTE)
    deliver(app, cedar)
    (begun,) = phone.pushed
    assert begun.said["dir"] == "rtl" and "no screen" not in begun.said["title"]


def test_nobody_is_told_what_they_did_not_ask_for_or_do_not_see(
    app: Flask,
    cedar: House,
    rival: House,
    sign_in: SignIn,
    place: Place,
    push_service: PushService,
) -> None:
    mine, theirs = push_service.subscribe(), push_service.subscribe()
    ask(sign_in(cedar.maya), mine, AlertKind.SHIFT)
    ask(sign_in(rival.maya), theirs, AlertKind.UNSEEN)
    place(cedar)
    for house in (cedar, rival):
        look(app, house)
        look(app, house, 2 * MINUTE)
        deliver(app, house)
    assert mine.pushed == theirs.pushed == []


def test_a_browser_that_takes_no_more_is_forgotten(
    app: Flask, cedar: House, maya: FlaskClient, place: Place, push_service: PushService
) -> None:
    phone = push_service.subscribe()
    phone.answers.append((410, {}))
    ask(maya, phone, AlertKind.UNSEEN)
    place(cedar)
    look(app, cedar)
    look(app, cedar, 2 * MINUTE)
    (outcome,) = deliver(app, cedar)
    assert isinstance(outcome, Done)
    with tenant_context(app, cedar.tenant_id):
        assert managers.of_people(cedar.tenant_id, [cedar.maya.principal.staff_id]) == []


def test_whoever_signs_out_is_alerted_there_no_more(
    app: Flask, cedar: House, maya: FlaskClient, place: Place, push_service: PushService
) -> None:
    phone = push_service.subscribe()
    ask(maya, phone, AlertKind.UNSEEN)
    place(cedar)
    look(app, cedar)
    look(app, cedar, 2 * MINUTE)
    maya.post("/logout")
    deliver(app, cedar)
    assert phone.tries == 0


def test_what_another_room_reports_is_told_too(
    app: Flask, cedar: House, maya: FlaskClient, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [Line(Trouble.WEBHOOK_FAILS, str(uuid.uuid4()), "till.example", ZoneInfo("UTC"), 1)]
    monkeypatch.setattr(attention, "_sources", [lambda _tenant_id: failing])
    phone = push_service.subscribe()
    ask(maya, phone, AlertKind.WEBHOOK)
    for after in (0, 6):
        look(app, cedar, after * MINUTE)
    failing.clear()
    for after in (7, 9):
        look(app, cedar, after * MINUTE)
    deliver(app, cedar)
    assert [each.said["title"] for each in phone.pushed] == [
        "The webhook till.example fails",
        "The webhook works again",
    ]


def test_what_stands_is_there_once_however_many_look(
    app: Flask, cedar: House, maya: FlaskClient, place: Place, push_service: PushService
) -> None:
    ask(maya, push_service.subscribe(), AlertKind.UNSEEN)
    place(cedar)
    place(cedar)
    for _ in range(3):
        look(app, cedar)
    with tenant_context(app, cedar.tenant_id):
        assert len(list(db.session.scalars(select(ManagerAlert)))) == 1


def looked_at(app: Flask) -> set[uuid.UUID]:
    with app.app_context(), mock.patch.object(watch, "look") as looked:
        watch.look_everywhere()
    return {call.args[0] for call in looked.call_args_list}


def test_only_tenants_in_which_somebody_asked_and_something_happens_are_looked_at(
    app: Flask, cedar: House, rival: House, maya: FlaskClient, push_service: PushService,
    place: Callable[..., uuid.UUID], bring: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ask(maya, push_service.subscribe(), AlertKind.UNSEEN)
    assert cedar.tenant_id not in looked_at(app), "nothing goes on there"
    order = place(cedar)
    place(rival)
    assert cedar.tenant_id in looked_at(app) and rival.tenant_id not in looked_at(app)
    bring(cedar, order, OrderStatus.CANCELLED)
    assert cedar.tenant_id in looked_at(app), "an order that is over may have made the shift a bad one"
    monkeypatch.setattr(watch, "STIRS_FOR", dt.timedelta(0))
    assert cedar.tenant_id not in looked_at(app)
    with tenant_context(app, cedar.tenant_id):
        endpoint = endpoints.make(cedar.maya.principal, "https://shop.example/hook").endpoint
        endpoint.failing_since = dt.datetime.now(dt.UTC)
        db.session.commit()
    assert cedar.tenant_id in looked_at(app), "what fails is told of though nobody orders"


def test_a_choice_is_kept_and_another_page_does_not_overwrite_it(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    form = {"kinds": ["unseen", "nonsense", "shift"], "by_mail": "on", "seen": ""}
    assert maya.post("/account/alerts", data=form).status_code == 302
    page = maya.get("/account/alerts").text
    assert page.count(" checked") == 3 and "Saved." in page
    assert "Nothing would reach you yet" in page, "there is no mail server, and no device"
    stale = maya.post("/account/alerts", data={"kinds": ["confirm"], "seen": ""})
    assert stale.status_code == 409 and "chosen otherwise meanwhile" in stale.text
    with tenant_context(app, cedar.tenant_id):
        kept = choices.of_person(cedar.maya.principal)
    assert kept == Choice((AlertKind.UNSEEN, AlertKind.SHIFT), by_mail=True)
    told = maya.get("/audit").text
    assert "Alerts by e-mail" in told and "Open orders that no screen shows" in told


@pytest.mark.parametrize("body", ["", "[]", '{"endpoint": "https://x"}', "\0"])
def test_what_is_no_subscription_is_refused(maya: FlaskClient, body: str) -> None:
    for path in ("", "/end"):
        assert maya.post(f"/account/alerts/browser{path}", data=body).status_code == 400


def test_the_page_is_for_managers(cedar: House, sign_in: SignIn) -> None:
    nour = sign_in(cedar.nour)
    assert nour.get("/account/alerts").status_code == 403
    assert nour.post("/account/alerts/browser", json={}).status_code == 403
    assert "Choose your alerts" not in nour.get("/account").text


def test_nobody_ends_the_browser_of_another(
    app: Flask, cedar: House, maya: FlaskClient, sign_in: SignIn, push_service: PushService
) -> None:
    phone = push_service.subscribe()
    ask(maya, phone, AlertKind.UNSEEN)
    told = subscription.parsed(phone.subscription)
    with tenant_context(app, cedar.tenant_id):
        managers.end(cedar.tenant_id, told.digest, uuid.uuid4())
        db.session.commit()
        assert managers.find(cedar.tenant_id, told.digest) is not None


def test_by_mail_too_in_plain_words_with_a_way_back(
    app: Flask,
    cedar: House,
    maya: FlaskClient,
    place: Place,
    push_service: PushService,
    mailbox: Mailbox,
    set_up: Callable[..., str],
    bring: Callable[..., None],
) -> None:
    assert "No e-mail goes out yet" in maya.get("/account/alerts").text
    assert "Nothing would reach you yet" not in maya.get("/account/alerts").text, "nothing was chosen"
    server = {
        "host": "127.0.0.1",
        "port": str(mailbox.port),
        "security": "none",
        "from": "alerts@cedar.example",
    }
    set_up(cedar, Way.MAIL, server)
    assert "No e-mail goes out yet" not in maya.get("/account/alerts").text
    maya.post("/account/alerts", data={"kinds": "unseen", "by_mail": "on", "seen": ""})
    assert "Nothing would reach you yet" not in maya.get("/account/alerts").text
    order = place(cedar)
    for after in (0, 2):
        look(app, cedar, after * MINUTE)
        deliver(app, cedar)
    bring(cedar, order, OrderStatus.CANCELLED)
    for after in (3, 5):
        look(app, cedar, after * MINUTE)
        deliver(app, cedar)
    begun, over = (message_from_bytes(bytes(each.content), policy=default) for each in mailbox.taken)
    assert [each["Subject"] for each in (begun, over)] == [
        "Hamra: no screen shows open orders",
        "Hamra: a screen shows the orders again",
    ]
    assert begun["To"] == cedar.maya.email and begun["Auto-Submitted"] == "auto-generated"
    body = begun.get_content()
    assert "Hamra: 1 open order and no kitchen board." in body
    assert "http://localhost/r/hamra/kitchen" in body and "http://localhost/account/alerts" in body
