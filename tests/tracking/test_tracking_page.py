"""The customer's page: true steps, private, live, and friendly when the link has ended."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import text

from ordertrack.boards.reasons import USUAL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.i18n.translate import TAGS, gettext, speaking
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.restaurants import rule_sets
from ordertrack.restaurants.operations import Asked
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet
from ordertrack.tracking import cancelled, host, progress
from ordertrack.tracking.views import SHOWN_AFTER_THE_END
from support.cast import House
from support.till import move, order_of


def test_steps_that_were_made_carry_their_own_time_and_those_ahead_none(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order = move(app, cedar, place(cedar), OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    shown = progress.milestones(order)
    assert [(milestone.title, milestone.at is not None, milestone.is_current) for milestone in shown] == [
        ("Order received", True, False),
        ("Confirmed by the restaurant", True, False),
        ("Being prepared", True, True),
        ("Ready", False, False),
        ("On its way to you", False, False),
        ("Delivered", False, False),
    ]
    assert [milestone.at for milestone in shown[:3]] == [step.at for step in order.steps]


@pytest.mark.parametrize("fulfilment", [Fulfilment.PICKUP, Fulfilment.DINE_IN])
def test_only_a_delivery_is_told_that_it_may_come_on_its_way(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], fulfilment: Fulfilment
) -> None:
    order = order_of(app, cedar, place(cedar, fulfilment))
    assert "On its way to you" not in [milestone.title for milestone in progress.milestones(order)]


def test_a_step_back_is_said_as_one(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], bring: Callable[..., None]
) -> None:
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    order_id = place(cedar)
    bring(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    order = move(app, cedar, order_id, OrderStatus.PREPARING, reason="Soup is missing")
    assert host.headline(order) == "Your food is being made again"
    bring(cedar, order_id, OrderStatus.READY, OrderStatus.DELIVERING)
    order = move(app, cedar, order_id, OrderStatus.READY, reason="Nobody opened")
    assert host.headline(order) == "Your food is back at the restaurant"
    assert [milestone.title for milestone in progress.milestones(order)][2:] == [
        "Being prepared",
        "Ready",
        "Being prepared again",
        "Ready",
        "On its way to you",
        "Back at the restaurant",
        "On its way to you",
        "Delivered",
    ]


def test_a_cancelled_order_promises_nothing_more(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order = move(app, cedar, place(cedar), OrderStatus.CANCELLED)
    assert [milestone.title for milestone in progress.milestones(order)] == ["Order received", "Cancelled"]


def test_an_order_that_was_handed_over_directly_shows_no_road_it_did_not_take(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    way = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED)
    order = move(app, cedar, place(cedar), *way)
    assert "On its way to you" not in [milestone.title for milestone in progress.milestones(order)]


def test_the_page_is_private_and_says_nothing_about_who_ordered(app: Flask, cedar: House) -> None:
    order = NewOrder(
        "hamra",
        Fulfilment.DELIVERY,
        (NewItem("Kebab", 1, "ring twice, flat 4"),),
        customer={"name": "Rana Khoury", "phone": "+961 1 234567"},
        reference="till-77",
    )
    with tenant_context(app, cedar.tenant_id):
        order_id, _ = intake.place(order, by=cedar.program)
    token = order_of(app, cedar, order_id).tracking_token
    answer = app.test_client().get(f"/track/{token}")
    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    for private in ("Rana", "+961", "1 234567", "flat 4", "till-77", "Till", str(cedar.tenant_id)):
        assert private not in answer.text


def test_the_page_says_how_each_dish_was_asked_for(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    token = order_of(app, cedar, place(cedar)).tracking_token
    page = app.test_client().get(f"/track/{token}").text
    assert "extra garlic" in page
    assert "no onion" not in page, "a note is for the kitchen"


def cancel(app: Flask, house: House, order_id: uuid.UUID, reason: str | None) -> str:
    """The token of the order's page once it is cancelled."""
    with tenant_context(app, house.tenant_id):
        transitions.advance(order_id, OrderStatus.CANCELLED, by=house.program, reason=reason)
    return order_of(app, house, order_id).tracking_token


@pytest.mark.parametrize("reason", USUAL[Asked.CANCEL])
def test_a_guest_whose_order_was_cancelled_reads_why_in_their_language(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], reason: str
) -> None:
    order_id = place(cedar)
    token = cancel(app, cedar, order_id, reason)
    for tag in TAGS:
        with speaking(tag):
            said = cancelled.why(order_of(app, cedar, order_id), gettext(reason))
            assert said != gettext(reason), "a sentence to the guest"
        assert escape(said) in app.test_client().get(f"/track/{token}?lang={tag}").text


@pytest.mark.parametrize("reason", ["Cook walked out", "sold out again, blame Sami", None])
def test_what_somebody_wrote_as_a_reason_is_not_for_the_guest(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], reason: str | None
) -> None:
    token = cancel(app, cedar, place(cedar), reason)
    page = app.test_client().get(f"/track/{token}").text
    assert "Cancelled" in page and "ask the restaurant" in page
    for private in (reason or "None", "Sami", *USUAL[Asked.CANCEL]):
        assert private not in page


def test_a_token_is_128_random_bits(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> None:
    tokens = {order_of(app, cedar, place(cedar)).tracking_token for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 5000, "%00" * 22, "..%2f..", "ünï" * 8])
def test_a_bad_token_is_a_friendly_404(app: Flask, token: str) -> None:
    for path in (f"/track/{token}", f"/track/{token}/stream"):
        answer = app.test_client().get(path)
        assert answer.status_code == 404
    assert "copied whole" in app.test_client().get("/track/" + "A" * 22).text


def test_a_link_ends_a_day_after_the_order_did(
    app: Flask, settings: Settings, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    order = move(app, cedar, order_id, OrderStatus.CANCELLED)
    path = f"/track/{order.tracking_token}"
    assert app.test_client().get(path).status_code == 200
    long_ago = dt.datetime.now(dt.UTC) - SHOWN_AFTER_THE_END - dt.timedelta(minutes=1)
    ended(settings, cedar, order_id, long_ago)
    assert app.test_client().get(path).status_code == 404
    assert app.test_client().get(f"{path}/stream").status_code == 404
    ended(settings, cedar, order_id, order.status_since)


def ended(settings: Settings, house: House, order_id: uuid.UUID, at: dt.datetime) -> None:
    """Set the moment since which an order has its status."""
    with operator_connection(settings.operator_url) as connection:
        tenant = {"tenant": str(house.tenant_id)}
        connection.execute(text("SELECT set_config('ordertrack.tenant_id', :tenant, false)"), tenant)
        connection.execute(
            text("UPDATE orders SET status_since = :at WHERE tenant_id = :tenant AND id = :order_id"),
            {**tenant, "at": at, "order_id": order_id},
        )


def test_a_link_leads_to_its_own_order_only(
    app: Flask, cedar: House, rival: House, place: Callable[..., uuid.UUID]
) -> None:
    ours, theirs = order_of(app, cedar, place(cedar)), order_of(app, rival, place(rival))
    page = app.test_client().get(f"/track/{ours.tracking_token}").text
    assert "Hamra" in page
    assert theirs.restaurant_name not in page
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM tracking_links")).scalar() == 0
