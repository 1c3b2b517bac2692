"""When an order is to be expected: a range, called an estimate, the same on every screen; or nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.boards.fragments import card_id
from ordertrack.boards.fragments import move as message
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import SOURCE
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla import card_timers
from ordertrack.sla.estimates import current_drift, expected_end
from ordertrack.sla.estimates.table import FEWEST, LEARNED_FROM
from ordertrack.sla.rollup import extend
from ordertrack.tracking import progress as fragments
from support.cast import House
from support.houses.estimates import BUSIEST, learn, shown, unlearn
from support.houses.past_service import write
from support.pages.page_clock import install_clock
from support.till import move, order_of

PHONE = {"width": 390, "height": 844}
BEIRUT = ZoneInfo("Asia/Beirut")
CONFIRMED, PREPARING, READY = OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY
LOW, HIGH = 20, 40
USUAL = (LOW, LOW, LOW, HIGH, HIGH)  # its half and its nine tenths

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def _leave_nothing_learned(settings: Settings, cedar: House, rival: House) -> Iterator[None]:
    yield
    unlearn(settings, cedar, rival)


def progress(app: Flask, house: House, order: OrderRecord) -> str:
    with tenant_context(app, house.tenant_id):
        return fragments.progress(order)


def span(order: OrderRecord, low: float = LOW, high: float = HIGH) -> str:
    """As it is written, on the restaurant's clock: what is not of today says its day."""
    today = dt.datetime.now(BEIRUT).date()
    ends = [end.astimezone(BEIRUT) for end in shown(order.status_since, low, high)]
    return "–".join(f"{end:%H:%M}" if end.date() == today else f"{end:%a %H:%M}" for end in ends)


def expected(app: Flask, house: House, order: OrderRecord) -> tuple[dt.datetime, dt.datetime] | None:
    with tenant_context(app, house.tenant_id):
        end = card_timers.expected_end_of(order)
    return end and (end.low_at, end.high_at)


