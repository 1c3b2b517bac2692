"""A time that is not today's says its day, in every language, on every page, for as long as it is shown."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.i18n import moments
from ordertrack.i18n.translate import TAGS, speaking
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person
from support.pages.page_clock import install_clock

BEIRUT, BERLIN, LORD_HOWE = map(ZoneInfo, ("Asia/Beirut", "Europe/Berlin", "Australia/Lord_Howe"))
SATURDAY = dt.datetime(2026, 11, 28, 21, 30, tzinfo=dt.UTC)  # half past eleven in the evening at Beirut
SET_BACK = dt.datetime(2026, 10, 25, 1, 0, tzinfo=dt.UTC)  # at Berlin, from three to two
DAY = 24 * 60  # minutes
MINUTES = (0, 1, 29, 31, 14 * 60, DAY, 38 * 60, 6 * DAY, 7 * DAY, 40 * DAY)


def after(minutes: int, now: dt.datetime = SATURDAY) -> dt.datetime:
    return now + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "read"),
    [
        (29, "23:59"),
        (30, "Sun 00:00"),
        (-23 * 60, "00:30"),
        (-DAY, "Fri 27 Nov 23:30"),
        (38 * 60, "Mon 13:30"),
        (6 * DAY, "Fri 23:30"),
        (7 * DAY, "Sat 5 Dec 23:30"),
    ],
)
def test_what_is_not_of_today_says_its_day_and_what_is_past_or_far_its_date(minutes: int, read: str) -> None:
    assert moments.when(after(minutes), BEIRUT, SATURDAY) == read


@pytest.mark.parametrize(
    ("tag", "soon", "past"),
    [
        ("en", "Mon 13:30", "Fri 27 Nov 23:30"),
        ("fr", "lun. 13:30", "ven. 27 nov. 23:30"),
        ("ar", "الاثنين 13:30", "الجمعة، 27 نوفمبر 23:30"),
        ("ar-arab", "الاثنين ١٣:٣٠", "الجمعة، ٢٧ نوفمبر ٢٣:٣٠"),
    ],
)
def test_days_are_said_in_the_language_of_their_reader(tag: str, soon: str, past: str) -> None:
    with speaking(tag):
        assert moments.when(after(38 * 60), BEIRUT, SATURDAY) == soon
        assert moments.when(after(-DAY), BEIRUT, SATURDAY) == past


def test_the_two_times_of_a_repeated_hour_are_told_apart() -> None:
    first, second = after(-30, SET_BACK), after(30, SET_BACK)
    assert moments.when(first, BERLIN, SET_BACK) == "02:30 UTC+2"
    assert moments.when(second, BERLIN, SET_BACK) == "02:30 UTC+1"
    assert moments.day_and_clock(second, BERLIN) == "Sun 25 Oct, 02:30:00 UTC+1"
    for minutes in (-61, 60):
        assert "UTC" not in moments.when(after(minutes, SET_BACK), BERLIN, SET_BACK)
    with speaking("ar-arab"):
        assert moments.when(first, BERLIN, SET_BACK) == "٠٢:٣٠ \u2066UTC+٢\u2069"
    half = dt.datetime(2026, 4, 4, 14, 45, tzinfo=dt.UTC)
    assert moments.when(half, LORD_HOWE, half) == "01:45 UTC+11"
    assert moments.when(after(30, half), LORD_HOWE, half) == "01:45 UTC+10:30"


_WHEN = """async ([moments, now]) => {
  const { src } = document.querySelector("script[src$='/kitchen.js']");
  const { when } = await import(src.replace("bundles/js/entry/kitchen.js", "js/core/moments.js"));
  return moments.map((moment) => when(moment, "Asia/Beirut", now));
}"""


@pytest.mark.parametrize("tag", TAGS)
def test_scripts_say_a_moment_as_the_server_does(
    cedar: House, open_page: Callable[..., Page], tag: str
) -> None:
    page = open_page(cedar.nour, "/r/hamra/kitchen", language=tag)
    meant = [after(sign * minutes) for minutes in MINUTES for sign in (1, -1)]
    read = page.evaluate(
        _WHEN, [[moments.milliseconds(each) for each in meant], moments.milliseconds(SATURDAY)]
    )
    with speaking(tag):
        assert read == [moments.when(each, BEIRUT, SATURDAY) for each in meant]


def promise(app: Flask, house: House, ahead: dt.timedelta) -> tuple[uuid.UUID, dt.datetime, str]:
    """An order for so much later: its id, the moment at Beirut, and its tracking token."""
    at = (dt.datetime.now(dt.UTC) + ahead).replace(second=0, microsecond=0)
    order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 1),), promised_at=at)
    with tenant_context(app, house.tenant_id):
        order_id, _ = intake.place(order, by=house.program)
        found = records.find(house.tenant_id, order_id)
    assert found is not None
    return order_id, at.astimezone(BEIRUT), found.tracking_token


def shown(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@pytest.mark.parametrize(("days", "form"), [(2, "%a %H:%M"), (9, "%a {day} %b %H:%M")])
def test_a_promise_for_another_day_says_it_on_board_print_story_list_and_the_guests_page(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], days: int, form: str
) -> None:
    order_id, at, token = promise(app, cedar, dt.timedelta(days=days))
    read = at.strftime(form.format(day=at.day))
    client = sign_in(cedar.maya)
    for path, said in {
        "/r/hamra/kitchen": f"for {read}",
        "/r/hamra/dispatch": f"for {read}",
        "/r/hamra/open": f"for {read}",
        f"/orders/{order_id}": f"promised for {read}",
        "/orders?restaurant=hamra": read,
        f"/track/{token}": f"Promised for {read}",
    }.items():
        assert said in shown(client.get(path).text), path


def test_a_board_that_stays_open_over_midnight_goes_on_saying_the_right_day(
    app: Flask, cedar: House, open_page: Callable[..., Page]
) -> None:
    order_id, at, _token = promise(app, cedar, dt.timedelta(days=1))
    page = open_page(cedar.nour, "/login", strict=False)
    install_clock(page)
    page.goto("/r/hamra/kitchen")
    promised = page.locator(f"#{card_id(order_id)} .promised")
    expect(promised).to_have_text(f"for {at:%a %H:%M}")
    page.clock.fast_forward("24:00:00")
    expect(promised).to_have_text(f"for {at:%H:%M}")
    page.clock.fast_forward("24:00:00")
    expect(promised).to_have_text(f"for {at:%a} {at.day} {at:%b %H:%M}")


def test_tickets_on_the_rail_stand_whole_days_later(
    app: Flask, cedar: House, open_page: Callable[..., Page]
) -> None:
    order_id, at, _token = promise(app, cedar, dt.timedelta(minutes=20))
    page = open_page(cedar.nour, "/login", strict=False, view="rail")
    install_clock(page)
    page.goto("/r/hamra/kitchen")
    ticket = page.locator(f"#{card_id(order_id)}")
    expect(ticket).to_have_attribute("data-spot", "1")
    page.clock.fast_forward("48:00:00")
    expect(ticket.locator(".promised")).to_have_text(re.compile(rf"for {at:%a} {at.day} {at:%b %H:%M}"))
    expect(ticket.locator("h3")).to_have_text("1")
    expect(ticket.locator(".dish")).to_have_count(1)


def test_a_list_that_stays_open_over_midnight_keeps_the_times_of_a_repeated_hour_apart(
    cedar: House, open_page: Callable[..., Page]
) -> None:
    """What the server said of the offset stays: only the day is said anew."""
    page = open_page(cedar.maya, "/login", strict=False)
    page.clock.install(time=SET_BACK)
    page.goto("/orders?restaurant=hamra")
    page.evaluate(
        """(at) => { document.body.innerHTML = `<p data-zone="Europe/Berlin"><span data-at="${at}"
        data-said="02:30 UTC+1">placed 02:30 UTC+1</span></p>`; }""",
        after(30, SET_BACK).isoformat(),
    )
    expect(page.locator("span")).to_have_text("placed Sun 25 Oct 02:30 UTC+1")


def test_a_guests_page_that_stays_open_over_midnight_says_on_which_day_the_steps_were(
    app: Flask, cedar: House, open_page: Callable[..., Page]
) -> None:
    _order_id, _at, token = promise(app, cedar, dt.timedelta(days=1))
    page = open_page(None, "/login", strict=False)
    install_clock(page)
    page.goto(f"/track/{token}")
    step = page.locator("#steps time").first
    placed = dt.datetime.now(BEIRUT)
    expect(step).to_have_text(re.compile(r"\d\d:\d\d"))
    page.clock.fast_forward("24:00:00")
    expect(step).to_have_text(re.compile(rf"{placed:%a} {placed.day} {placed:%b} \d\d:\d\d"))
