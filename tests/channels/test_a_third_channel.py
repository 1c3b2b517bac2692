"""A third channel is a package and nothing else: found, connected, called and told, no other file changed."""

from __future__ import annotations

import datetime as dt
import html
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from channels import working
from channels.conftest import Connected, form_for
from ordertrack import channels
from ordertrack.channels import registry, tending
from ordertrack.channels.models import ChannelPayload
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.following import housekeeping
from ordertrack.following.jobs import Done
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import suspension
from support.cast import House
from support.command_line import run_here

pytestmark = pytest.mark.usefixtures("alone")
PACKAGE = '''
"""Pigeons bring a line of text: `4711;hamra;Kebab;2;pending`."""

from ordertrack.channels.interface import *
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

TOLD = []


class Pigeons(Channel):
    name = "pigeons"
    title = "Pigeons"
    about = "Orders that pigeons bring."
    branch_label = "As the pigeons call it"
    fields = (Field("loft", "Where they live"), Field("seed", "What they eat", Kind.SECRET))
    polls_every = 1

    def receive(self, connection, asked):
        if asked.headers.get("seed") != connection.secrets["seed"]:
            return Received(status=401)
        return Received((Payload("line", asked.body),), 202, "coo")

    def understand(self, connection, payload):
        if payload.body == b"coo":
            raise Nothing("It only cooed.")
        number, branch, dish, count, status = payload.body.decode().split(";")
        items = (NewItem(dish, int(count)),)
        order = NewOrder(connection.restaurant(branch), Fulfilment.PICKUP, items, reference=number)
        facts = {"loft": connection.settings["loft"]}
        return [Said(number, order=order, status=OrderStatus(status), facts=facts)]

    def poll(self, connection, cursor):
        yield Batch((Payload("line", b"4712;hamra;Tea;1;pending"),), {"seen": cursor.get("seen", 0) + 1})

    def tells(self, connection, event):
        return event.to_status == OrderStatus.READY

    def tell(self, connection, told):
        TOLD.append((told.external_id, told.event.to_status.value, dict(told.facts)))
        return Done("flew")

    def test(self, connection):
        return Sentence("They eat.")


CHANNEL = Pigeons()
'''


@pytest.fixture
def pigeons(tmp_path: Path) -> Iterator[None]:
    """The package, in a folder of its own beside those of the house."""
    (tmp_path / "pigeons").mkdir()
    (tmp_path / "pigeons" / "__init__.py").write_text(PACKAGE)
    channels.__path__.append(str(tmp_path))
    registry.every.cache_clear()
    yield
    channels.__path__.remove(str(tmp_path))
    registry.every.cache_clear()
    sys.modules.pop("ordertrack.channels.pigeons", None)


@pytest.fixture
def loft(pigeons: None, app: Flask, cedar: House, maya: FlaskClient) -> Connected:
    form = {
        name: value
        for name, value in form_for(app, cedar, "", {"hamra": ""}).items()
        if name.startswith(("restaurant", "branch-"))
    }
    assert "Orders that pigeons bring." in maya.get("/channels").text
    assert 'id="problem-loft"' in maya.post("/channels/new/pigeons", data=form | {"name": "P"}).text
    answer = maya.post("/channels/new/pigeons", data=form | {"name": "P", "loft": "Roof", "seed": "corn"})
    address = html.unescape(
        re.findall(r'id="address" readonly dir="ltr" value="([^"]+)"', maya.get(answer.location).text)[0]
    )
    path = "/" + address.partition("//")[2].partition("/")[2]
    return Connected(app, cedar, uuid.UUID(answer.location.partition("?")[0].rpartition("/")[2]), path)


def fly(loft: Connected, line: str, seed: str = "corn") -> int:
    return loft.app.test_client().post(loft.path, data=line.encode(), headers={"Seed": seed}).status_code


def test_it_is_driven_without_touching_anything_else(loft: Connected) -> None:
    assert fly(loft, "4711;hamra;Kebab;2;pending", seed="sand") == 401
    assert loft.payloads() == []
    assert fly(loft, "4711;anything;Kebab;2;pending") == 202
    [order] = loft.orders()
    assert (order.channel, order.reference, order.lines[0].quantity) == ("P", "4711", 2)
    with tenant_context(loft.app, loft.house.tenant_id):
        for step in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
            transitions.advance(order.id, step, by=loft.house.program)
    working.follow(loft.app, loft.house)
    assert working.work(loft.app, loft.house) == [Done("flew")]
    told = sys.modules["ordertrack.channels.pigeons"].TOLD
    assert told == [("4711", "ready", {"loft": "Roof"})]
    with tenant_context(loft.app, loft.house.tenant_id):
        tending.ask(loft.row(), loft.channel())
        tending.ask(loft.row(), loft.channel())
    assert [each.reference for each in loft.orders()] == ["4711", "4712"]
    assert loft.row().cursor == {"seen": 2}
    assert fly(loft, "coo") == 202
    assert loft.became()[-1] == "nothing: It only cooed."


def test_a_mapping_that_breaks_is_a_refusal_and_tells_the_log_nothing_of_the_guest(loft: Connected) -> None:
    with structlog.testing.capture_logs() as logged:
        assert fly(loft, "Rana Haddad, Makdisi Street 12") == 202
    [became] = loft.became()
    assert became.startswith("refused: This could not be read (ValueError): it has another form than")
    assert "Rana" not in str(logged) and "Makdisi" not in str(logged)
    assert "a payload was not understood" in [each["event"] for each in logged]


def test_what_is_older_than_two_weeks_is_gone_and_its_order_is_not(
    loft: Connected, settings: Settings
) -> None:
    fly(loft, "4711;hamra;Kebab;2;pending")
    fly(loft, "4713;hamra;Kebab;2;pending")
    first = loft.payloads()[0].id
    old = text(
        "UPDATE channel_payloads SET received_at = received_at - CAST(:ago AS interval) WHERE id = :id"
    )
    with operator_connection(settings.operator_url) as connection:
        connection.execute(old, {"ago": dt.timedelta(days=14, minutes=1), "id": first})
    with tenant_context(loft.app, loft.house.tenant_id):
        assert housekeeping.clean(loft.house.tenant_id)["channel_payloads"] == 1
        assert db.session.scalars(select(ChannelPayload.id)).one() != first
    assert len(loft.orders()) == 2


def test_a_company_that_is_suspended_takes_nothing_in_until_it_is_resumed(
    loft: Connected, settings: Settings
) -> None:
    house = loft.house
    assert run_here(settings, "tenant", "suspend", house.slug).returncode == 0
    suspension.forget(house.tenant_id)
    assert fly(loft, "4711;hamra;Kebab;2;pending") == 429, "the shop is to come again"
    assert loft.payloads() == [] and loft.orders() == []
    with loft.app.app_context():
        assert house.tenant_id not in tending._tenants_to_tend()
    run_here(settings, "tenant", "resume", house.slug)
    suspension.forget(house.tenant_id)
    assert fly(loft, "4711;hamra;Kebab;2;pending") == 202


def test_the_process_beside_the_workers_finds_whom_to_tend(loft: Connected) -> None:
    with loft.app.app_context():
        assert loft.house.tenant_id in tending._tenants_to_tend()
        tending.tend()
        assert loft.house.tenant_id not in tending._tenants_to_tend(), "it was asked just now"
    assert [job.kind for job in working.waiting(loft.app, loft.house)] == [tending.ASK]