def test_a_guest_sees_a_range_that_is_called_an_estimate_on_the_restaurants_clock(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    learn(app, cedar, USUAL)
    for fulfilment, words in (
        (Fulfilment.DELIVERY, "Estimated arrival"),
        (Fulfilment.PICKUP, "Estimated ready"),
        (Fulfilment.DINE_IN, "Estimated ready"),
    ):
        order = order_of(app, cedar, place(cedar, fulfilment))
        page = open_page(None, f"/track/{order.tracking_token}", viewport=PHONE)
        expect(page.locator(".estimate .within")).to_have_text(f"{words} {span(order)}")
        expect(page.get_by_text("Taking longer than estimated")).to_be_hidden()


def test_each_step_brings_its_own_estimate_and_a_reload_shows_the_same(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    learn(app, cedar, USUAL)
    order = order_of(app, cedar, place(cedar))
    page = open_page(None, f"/track/{order.tracking_token}", viewport=PHONE)
    expect(page.locator("#live")).to_have_text("Live")
    order = move(app, cedar, order.id, CONFIRMED)
    expect(page.locator(".steps .current")).to_contain_text("Confirmed")
    expect(page.locator(".estimate .within")).to_have_text(f"Estimated arrival {span(order)}")
    page.reload()
    expect(page.locator(".estimate .within")).to_have_text(f"Estimated arrival {span(order)}")


def test_what_takes_longer_is_said_to_without_anybody_telling_the_page(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    learn(app, cedar, USUAL)
    order = order_of(app, cedar, place(cedar))
    page = open_page(None, f"/track/{order.tracking_token}", strict=False, viewport=PHONE)
    install_clock(page)
    over, within = page.get_by_text("Taking longer than estimated"), page.locator(".estimate .within")
    page.clock.fast_forward("30:00")
    expect(within).to_be_visible()
    expect(over).to_be_hidden()
    page.clock.fast_forward("13:00")
    expect(over).to_be_visible()
    expect(within).to_be_hidden()


def test_a_guest_who_comes_when_it_has_passed_reads_so_at_once(
    app: Flask, cedar: House, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(app, cedar, USUAL)
    order = order_of(app, cedar, place(cedar))
    assert " data-over>" not in progress(app, cedar, order)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=50)
    monkeypatch.setitem(app.jinja_env.globals, "now", lambda: later)
    monkeypatch.setattr(app.jinja_env, "cache", {})  # what is compiled already has its globals
    assert " data-over>" in progress(app, cedar, order)
    with tenant_context(app, cedar.tenant_id):
        card = message(KITCHEN, order, SOURCE)
    assert " data-over>" in card
    assert f"past est. {span(order).split('–')[1]}" in card


@pytest.mark.parametrize(
    ("fulfilment", "statuses", "is_expected"),
    [
        (Fulfilment.DELIVERY, (CONFIRMED, PREPARING, READY, OrderStatus.DELIVERING), True),
        (Fulfilment.DELIVERY, (CONFIRMED, PREPARING, READY, OrderStatus.COMPLETED), False),
        (Fulfilment.PICKUP, (CONFIRMED, PREPARING), True),
        (Fulfilment.PICKUP, (CONFIRMED, PREPARING, READY), False),
        (Fulfilment.DINE_IN, (CONFIRMED, PREPARING, READY), False),
        (Fulfilment.DELIVERY, (OrderStatus.CANCELLED,), False),
    ],
)
def test_nothing_is_expected_any_more_once_it_is_there(
    app: Flask, cedar: House, place: Place, fulfilment: Fulfilment, statuses: tuple[OrderStatus, ...],
    is_expected: bool,
) -> None:  # fmt: skip
    learn(app, cedar, USUAL)
    order = move(app, cedar, place(cedar, fulfilment), *statuses)
    assert ("Estimated" in progress(app, cedar, order)) == is_expected


@pytest.mark.parametrize("too_little", ["nothing", "29 days old"])
def test_it_is_silent_where_there_is_too_little_to_go_on(
    app: Flask, cedar: House, place: Place, sign_in: Callable[..., FlaskClient], too_little: str
) -> None:
    if too_little == "29 days old":
        learn(app, cedar, USUAL, days_ago=LEARNED_FROM + 1)
    order = order_of(app, cedar, place(cedar))
    answer = app.test_client().get(f"/track/{order.tracking_token}")
    assert (answer.status_code, "stimate" in answer.text) == (200, False)
    board = sign_in(cedar.nour).get("/r/hamra/kitchen")
    assert (board.status_code, "est." in board.text) == (200, False)


def test_what_one_tenant_has_learned_no_other_is_told(
    app: Flask, cedar: House, rival: House, place: Place
) -> None:
    learn(app, rival, USUAL)
    assert expected(app, cedar, order_of(app, cedar, place(cedar))) is None


def test_a_fuller_kitchen_is_expected_to_take_longer(app: Flask, cedar: House, place: Place) -> None:
    learn(app, cedar, [10], bands=[0])
    learn(app, cedar, [60], bands=[BUSIEST])
    orders = [order_of(app, cedar, place(cedar)) for _ in range(12)]
    assert [order.steps[-1].load for order in orders] == list(range(1, 13))
    assert expected(app, cedar, orders[0]) == shown(orders[0].status_since, 10, 10)
    assert expected(app, cedar, orders[-1]) == shown(orders[-1].status_since, 60, 60)


def test_who_orders_for_another_day_is_told_what_was_promised_and_nothing_else(
    app: Flask, cedar: House
) -> None:
    learn(app, cedar, USUAL)
    now = dt.datetime.now(dt.UTC)
    for ahead, is_expected in ((dt.timedelta(minutes=HIGH), True), (dt.timedelta(days=2), False)):
        new = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Tea", 1),), promised_at=now + ahead)
        with tenant_context(app, cedar.tenant_id):
            order_id, _ = intake.place(new, by=cedar.program)
        order = order_of(app, cedar, order_id)
        assert "Promised for" in progress(app, cedar, order)
        assert (expected(app, cedar, order) is not None) == is_expected


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (LOW - 10, "It will probably be later than promised."),
        (HIGH + 4, "It will probably be earlier than promised."),
        (LOW + 5, None),
        (None, None),
    ],
)
def test_a_promise_that_the_estimate_contradicts_is_not_left_without_a_word(
    app: Flask, cedar: House, minutes: int | None, said: str | None
) -> None:
    learn(app, cedar, USUAL)
    now = dt.datetime.now(dt.UTC)
    promised = None if minutes is None else now + dt.timedelta(minutes=minutes)
    with tenant_context(app, cedar.tenant_id):
        new = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),), promised_at=promised)
        order_id, _ = intake.place(new, by=cedar.program)
    shown_now = progress(app, cedar, order_of(app, cedar, order_id))
    assert "Estimated ready" in shown_now
    assert [words for words in ("probably be later", "probably be earlier") if words in shown_now] == (
        [words for words in ("probably be later", "probably be earlier") if said and words in said]
    )


