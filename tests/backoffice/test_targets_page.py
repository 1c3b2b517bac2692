"""The settings page: who may open it, and what it saves and shows."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from functools import partial
from html import unescape
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backoffice.targets_forms import RULES, TARGETS, a_shift, rules, sentences, target, typed
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Shift
from ordertrack.restaurants.naming import measures
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("who", ["nour", "karim"])
def test_kitchen_and_dispatch_neither_see_nor_save_settings(
    cedar: House, sign_in: Callable[[Person], FlaskClient], saved: Callable[[], int], who: str
) -> None:
    client = sign_in(getattr(cedar, who))
    answers = [client.get("/sla/settings"), client.get("/sla/settings/hamra")]
    answers += [client.post(RULES, data=rules(early_before="5")), client.post(TARGETS, data=target())]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert all("for managers and owners" in answer.text for answer in answers)
    assert saved() == 0


def test_who_is_signed_out_is_sent_to_sign_in(app: Flask, cedar: House) -> None:
    client = app.test_client()
    assert client.get("/sla/settings/hamra").location.startswith("/login")
    assert client.post(RULES, data=rules()).status_code == 401


@pytest.mark.parametrize("slug", ["nowhere", "verdun", "HAMRA", "x" * 300, "%F0%9F%8D%95", "hamra%20"])
def test_an_unknown_restaurant_or_another_tenants_is_404(
    maya: FlaskClient, rival: House, saved: Callable[[], int], slug: str
) -> None:
    assert maya.get(f"/sla/settings/{slug}").status_code == 404
    assert maya.post(f"/sla/settings/{slug}/rules", data=rules()).status_code == 404
    assert maya.post(f"/sla/settings/{slug}/targets", data=target()).status_code == 404
    assert saved() == 0


def test_another_site_cannot_save_with_a_managers_cookie(maya: FlaskClient, saved: Callable[[], int]) -> None:
    answer = maya.post(TARGETS, data=target(), headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, saved()) == (403, 0)


def test_the_list_shows_every_restaurant_and_what_holds_there(maya: FlaskClient) -> None:
    text = maya.get("/sla/settings", follow_redirects=True).text
    for slug in ("hamra", "jounieh"):
        assert f'href="/r/{slug}/about"' in text
    assert "Asia/Beirut" in text and "Lunch 11:00–16:00, Dinner 16:00–01:00" in text


def test_the_page_says_what_each_stage_measures(maya: FlaskClient) -> None:
    text = unescape(maya.get("/sla/settings/hamra").text)
    assert all(measures(stage) in text for stage in Stage)
    assert 'href="/sla"' in text


def test_rules_that_are_saved_are_said_to_be_and_stand_there_from_then_on(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    night = a_shift(7, "Night", "22:00", "03:30", ["4", "5"])
    changed = {
        "timezone": "Asia/Dubai",
        "day_starts": "05:00",
        "forgotten_after": "90.5",
        "early_before": "0",
    }
    answer = maya.post(RULES, data=rules(night, **changed))
    assert (answer.status_code, answer.location) == (302, "/sla/settings/hamra")
    page = maya.get(answer.location)
    assert "Saved. These rules hold" in page.text
    said = changed | {"timezone": "Dubai – United Arab Emirates"}
    assert [typed(page, name) for name in changed] == list(said.values())
    assert typed(page, "shift-0-name") == "Night"
    assert "Maya" in page.text and "Shifts: Night 22:00–03:30 (Fri, Sat)" in page.text
    assert "Saved." not in maya.get(answer.location).text  # said once
    latest = saved_settings().calendar.rules[-1]
    assert latest.timezone == "Asia/Dubai"
    assert latest.shifts == (Shift("Night", frozenset({4, 5}), dt.time(22), dt.time(3, 30)),)
    assert (latest.forgotten_after, latest.early_before) == (5430, 0)


def test_rows_left_blank_are_no_shifts_and_all_may_be(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings]
) -> None:
    blank, one = a_shift(0, " ", "", ""), a_shift(3, "Lunch", "11:00", "15:00")
    assert maya.post(RULES, data=rules(blank, one, a_shift(4, "", "", "", []))).status_code == 302
    assert [shift.name for shift in saved_settings().calendar.rules[-1].shifts] == ["Lunch"]
    assert maya.post(RULES, data=rules(blank)).status_code == 302
    assert saved_settings().calendar.rules[-1].shifts == ()


def test_saving_what_holds_already_says_so(maya: FlaskClient, saved: Callable[[], int]) -> None:
    answer = maya.post(RULES, data=rules(), follow_redirects=True)
    assert "Nothing was changed" in answer.text
    assert saved() == 0


def test_who_saves_without_having_seen_what_a_colleague_saved_is_told(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings]
) -> None:
    seen = re.search(r'name="seen" value="(\d+)"', maya.get("/sla/settings/hamra").text)
    assert seen is not None
    assert maya.post(RULES, data=rules(early_before="5", seen=seen[1])).status_code == 302
    late = maya.post(RULES, data=rules(early_before="6", seen=seen[1]))
    assert late.status_code == 422
    assert "Somebody else saved" in sentences(late)
    assert typed(late, "early_before") == "6"
    assert saved_settings().calendar.rules[-1].early_before == 5
    again = re.search(r'name="seen" value="(\d+)"', late.text)
    assert again is not None
    assert maya.post(RULES, data=rules(early_before="6", seen=again[1])).status_code == 302


def test_who_saves_a_target_without_having_seen_a_colleagues_is_told(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    form = partial(target, valid_from=today.isoformat())
    assert maya.post(TARGETS, data=form(minutes="15", seen="0")).status_code == 302
    late = maya.post(TARGETS, data=form(minutes="12", seen="0"))
    assert (late.status_code, sentences(late).count("Somebody else saved a target")) == (422, 1)
    assert typed(late, "minutes") == "12"
    assert 'name="seen" value="1"' in late.text
    assert saved_settings().targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today) == 15 * 60
    assert maya.post(TARGETS, data=form(minutes="12", seen="1")).status_code == 302


def test_a_target_that_is_saved_holds_and_stands_in_the_history(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    for minutes, kind, day in (("15", "", today), ("12,5", "delivery", today), ("9", "", today + DAY)):
        form = target(minutes=minutes, fulfilment=kind, valid_from=day.isoformat())
        answer = maya.post(TARGETS, data=form)
        assert answer.status_code == 302
    page = unescape(maya.get(answer.location).text)
    for line in ("15 min for other orders", "12 min 30 s for deliveries", "9 min for every order from"):
        assert line in page
    assert "Targets (3)" in page and "Maya" in page
    targets = saved_settings().targets
    held = [targets.at(Stage.KITCHEN, each, today) for each in (Fulfilment.PICKUP, Fulfilment.DELIVERY)]
    assert held == [900, 750]
    assert targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today + DAY) == 540


def test_a_target_without_minutes_ends_the_one_that_holds(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    day = today.isoformat()
    maya.post(TARGETS, data=target(valid_from=day))
    answer = maya.post(TARGETS, data=target(minutes=" ", valid_from=day), follow_redirects=True)
    assert "no target from" in answer.text
    assert saved_settings().targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today) is None


def test_past_days_stay_as_they_were_judged_from_the_first_order_on_that_was_not_imported(
    maya: FlaskClient,
    saved_settings: Callable[[], RestaurantSettings],
    today: dt.date,
    cedar: House,
    place: Callable[..., uuid.UUID],
    operator: psycopg.Connection[Any],
) -> None:
    def save(minutes: str, days_ago: int) -> TestResponse:
        return maya.post(
            TARGETS, data=target(minutes=minutes, valid_from=(today - days_ago * DAY).isoformat())
        )

    def held(days_ago: int) -> int | None:
        return saved_settings().targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today - days_ago * DAY)

    assert [save("15", 7).status_code, save("99", 3).status_code] == [302, 302]
    assert [held(7), held(4), held(3)] == [900, 900, 5940]
    order_id = place(cedar)
    with operator.transaction():
        operator.execute("SET LOCAL session_replication_role = replica")
        moved = "UPDATE orders SET business_date = %s WHERE tenant_id = %s AND id = %s"
        operator.execute(moved, [today - 5 * DAY, cedar.tenant_id, order_id])
    again = save("20", 3)
    assert again.status_code == 422 and "stay as they were judged" in sentences(again)
    assert save("20", 6).status_code == 302
    assert [held(7), held(6), held(5), held(3)] == [900, 1200, 900, 5940]
    said = maya.get(TARGETS.removesuffix("/targets")).text
    assert "of the first order that was not imported, stay as they were" in said
    assert said.count("Maya") > 3
