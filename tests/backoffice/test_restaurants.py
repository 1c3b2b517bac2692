"""Managers add restaurants, name them, say when they are open, and close them for good."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.restaurants import hours
from ordertrack.restaurants.hours import Hours
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.models import Restaurant
from support.cast import TIMEZONE, House, Person

Sign = Callable[[Person], FlaskClient]
ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Tea", "quantity": 1}]}
ALL_WEEK = [str(each) for each in range(7)]


def restaurants(app: Flask, house: House) -> dict[str, Restaurant]:
    with tenant_context(app, house.tenant_id):
        return {each.slug: each for each in db.session.scalars(select(Restaurant))}


def held(app: Flask, house: House, hamra: uuid.UUID) -> Hours:
    with tenant_context(app, house.tenant_id):
        found = hours.read(house.tenant_id, hamra)
        assert found is not None
        return found


def place(app: Flask, house: House, **more: object) -> tuple[int, dict[str, object]]:
    answer = app.test_client().post("/api/v1/orders", json=ORDER | more, headers=house.bearer)
    return answer.status_code, answer.json or {}


def stands(app: Flask, house: House) -> dict[str, object]:
    """How programs are told that Hamra stands."""
    listed = app.test_client().get("/api/v1/restaurants", headers=house.bearer).json["items"]
    return next(each for each in listed if each["slug"] == "hamra")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Badaro Nord", "badaro-nord"),
        ("Café  Élysée", "cafe-elysee"),
        ("Hamra!", "hamra-2"),
        ("北", "restaurant"),
    ],
)
def test_one_more_restaurant_takes_orders_at_once_under_a_short_name_of_its_own(
    app: Flask, cedar: House, maya: FlaskClient, name: str, slug: str
) -> None:
    made = maya.post("/restaurants", data={"name": name, "timezone": "Europe/Paris"})
    assert made.status_code == 303 and made.location == f"/r/{slug}/about"
    assert "takes orders from now on" in maya.get(made.location).text
    assert restaurants(app, cedar)[slug].timezone == "Europe/Paris"
    assert place(app, cedar, restaurant=slug)[0] == 201


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Write a name of up to 100"),
        ({"name": "x" * 101}, "Write a name of up to 100"),
        ({"name": "hamra "}, "Another restaurant has this name"),
        ({"timezone": "Mars"}, "is not a time zone"),
        ({"timezone": ""}, "is not a time zone"),
    ],
)
def test_a_restaurant_that_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, cedar: House, maya: FlaskClient, typed: dict[str, str], said: str
) -> None:
    answer = maya.post("/restaurants", data={"name": "Tyre", "timezone": "Asia/Beirut"} | typed)
    assert answer.status_code == 422 and said in answer.text
    assert 'value="Tyre"' in answer.text or "name" in typed
    assert len(restaurants(app, cedar)) == 2


def test_another_name_is_read_everywhere_and_a_stale_form_is_refused(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    renamed = maya.post(
        "/r/hamra/about", data={"name": "Hamra Street", "seen": "Hamra"}, follow_redirects=True
    )
    assert "Saved." in renamed.text and "<bdi>Hamra Street</bdi></h2>" in renamed.text
    assert stands(app, cedar)["name"] == "Hamra Street"
    stale = maya.post("/r/hamra/about", data={"name": "Elsewhere", "seen": "Hamra"})
    assert stale.status_code == 422 and "Somebody else gave it another name" in stale.text
    assert 'value="Elsewhere"' in stale.text
    twin = maya.post("/r/hamra/about", data={"name": "JOUNIEH", "seen": "Hamra Street"})
    assert twin.status_code == 422 and "Another restaurant has this name" in twin.text


def test_a_restaurant_is_closed_when_no_order_is_open_and_opened_again(
    app: Flask,
    cedar: House,
    maya: FlaskClient,
    bring: Callable[..., None],
) -> None:
    status, order = place(app, cedar)
    refused = maya.post("/r/hamra/close")
    assert refused.status_code == 422 and "1 order is still open here" in refused.text
    bring(cedar, uuid.UUID(str(order["id"])), OrderStatus.CANCELLED)
    assert "It is closed" in maya.post("/r/hamra/close", follow_redirects=True).text
    status, problem = place(app, cedar)
    assert (status, problem["paused"], problem["until"]) == (409, True, None)
    assert (stands(app, cedar)["state"], stands(app, cedar)["until"]) == ("paused", None)
    assert "This restaurant is closed" in maya.get("/r/hamra/kitchen").text
    said = maya.post("/r/hamra/pace", data={"state": "open", "seen": "0"})
    assert said.status_code == 422 and "open it again first" in said.text
    assert "It takes orders again." in maya.post("/r/hamra/open-again", follow_redirects=True).text
    assert place(app, cedar)[0] == 201
    assert "This restaurant is closed" not in maya.get("/r/hamra/kitchen").text


def weekly(number: int, starts: str, ends: str, days: list[str] = ALL_WEEK) -> dict[str, object]:
    key = f"weekly-{number}"
    return {f"{key}-weekday": days, f"{key}-starts": starts, f"{key}-ends": ends}


def test_outside_its_hours_programs_are_told_paused_until_it_opens_and_people_may_still_place(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    local = dt.datetime.now(TIMEZONE)
    opens = (local + dt.timedelta(hours=3)).strftime("%H:00")
    closes = (local + dt.timedelta(hours=6)).strftime("%H:00")
    saved = maya.post("/r/hamra/hours", data=weekly(0, opens, closes) | {"seen": "0"})
    assert saved.status_code == 303, saved.text
    told = stands(app, cedar)
    until = dt.datetime.fromisoformat(str(told["until"]))
    assert told["state"] == "paused" and until.astimezone(local.tzinfo).strftime("%H:%M") == opens
    quote = (
        app.test_client().get("/api/v1/restaurants/hamra/quote?fulfilment=pickup", headers=cedar.bearer).json
    )
    assert (quote["state"], quote["from"]) == ("paused", None)
    status, problem = place(app, cedar)
    assert (status, problem["paused"]) == (409, True)
    later = (until + dt.timedelta(hours=1)).isoformat()
    assert place(app, cedar, promised_at=later)[0] == 201
    assert place(app, cedar, promised_at=(local + dt.timedelta(hours=1)).isoformat())[0] == 409
    assert "Closed until" in maya.get("/restaurants").text


def test_who_fetches_an_order_is_told_until_when_it_is_open(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    _, order = place(app, cedar)
    guest = str(order["tracking_url"]).partition("localhost")[2]
    assert "Open until" not in app.test_client().get(guest).text
    closes = (dt.datetime.now(TIMEZONE) + dt.timedelta(hours=2)).strftime("%H:%M")
    opens = (dt.datetime.now(TIMEZONE) - dt.timedelta(hours=2)).strftime("%H:%M")
    maya.post("/r/hamra/hours", data=weekly(0, opens, closes) | {"seen": "0"})
    page = app.test_client().get(guest).text
    assert "Open until" in page and closes in page


def test_hours_are_saved_with_their_history_and_a_stale_form_is_refused(
    app: Flask, cedar: House, maya: FlaskClient, hamra: uuid.UUID
) -> None:
    form = weekly(0, "11:00", "15:00") | weekly(1, "18:00", "02:00", ["4", "5"])
    form |= {"special-0-day": "2030-12-25", "special-1-day": "2030-12-31", "special-1-starts": "18:00"}
    form |= {"special-1-ends": "05:00"}
    assert maya.post("/r/hamra/hours", data=form | {"seen": "0"}).status_code == 422  # too far ahead
    year = dt.datetime.now(dt.UTC).year + 1
    form |= {"special-0-day": f"{year}-12-25", "special-1-day": f"{year}-12-31"}
    page = maya.post("/r/hamra/hours", data=form | {"seen": "0"}, follow_redirects=True).text
    assert "It is open by these hours from now on." in page
    assert "Hours of the week: every day 11:00–15:00, Fri Sat 18:00–02:00" in page
    saved = held(app, cedar, hamra)
    assert (len(saved.weekly), len(saved.special), saved.version) == (2, 2, 1)
    assert saved.special[0].span is None
    assert (
        "hold already" in maya.post("/r/hamra/hours", data=form | {"seen": "1"}, follow_redirects=True).text
    )
    stale = maya.post("/r/hamra/hours", data=weekly(0, "10:00", "12:00") | {"seen": "0"})
    assert stale.status_code == 422 and "Somebody else saved other settings" in stale.text
    assert 'value="10:00"' in stale.text


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        (weekly(0, "11", "15:00"), "weekly-0"),
        (weekly(0, "11:00", ""), "weekly-0"),
        (weekly(0, "11:00", "15:00", []), "weekly-0"),
        (weekly(3, "11:00", "15:00") | weekly(7, "14:00", "16:00"), "weekly-7"),
        ({"special-4-day": "Christmas"}, "special-4"),
        ({"special-4-day": "", "special-4-starts": "10:00"}, "special-4"),
        ({"special-4-day": "2026-12-25", "special-4-starts": "10:00"}, "special-4"),
        ({"special-4-day": "2026-12-25", "special-4-starts": "x\0", "special-4-ends": "9"}, "special-4"),
    ],
)
def test_hours_that_cannot_be_are_said_beside_their_row(
    app: Flask, cedar: House, maya: FlaskClient, hamra: uuid.UUID, typed: dict[str, object], where: str
) -> None:
    answer = maya.post("/r/hamra/hours", data=typed | {"seen": "0"})
    assert answer.status_code == 422 and f'id="problem-{where}"' in answer.text
    assert held(app, cedar, hamra).version == 0


def test_only_managers_of_the_house_are_let_in(cedar: House, sign_in: Sign, maya: FlaskClient) -> None:
    for person in (cedar.nour, cedar.karim):
        client = sign_in(person)
        for path in ("/restaurants", "/r/hamra/about", "/r/hamra/hours"):
            assert client.get(path).status_code == client.post(path).status_code == 403
        assert (
            client.post("/r/hamra/close").status_code == client.post("/r/hamra/open-again").status_code == 403
        )
    assert maya.get("/sla/settings").location == "/restaurants"


def test_hours_are_typed_and_taken_away_by_hand(cedar: House, open_page: Callable[..., Page]) -> None:
    page = open_page(cedar.maya, "/r/hamra/hours")
    page.get_by_role("button", name="Add hours").click()
    page.locator("[name=weekly-0-starts]").fill("11:00")
    page.locator("[name=weekly-0-ends]").fill("23:00")
    page.get_by_role("button", name="Add a day").click()
    page.locator("[name=special-0-day]").fill(f"{dt.datetime.now(dt.UTC).year + 1}-12-25")
    page.get_by_role("button", name="Save the hours").click()
    expect(page.get_by_role("status")).to_contain_text("open by these hours")
    expect(page.locator("[name=weekly-0-starts]")).to_have_value("11:00")
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("button", name="Save the hours").click()
    expect(page.locator(".saved tr").nth(1)).to_contain_text("Holidays and other exceptions: —")