def test_the_card_hints_at_it_as_long_as_somebody_has_a_hand_in_it(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    learn(app, cedar, USUAL)
    order_id = place(cedar)
    kitchen = open_page(cedar.nour, "/r/hamra/kitchen")
    dispatch = open_page(cedar.karim, "/r/hamra/dispatch")
    for page in (kitchen, dispatch):
        expect(page.locator("#live")).to_have_text("Live")
    hint = kitchen.locator(f"#{card_id(order_id)} .estimate .within")
    expect(hint).to_have_text(f"est. {span(order_of(app, cedar, order_id))}")
    order = move(app, cedar, order_id, CONFIRMED)
    expect(hint).to_have_text(f"est. {span(order)}")
    order = move(app, cedar, order_id, PREPARING, READY)
    expect(dispatch.locator(f"#{card_id(order_id)} .estimate .within")).to_have_text(f"est. {span(order)}")
    expect(hint).to_have_count(0)


def test_cards_and_pages_are_rendered_without_reading_what_was_learned_each_time(
    app: Flask, cedar: House, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(app, cedar, USUAL)
    order = order_of(app, cedar, place(cedar))
    read: list[object] = []
    rows = TenantQuery.rows
    monkeypatch.setattr(TenantQuery, "rows", lambda self, **values: read.append(self) or rows(self, **values))
    with tenant_context(app, cedar.tenant_id):
        for _ in range(50):
            assert "est." in message(KITCHEN, order, SOURCE)
            assert "Estimated" in fragments.progress(order)
            message(DISPATCH, order, SOURCE)
    once = (expected_end._DAYS, current_drift._CAME, current_drift._OPEN)
    assert [read.count(each) for each in once] == [1, 1, 1]
    assert len(read) <= 5


def test_thirty_orders_are_enough(app: Flask, cedar: House, place: Place) -> None:
    learn(app, cedar, [LOW], orders=FEWEST)
    order = order_of(app, cedar, place(cedar))
    assert expected(app, cedar, order) == shown(order.status_since, LOW, LOW)


def test_a_slow_shift_is_told_to_who_orders_in_it_as_long_as_the_kitchen_has_to_make_it(
    app: Flask, operator_app: Flask, cedar: House, place: Place
) -> None:
    """A dozen pickups took 36 minutes or stand there, where half of such take 20."""
    now = dt.datetime.now(dt.UTC)
    by = cedar.nour.principal
    past = [
        PastOrder(
            NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),)),
            tuple(
                PastStep(status, now - dt.timedelta(minutes=150 - 10 * number - after), by, {})
                for status, after in ((OrderStatus.PENDING, 0), (CONFIRMED, 0), (PREPARING, 1), (READY, 36))
                if after < 150 - 10 * number
            ),
            f"slow:{number}",
        )
        for number in range(14)
    ]
    write(operator_app, cedar, sorted(past, key=lambda each: each.steps[0].at))
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    learn(app, cedar, USUAL)
    pickup = order_of(app, cedar, place(cedar, Fulfilment.PICKUP))
    told = expected(app, cedar, pickup)
    assert told is not None
    assert 1.3 * LOW <= (told[0] - pickup.status_since).total_seconds() / 60 <= 1.8 * LOW
    delivery = order_of(app, cedar, place(cedar))
    assert expected(app, cedar, delivery) == shown(delivery.status_since, LOW, HIGH)
    with tenant_context(app, cedar.tenant_id):
        quoted = {
            each: expected_end.range_from_now(cedar.tenant_id, pickup.restaurant_id, each, 3)
            for each in (Fulfilment.PICKUP, Fulfilment.DELIVERY)
        }
    assert quoted[Fulfilment.PICKUP].low > 1.2 * quoted[Fulfilment.DELIVERY].low
