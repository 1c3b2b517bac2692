"""The settings page: who may open it, what it saves, and what it says to what cannot be saved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from cast import House, Person
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.test import TestResponse

from ordertrack.database import db, tenant_context
from ordertrack.orders.state_machine import Fulfilment
from ordertrack.sla import settings_rows
from ordertrack.sla.models import SavedRules, SavedTarget, Stale
from ordertrack.sla.settings_rows import RestaurantSettings
from ordertrack.sla.shifts import DEFAULT_SHIFTS, Shift
from ordertrack.sla.stages import Stage
from ordertrack.sla.wording import MEASURES

RULES, TARGETS = "/sla/settings/hamra/rules", "/sla/settings/hamra/targets"
EVERY_DAY = [str(weekday) for weekday in range(7)]
DAY = dt.timedelta(days=1)
Form = dict[str, Any]


def a_shift(row: int, name: str, starts: str, ends: str, weekdays: list[str] = EVERY_DAY) -> Form:
    prefix = f"shift-{row}-"
    return {
        f"{prefix}name": name,
        f"{prefix}starts": starts,
        f"{prefix}ends": ends,
        f"{prefix}weekday": weekdays,
    }


def rules(*shifts: Form, **changes: str) -> Form:
    """A form that can be saved, with these shifts and with these fields changed."""
    form: Form = {"timezone": "Asia/Beirut", "day_starts": "04:00"}
    form |= {"forgotten_after": "240", "early_before": "60"}
    for each in shifts or (a_shift(0, "Lunch", "11:00", "16:00"), a_shift(1, "Dinner", "16:00", "01:00")):
        form |= each
    return form | changes


def target(**changes: str) -> Form:
    return {"stage": "kitchen", "fulfilment": "", "minutes": "15", "valid_from": ""} | changes


@pytest.fixture
def maya(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    return sign_in(cedar.maya)


@pytest.fixture
def hamra(app: Flask, cedar: House) -> Callable[[], RestaurantSettings]:
    """Hamra's settings as they are in the database."""

    def read() -> RestaurantSettings:
        with tenant_context(app, cedar.tenant_id):
            return next(place for place in settings_rows.read(cedar.tenant_id) if place.slug == "hamra")

    return read


@pytest.fixture
def today(hamra: Callable[[], RestaurantSettings]) -> dt.date:
    return hamra().calendar.day_of(dt.datetime.now(dt.UTC))


@pytest.fixture
def saved(app: Flask, cedar: House) -> Callable[[], int]:
    """How many rows of settings the tenant has."""

    def number() -> int:
        with tenant_context(app, cedar.tenant_id):
            tables = (SavedRules, SavedTarget, Stale)
            return sum(len(db.session.scalars(select(table)).all()) for table in tables)

    return number


