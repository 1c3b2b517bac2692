"""What a report says of how far it reaches, wherever in the log the roll-up stands."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import actions
from ordertrack.rules.order_actions import OrderAction
from ordertrack.sla.measure import reached as measured
from ordertrack.sla.measure.reached import reached
from support.cast import House


@pytest.fixture
def rushed(app: Flask, cedar: House, place: Callable[..., uuid.UUID], undisturbed: None) -> dt.datetime:
    """An order, placed and then rushed: the second entry of the log is an action, of this moment."""
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.RUSH, by=cedar.maya.principal)
        place(cedar)
        entries = event_log.entries_after(cedar.tenant_id, 0, 9)
    return entries[1].occurred_at


def stand_at(app: Flask, house: House, seq: int) -> None:
    """Have the roll-up stand at this entry of the log."""
    with tenant_context(app, house.tenant_id):
        db.session.execute(
            text("INSERT INTO sla_progress VALUES (:t, :seq)"), {"t": house.tenant_id, "seq": seq}
        )
        db.session.commit()


def test_a_roll_up_that_stands_at_an_action_reaches_up_to_it(
    app: Flask, cedar: House, rushed: dt.datetime, maya: FlaskClient
) -> None:
    stand_at(app, cedar, 2)
    with tenant_context(app, cedar.tenant_id):
        assert reached(cedar.tenant_id) == (rushed, False)
    page = maya.get("/sla").text
    assert f'Figures up to <time datetime="{rushed.isoformat()}">' in page
    assert 'datetime="1970' not in page


def test_where_nothing_is_rolled_up_yet_no_moment_is_said(
    app: Flask, cedar: House, rushed: dt.datetime, maya: FlaskClient
) -> None:
    page = maya.get("/sla").text
    assert "Figures up to" not in page
    assert re.search(r"Times within 2\s?%", page)


@pytest.mark.usefixtures("rushed")
def test_a_page_of_which_nothing_is_made_yet_says_that_and_no_figure(
    maya: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "_MAY_WAIT", dt.timedelta(seconds=-1))
    page = maya.get("/sla").text
    assert "The figures are being made" in page and 'http-equiv="refresh"' in page
    assert "Times within" not in page and "No order began" not in page


def test_what_waits_since_a_moment_ago_is_no_lag_however_long_it_was_quiet_before(
    app: Flask, cedar: House, rushed: dt.datetime
) -> None:
    with tenant_context(app, cedar.tenant_id):
        at, is_behind = reached(cedar.tenant_id)
    assert (at, is_behind) == (None, False)


def test_a_roll_up_that_has_all_reaches_up_to_now(app: Flask, cedar: House, rushed: dt.datetime) -> None:
    stand_at(app, cedar, 3)
    with tenant_context(app, cedar.tenant_id):
        at, is_behind = reached(cedar.tenant_id)
    assert at is not None and at > rushed
    assert not is_behind
