"""Managers who asked for it get one mail each morning, or after each shift, that says how it went."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient

from messages.peers import Mailbox
from messages.working import Working
from ordertrack.database.session import tenant_context
from ordertrack.following import jobs
from ordertrack.following.jobs import Done
from ordertrack.manager_alerts import register, report_mails
from ordertrack.manager_alerts.kinds import ReportMail
from ordertrack.messages.transports import Way
from ordertrack.restaurants import cache
from ordertrack.sla.rollup import extend
from support.cast import TIMEZONE, House, Person
from support.houses.past_service import service, until, write

HOUR = dt.timedelta(hours=1)


def last(hour: int, minute: int = 0) -> dt.datetime:
    """When the clock in Beirut showed this last."""
    now = dt.datetime.now(TIMEZONE)
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return then if then <= now else then - dt.timedelta(days=1)


@pytest.fixture
def served(
    app: Flask,
    operator_app: Flask,
    cedar: House,
    mailbox: Mailbox,
    set_up: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """A house after two days of service, whose mail goes out."""
    monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "1")
    server = {"host": "127.0.0.1", "port": str(mailbox.port), "security": "none", "from": "us@cedar.example"}
    set_up(cedar, Way.MAIL, server)
    ended = last(1)
    write(operator_app, cedar, until(service(cedar, 3, ended - 44 * HOUR, 1.8, 120), ended))
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    return cedar


def look(app: Flask, house: House, at: dt.datetime) -> None:
    with tenant_context(app, house.tenant_id):
        report_mails.look(house.tenant_id, at.astimezone(dt.UTC))


def deliver(app: Flask, house: House) -> None:
    register.register_work()
    working = Working(app, house)
    assert [outcome for job in working.take() if not isinstance(outcome := working.do(job), Done)] == []


def want(client: FlaskClient, *wanted: ReportMail) -> None:
    assert client.post("/account/alerts", data={"kinds": list(wanted), "seen": ""}).status_code == 302


def test_a_day_is_told_once_in_the_morning_whoever_looks_and_dies(
    app: Flask, served: House, maya: FlaskClient, mailbox: Mailbox
) -> None:
    morning = last(7, 5)
    look(app, served, morning)
    want(maya, ReportMail.MORNING)
    assert maya.get("/account/alerts").text.count(" checked") == 1
    with (
        mock.patch.object(jobs, "add_all", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        look(app, served, morning)
    deliver(app, served)
    assert mailbox.taken == []
    for after in (0, 1, 3):
        look(app, served, morning + after * HOUR)
        deliver(app, served)
    (taken,) = mailbox.taken
    mail = message_from_bytes(taken.content, policy=default)
    day = (morning - 24 * HOUR).date()
    assert mail["To"] == served.maya.email
    assert str(mail["Subject"]).startswith("All your restaurants, ") and " order" in str(mail["Subject"])
    said = mail.get_content()
    assert "Half were done within " in said and "Hamra: " in said
    assert f"/sla?from={day}&to={day}&stage=kitchen&group=shift" in said
    assert "You asked for this mail." in said and "/account/alerts" in said
    assert "Each morning: how the day before went" in maya.get("/audit").text


def test_a_shift_is_told_once_when_it_has_settled_and_of_ones_own_restaurants_alone(
    app: Flask,
    served: House,
    rival: House,
    hamra: uuid.UUID,
    maya: FlaskClient,
    sign_in: Callable[[Person], FlaskClient],
    mailbox: Mailbox,
) -> None:
    want(maya, ReportMail.SHIFT)
    want(sign_in(rival.maya), ReportMail.SHIFT)
    ended = last(1)
    for minutes in (-5, 5, 15, 25, 200):
        for house in (served, rival):
            look(app, house, ended + dt.timedelta(minutes=minutes))
            deliver(app, house)
    titles = sorted(
        str(message_from_bytes(each.content, policy=default)["Subject"]) for each in mailbox.taken
    )
    day = (ended - 24 * HOUR).date()
    with tenant_context(app, served.tenant_id):
        names = sorted(each.name for each in cache.of_tenant(served.tenant_id))
    assert [title.partition(",")[0] for title in titles] == names
    assert all("Dinner, " in title and str(day.day) in title for title in titles)