def sentences(answer: TestResponse) -> str:
    """What a page says about fields that cannot be used."""
    found = re.findall(r'<p class="problem" role="alert" id="problem-[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    return unescape(" ".join(found))


def typed(answer: TestResponse, name: str) -> str:
    """What stands in the field of this name."""
    found = re.search(rf'name="{name}" type="\w+" value="([^"]*)"', answer.text)
    assert found is not None, name
    return unescape(found[1])


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
    text = maya.get("/sla/settings").text
    for slug in ("hamra", "jounieh"):
        assert f'href="/sla/settings/{slug}"' in text
    assert "Asia/Beirut" in text and "Dinner 16:00–01:00" in text


def test_the_page_says_what_each_stage_measures(maya: FlaskClient) -> None:
    text = unescape(maya.get("/sla/settings/hamra").text)
    assert all(MEASURES[stage] in text for stage in Stage)
    assert 'href="/sla"' in text


def test_rules_that_are_saved_are_said_to_be_and_stand_there_from_then_on(
    maya: FlaskClient, hamra: Callable[[], RestaurantSettings], today: dt.date
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
    assert [typed(page, name) for name in changed] == list(changed.values())
    assert typed(page, "shift-0-name") == "Night"
    assert "Maya" in page.text and "Shifts: Night 22:00–03:30 (Fri, Sat)" in page.text
    assert "Saved." not in maya.get(answer.location).text  # said once
    latest = hamra().calendar.rules[-1]
    assert latest.shifts == (Shift("Night", frozenset({4, 5}), dt.time(22), dt.time(3, 30)),)
    assert (latest.forgotten_after, latest.early_before) == (5430, 0)


def test_rows_left_blank_are_no_shifts_and_all_may_be(
    maya: FlaskClient, hamra: Callable[[], RestaurantSettings]
) -> None:
    blank, one = a_shift(0, " ", "", ""), a_shift(3, "Lunch", "11:00", "15:00")
    assert maya.post(RULES, data=rules(blank, one, a_shift(4, "", "", "", []))).status_code == 302
    assert [shift.name for shift in hamra().calendar.rules[-1].shifts] == ["Lunch"]
    assert maya.post(RULES, data=rules(blank)).status_code == 302
    assert hamra().calendar.rules[-1].shifts == ()


def test_saving_what_holds_already_says_so(maya: FlaskClient, saved: Callable[[], int]) -> None:
    answer = maya.post(RULES, data=rules(), follow_redirects=True)
    assert "Nothing was changed" in answer.text
    assert saved() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Asia/Nowhere", "'Asia/Nowhere' is not a time zone"),
        ("timezone", "", "not a time zone"),
        ("timezone", "+02:00", "not a time zone"),
        ("timezone", "EET", "not a time zone"),
        ("timezone", "'; DROP TABLE orders; --", "not a time zone"),
        ("timezone", "<script>alert(1)</script>", "not a time zone"),
        ("timezone", "Z" * 5000, "not a time zone"),
        ("day_starts", "", "time of day"),
        ("day_starts", "25:00", "time of day"),
        ("day_starts", "24:00", "time of day"),
        ("day_starts", "04:00:30", "time of day"),
        ("day_starts", "٠٤:٠٠", "time of day"),
        ("forgotten_after", "", "number of minutes"),
        ("forgotten_after", "-5", "number of minutes"),
        ("forgotten_after", "nan", "number of minutes"),
        ("forgotten_after", "1e9", "number of minutes"),
        ("forgotten_after", "0", "1 to 1,440 minutes"),
        ("forgotten_after", "1441", "1 to 1,440 minutes"),
        ("forgotten_after", "0.5", "1 to 1,440 minutes"),
        ("early_before", "soon", "number of seconds"),
        ("early_before", "-1", "number of seconds"),
        ("early_before", "6.5", "number of seconds"),
        ("early_before", "٦٠", "number of seconds"),
        ("early_before", "3601", "0 to 3,600 seconds"),
    ],
)
def test_a_field_that_cannot_be_used_is_answered_in_place_and_kept_as_typed(
    maya: FlaskClient, saved: Callable[[], int], field: str, value: str, said: str
) -> None:
    shift = a_shift(5, "Brunch", "10:00", "11:00", ["6"])
    answer = maya.post(RULES, data=rules(shift, **{field: value}))
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert typed(answer, field) == value
    assert (typed(answer, "shift-5-name"), typed(answer, "shift-5-starts")) == ("Brunch", "10:00")
    assert "<script>alert" not in answer.text
    assert saved() == 0


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        ([a_shift(0, "Lunch", "11:00", "16:00"), a_shift(1, "Tea", "15:00", "17:00")], "overlap"),
        ([a_shift(0, "Night", "20:00", "03:00"), a_shift(1, "Late", "02:00", "04:00")], "overlap"),
        (
            [a_shift(0, "A", "11:00", "16:00", ["1", "2"]), a_shift(1, "B", "12:00", "13:00", ["2", "3"])],
            "On Wednesdays 'A' (11:00–16:00) and 'B' (12:00–13:00) overlap",
        ),
        ([a_shift(0, "Night", "20:00", "05:00")], "past 04:00"),
        ([a_shift(0, "Lunch", "11:00", "")], "Give both times"),
        ([a_shift(0, "Lunch", "", "12:00")], "Give both times"),
        ([a_shift(0, "", "11:00", "12:00")], "name must not be blank"),
        ([a_shift(0, "Lunch", "1100", "12:00")], "Give both times"),
        ([a_shift(0, "Lunch", "11:00", "12:00", [])], "Choose the weekdays"),
        ([a_shift(0, "Lunch", "11:00", "12:00", ["7", "x", "-1"])], "Choose the weekdays"),
        ([a_shift(0, "x" * 300, "11:00", "12:00")], "40 characters at most, not 300"),
        ([a_shift(0, "Lu\0nch", "11:00", "12:00")], "control characters (U+0000)"),
        ([a_shift(0, "Lu\x1bnch", "11:00", "12:00")], "control characters (U+001B)"),
        ([a_shift(0, "Lu\u202ench", "11:00", "12:00")], "direction marks"),
        ([a_shift(0, "A", "11:00", "12:00"), a_shift(1, "a", "13:00", "14:00")], "another shift 'a'"),
    ],
)
def test_shifts_that_cannot_hold_are_answered_beside_their_row(
    maya: FlaskClient, saved: Callable[[], int], shifts: list[Form], said: str
) -> None:
    answer = maya.post(RULES, data=rules(*shifts))
    assert answer.status_code == 422
    assert said in sentences(answer)
    for name, value in {name: value for each in shifts for name, value in each.items()}.items():
        if not isinstance(value, list):
            assert typed(answer, name) == value
    assert saved() == 0


