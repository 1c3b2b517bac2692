"""Who sees the overview at `/`, and what it says of whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.live.hub import NotAdmitted
from ordertrack.overview.channel import CHANNEL
from ordertrack.rules.state_machine import OrderStatus
from presence.processes import Process
from support import tablet
from support.cast import House, Person

SignIn = Callable[[Person], FlaskClient]


def test_managers_see_it_and_everybody_else_is_led_to_their_own_board(
    cedar: House, sign_in: SignIn, operator_app: Flask
) -> None:
    maya = sign_in(cedar.maya)
    page = maya.get("/")
    assert page.status_code == 200 and "Hamra" in page.text and "Jounieh" in page.text
    assert 'href="/r/hamra/new"' in page.text and maya.get("/r/hamra/new").status_code == 200
    back = "To the overview"
    for board in ("kitchen", "dispatch"):
        assert back in maya.get(f"/r/hamra/{board}").text
    assert back not in sign_in(cedar.nour).get("/r/hamra/kitchen").text
    assert maya.get("/").status_code == 200, "a board that was open last is no other home"
    assert sign_in(cedar.nour).get("/").location == "/boards"
    device = tablet.set_up(sign_in, cedar).client
    assert device.get("/").location == "/r/hamra/kitchen"
    assert back not in device.get("/r/hamra/kitchen").text
    assert sign_in(cedar.nour).get("/overview/stream").status_code == 403


def test_a_tenant_with_one_restaurant_has_it_and_one_without_is_told_how_to_make_one(
    make_house: Callable[..., House], sign_in: SignIn
) -> None:
    assert 'id="row-hamra"' in sign_in(make_house("Solo", ("hamra",)).maya).get("/").text
    empty = sign_in(make_house("Empty", ()).maya).get("/")
    assert empty.status_code == 200 and 'href="/restaurants">Add a restaurant' in empty.text


def test_nobody_sees_another_tenants(
    cedar: House, rival: House, sign_in: SignIn, app: Flask, place: Callable[..., uuid.UUID]
) -> None:
    place(cedar)
    page = sign_in(rival.maya).get("/").text
    assert "Verdun" in page and "Hamra" not in page and 'data-n="' not in page
    process = Process(app)
    for watcher in (rival.maya.principal, cedar.nour.principal, cedar.program):
        with pytest.raises(NotAdmitted):
            process.watch(watcher, CHANNEL.topic(cedar.tenant_id, "en"))


def test_a_row_leads_to_the_kitchen_of_its_restaurant(maya: FlaskClient) -> None:
    assert '<a href="/r/jounieh/kitchen"><bdi>Jounieh</bdi></a>' in maya.get("/").text
    assert maya.get("/r/jounieh/kitchen").status_code == 200


def test_each_figure_says_of_how_many_it_is(
    cedar: House,
    maya: FlaskClient,
    place: Callable[..., uuid.UUID],
    bring: Callable[..., None],
) -> None:
    place(cedar)
    bring(cedar, place(cedar), OrderStatus.CONFIRMED)
    page = maya.get("/").text
    assert 'aria-label="Pending 1, Confirmed 1"' in page
    assert "2 open orders" in page and "oldest, in Hamra" in page and "no target" in page