def test_everything_that_is_wrong_is_said_at_once(maya: FlaskClient, saved: Callable[[], int]) -> None:
    shifts = (
        a_shift(2, "Lunch", "11:00", "16:00"),
        a_shift(4, "Broken", "noon", "14:00"),
        a_shift(6, "Tea", "15:00", "17:00"),
    )
    answer = maya.post(RULES, data=rules(*shifts, timezone="Asia/Nowhere", forgotten_after="-5"))
    assert answer.status_code == 422
    found = re.findall(r'<p class="problem" role="alert" id="problem-([^"]*)">', answer.text)
    assert sorted(found) == ["forgotten_after", "shift-4", "shift-6", "timezone"]
    assert saved() == 0


def test_two_hundred_shifts_are_too_many_and_none_of_them_is_lost(
    maya: FlaskClient, saved: Callable[[], int]
) -> None:
    many = [a_shift(row, f"Shift {row}", "11:00", "11:01", ["0"]) for row in range(200)]
    answer = maya.post(RULES, data=rules(*many))
    assert answer.status_code == 422
    assert "These are 200 shifts" in sentences(answer)
    assert typed(answer, "shift-199-name") == "Shift 199"
    assert saved() == 0


@pytest.mark.parametrize(
    "data", [{}, {"shift-99999999999-name": "x"}, {"shift--1-name": "x", "shift-x-name": ""}]
)
def test_a_form_without_its_fields_is_refused(
    maya: FlaskClient, saved: Callable[[], int], data: Form
) -> None:
    assert maya.post(RULES, data=data).status_code == 422
    assert maya.post(TARGETS, data=data).status_code == 422
    assert maya.post(RULES, json=data).status_code == 422
    assert saved() == 0


def test_who_saves_without_having_seen_what_a_colleague_saved_is_told(
    maya: FlaskClient, hamra: Callable[[], RestaurantSettings]
) -> None:
    seen = re.search(r'name="seen" value="(\d+)"', maya.get("/sla/settings/hamra").text)
    assert seen is not None
    assert maya.post(RULES, data=rules(early_before="5", seen=seen[1])).status_code == 302
    late = maya.post(RULES, data=rules(early_before="6", seen=seen[1]))
    assert late.status_code == 422
    assert "Somebody else saved" in sentences(late)
    assert typed(late, "early_before") == "6"
    assert hamra().calendar.rules[-1].early_before == 5
    again = re.search(r'name="seen" value="(\d+)"', late.text)
    assert again is not None
    assert maya.post(RULES, data=rules(early_before="6", seen=again[1])).status_code == 302


def test_a_target_that_is_saved_holds_and_stands_in_the_history(
    maya: FlaskClient, hamra: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    for minutes, kind, day in (("15", "", today), ("12,5", "delivery", today), ("9", "", today + DAY)):
        form = target(minutes=minutes, fulfilment=kind, valid_from=day.isoformat())
        answer = maya.post(TARGETS, data=form)
        assert answer.status_code == 302
    page = unescape(maya.get(answer.location).text)
    for line in ("15 min for other orders", "12 min 30 s for deliveries", "9 min for every order from"):
        assert line in page
    assert "Targets (3)" in page and "Maya" in page
    targets = hamra().targets
    held = [targets.at(Stage.KITCHEN, each, today) for each in (Fulfilment.PICKUP, Fulfilment.DELIVERY)]
    assert held == [900, 750]
    assert targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today + DAY) == 540


def test_a_target_without_minutes_ends_the_one_that_holds(
    maya: FlaskClient, hamra: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    day = today.isoformat()
    maya.post(TARGETS, data=target(valid_from=day))
    answer = maya.post(TARGETS, data=target(minutes=" ", valid_from=day), follow_redirects=True)
    assert "no target from" in answer.text
    assert hamra().targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today) is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("minutes", "-5", "Give a number of minutes"),
        ("minutes", "0", "more than nothing"),
        ("minutes", "0.00", "more than nothing"),
        ("minutes", "1440.01", "no longer than 1,440 minutes"),
        ("minutes", "999999", "no longer than 1,440 minutes"),
        ("minutes", "9" * 400, "Give a number of minutes"),
        ("minutes", "NaN", "Give a number of minutes"),
        ("minutes", "inf", "Give a number of minutes"),
        ("minutes", "1e3", "Give a number of minutes"),
        ("minutes", "fifteen", "Give a number of minutes"),
        ("minutes", "١٥", "Give a number of minutes"),
        ("minutes", "15\0", "Give a number of minutes"),
        ("minutes", "", "no such target"),
        ("valid_from", "", "Give a day"),
        ("valid_from", "tomorrow", "Give a day"),
        ("valid_from", "2026-02-30", "Give a day"),
        ("valid_from", "20261120", "Give a day"),
        ("valid_from", "2026-W47-5", "Give a day"),
        ("valid_from", "9999-12-31", "Choose a day from"),
        ("valid_from", "0001-01-01", "Choose a day from"),
    ],
)
def test_a_target_that_cannot_hold_is_answered_in_place_and_kept_as_typed(
    maya: FlaskClient, saved: Callable[[], int], today: dt.date, field: str, value: str, said: str
) -> None:
    answer = maya.post(TARGETS, data=target(valid_from=today.isoformat()) | {field: value})
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert typed(answer, field) == value
    assert saved() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("stage", "", "Choose a stage"),
        ("stage", "lunch", "Choose a stage"),
        ("stage", "KITCHEN", "Choose a stage"),
        ("fulfilment", "drone", "Choose a fulfilment"),
        ("fulfilment", "\0", "Choose a fulfilment"),
    ],
)
def test_a_target_of_nothing_known_is_refused(
    maya: FlaskClient, saved: Callable[[], int], today: dt.date, field: str, value: str, said: str
) -> None:
    answer = maya.post(TARGETS, data=target(valid_from=today.isoformat()) | {field: value})
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert typed(answer, "minutes") == "15"
    assert saved() == 0


def test_a_past_day_on_which_a_target_held_stays_as_it_was_judged(
    maya: FlaskClient, hamra: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    first = maya.post(TARGETS, data=target(valid_from=(today - 7 * DAY).isoformat()))
    assert first.status_code == 302
    again = maya.post(TARGETS, data=target(minutes="99", valid_from=(today - 3 * DAY).isoformat()))
    assert again.status_code == 422
    assert "stay as they were judged" in sentences(again)
    assert hamra().targets.at(Stage.KITCHEN, Fulfilment.PICKUP, today - DAY) == 900


def test_a_manager_adds_and_removes_shifts_by_buttons(
    cedar: House, open_page: Callable[..., Page], hamra: Callable[[], RestaurantSettings]
) -> None:
    page = open_page(cedar.maya, "/sla/settings/hamra")
    expect(page.get_by_role("textbox", name="Shift")).to_have_count(2)
    for name, starts, ends in (
        ("Breakfast", "07:00", "10:00"),
        ("Tea", "10:00", "11:00"),
        ("Late", "01:00", "04:00"),
    ):
        page.get_by_role("button", name="Add a shift").click()
        row = page.locator("fieldset.shift:not([hidden])").last
        row.get_by_label("Shift").fill(name)
        row.get_by_label("From").fill(starts)
        row.get_by_label("Until").fill(ends)
        row.get_by_label("Mon").click()
    page.locator("fieldset.shift").first.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save days and shifts").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_role("textbox", name="Shift")).to_have_count(4)
    shifts = {shift.name: shift.weekdays for shift in hamra().calendar.rules[-1].shifts}
    assert shifts.keys() == {"Dinner", "Breakfast", "Tea", "Late"}
    assert shifts["Tea"] == frozenset(range(1, 7))
    assert shifts["Dinner"] == DEFAULT_SHIFTS[1].weekdays


def test_the_page_works_without_scripts(
    cedar: House, open_page: Callable[..., Page], hamra: Callable[[], RestaurantSettings]
) -> None:
    page = open_page(cedar.maya, "/sla/settings/hamra", strict=False, java_script_enabled=False)
    page.get_by_label("Shift", exact=True).nth(2).fill("Breakfast")
    page.get_by_label("From", exact=True).nth(2).fill("07:00")
    page.get_by_label("Until", exact=True).nth(2).fill("12:00")
    page.get_by_role("button", name="Save days and shifts").click()
    expect(page.get_by_text("'Lunch' (11:00–16:00) overlap")).to_be_visible()
    expect(page.locator("[aria-invalid]").first).to_be_focused()
    page.get_by_label("Until", exact=True).nth(2).fill("11:00")
    page.get_by_role("button", name="Save days and shifts").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert [shift.name for shift in hamra().calendar.rules[-1].shifts] == ["Lunch", "Dinner", "Breakfast"]


def test_a_manager_sets_a_target_and_sees_it_hold(cedar: House, open_page: Callable[..., Page]) -> None:
    page = open_page(cedar.maya, "/sla/settings")
    page.get_by_role("link", name="Hamra").click()
    page.get_by_label("Minutes", exact=True).fill("17")
    page.get_by_role("button", name="Save target").click()
    expect(page.get_by_role("row", name="Kitchen").get_by_text("17 min for every order")).to_be_visible()
