"""What the overview says is true: late by the rule of the cards, shares with their base, the worst first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from boards.hands import set_operations
from ordertrack.database.session import tenant_context
from ordertrack.orders.due import open_orders
from ordertrack.orders.due.lateness import timer_of
from ordertrack.orders.reading import records
from ordertrack.overview import fragments
from ordertrack.overview.attention import Trouble
from ordertrack.overview.company import Overview
from ordertrack.overview.rows import Hearing, Row
from ordertrack.overview.shares import Share
from ordertrack.presence.overview import Alarm
from ordertrack.restaurants import cache, operations, save
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.order_handling import AcceptThen
from ordertrack.restaurants.pace import Pace, PaceState
from ordertrack.restaurants.targets import TimerState
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import quoting
from ordertrack.sla.report import build, query_string
from ordertrack.sla.rollup import extend
from presence.processes import Process
from support.cast import House

Read = Callable[[House], Overview]
Lived = Callable[..., None]
Target = Callable[..., None]
At = Callable[[House], None]
KEPT, BROKEN = [90, 80, 75, 70], [90, 80, 75, 50]
"""Minutes ago: ten of them in the kitchen, and thirty."""


def later(steps: list[float], by: float) -> list[float]:
    """The same so many minutes later: what is called ready in the same moment is not trusted."""
    return [ago - by for ago in steps]


def row_of(overview: Overview, slug: str) -> Row:
    return next(row for row in overview.rows if row.slug == slug)


def test_an_order_is_late_here_when_its_card_is(
    app: Flask, cedar: House, lived: Lived, set_target: Target, place: Callable[..., uuid.UUID]
) -> None:
    set_target(cedar, "hamra", Stage.ACCEPT, 600)
    set_target(cedar, "hamra", Stage.KITCHEN, 1200)
    set_target(cedar, "hamra", Stage.ROAD, 900)
    lived(
        cedar,
        ("hamra", [15]),
        ("hamra", [9]),
        ("hamra", [40, 25]),
        ("hamra", [40, 19, 5]),
        ("hamra", [60, 50, 40, 30]),
        ("hamra", [70, 65, 50, 40, 16]),
        ("jounieh", [100]),
    )
    handling = operations.OrderHandling(accept_within=60, accept_then=AcceptThen.NOTHING)
    set_operations(app, cedar, orders=handling)
    place(cedar)  # late at once: it cries a minute before it must be confirmed
    now = dt.datetime.now(dt.UTC)
    with tenant_context(app, cedar.tenant_id):
        restaurants = {each.id: each for each in cache.of_tenant(cedar.tenant_id)}
        read = open_orders.read(cedar.tenant_id, restaurants, now)
        cards = [
            order
            for restaurant in restaurants
            for order in records.of_restaurant(cedar.tenant_id, restaurant, open_orders.OPEN)
        ]
        expected = {order.id: timer_of(order) for order in cards}
    assert {order.id: order.timer for order in read} == expected
    assert sum(order.is_late(now) for order in read) == 4


def test_what_nobody_has_touched_for_hours_is_told_and_is_not_late(
    cedar: House, lived: Lived, set_target: Target, overview_of: Read, maya: FlaskClient
) -> None:
    set_target(cedar, "hamra", Stage.ACCEPT, 600)
    lived(cedar, ("hamra", [9 * 60]), ("hamra", [20]), ("jounieh", [9 * 60, 8 * 60]), ("jounieh", [10 * 60]))
    overview = overview_of(cedar)
    row = row_of(overview, "hamra")
    assert (row.late, row.open, row.forgotten) == (1, 1, 1)
    assert [line.number for line in overview.lines if line.trouble == Trouble.CONFIRM] == [1]
    assert row.oldest is not None and dt.datetime.now(dt.UTC) - row.oldest.began_at < dt.timedelta(hours=1)
    page = " ".join(maya.get("/").text.split())
    assert "Jounieh: 2 orders have not ended: nobody has touched them for hours" in page
    assert "has not ended: nobody has touched it for hours" in page and "/r/jounieh/open" in page
    assert "Nothing needs attention" not in page


def test_a_share_is_of_the_kitchens_own_target_on_the_running_business_day(
    app: Flask, cedar: House, lived: Lived, set_target: Target, overview_of: Read, at_midday: At
) -> None:
    at_midday(cedar)
    set_target(cedar, "hamra", Stage.KITCHEN, 1200)
    lived(
        cedar,
        *[("hamra", later(KEPT, by)) for by in range(3)],
        ("hamra", later(BROKEN, 3)),
        ("hamra", later(BROKEN, -24 * 60)),  # yesterday's
        ("jounieh", KEPT),
    )
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    overview = overview_of(cedar)
    hamra, jounieh = row_of(overview, "hamra").share, row_of(overview, "jounieh").share
    assert (hamra.judged, hamra.in_target, hamra.part) == (4, 3, 0.75)
    assert (jounieh.judged, jounieh.part, jounieh.has_target) == (0, None, False)
    assert (overview.judged, overview.part_in_target) == (4, 0.75)


def test_rows_stand_by_late_orders_then_by_share_in_steps_then_by_name(
    make_house: Callable[..., House],
    app: Flask,
    lived: Lived,
    set_target: Target,
    overview_of: Read,
    at_midday: At,
) -> None:
    house = make_house("Lined", ("amber", "birch", "cedar", "dune"))
    at_midday(house)
    for slug in house.restaurants:
        set_target(house, slug, Stage.KITCHEN, 1200)
    lived(
        house,
        *[("birch", later(KEPT, by)) for by in range(29)],
        ("birch", later(BROKEN, 30)),  # 97%
        *[("amber", later(KEPT, by)) for by in range(35)],
        ("amber", later(BROKEN, 35)),  # a little more: the same step
        *[("cedar", later(KEPT, by)) for by in range(2)],
        ("cedar", later(BROKEN, 3)),  # 67%
        ("dune", [40, 30]),  # late
        *[(slug, [10]) for slug in ("amber", "birch", "cedar")],
    )
    with tenant_context(app, house.tenant_id):
        extend.rebuild(house.tenant_id)
    assert [row.slug for row in overview_of(house).rows] == ["dune", "cedar", "amber", "birch"]


def test_what_needs_attention_is_one_line_a_restaurant_and_trouble(
    cedar: House,
    app: Flask,
    lived: Lived,
    set_target: Target,
    overview_of: Read,
    place: Callable[..., uuid.UUID],
    bring: Callable[..., None],
) -> None:
    for stage in (Stage.ACCEPT, Stage.KITCHEN, Stage.ROAD):
        set_target(cedar, "hamra", stage, 600)
    lived(
        cedar,
        ("hamra", [15]),
        ("hamra", [20]),
        ("hamra", [40, 30]),
        ("hamra", [90, 80, 79, 78, 41]),
    )
    for _ in range(3):
        bring(cedar, place(cedar, restaurant="jounieh"), OrderStatus.CANCELLED)
    found = [
        (line.trouble, line.slug, line.number, line.order is not None) for line in overview_of(cedar).lines
    ]
    assert found == [
        (Trouble.UNSEEN, "hamra", 3, False),
        (Trouble.UNSEEN, "hamra", 1, False),
        (Trouble.ROAD, "hamra", 1, True),
        (Trouble.KITCHEN, "hamra", 1, True),
        (Trouble.CONFIRM, "hamra", 2, False),
        (Trouble.CANCELLED, "jounieh", 3, False),
    ]


def test_where_nothing_is_late_lines_stand_as_the_rows_do(
    make_house: Callable[..., House],
    overview_of: Read,
    lived: Lived,
    set_target: Target,
    place: Callable[..., uuid.UUID],
    bring: Callable[..., None],
) -> None:
    house = make_house("Rows", ("amber", "birch"))
    set_target(house, "birch", Stage.ACCEPT, 600)
    lived(house, ("birch", [15]))
    for restaurant in house.restaurants:
        place(house, restaurant=restaurant)
        for _ in range(3):
            bring(house, place(house, restaurant=restaurant), OrderStatus.CANCELLED)
    overview = overview_of(house)
    assert [row.slug for row in overview.rows] == ["birch", "amber"]
    troubles = (Trouble.UNSEEN, Trouble.CANCELLED)
    named = [(line.trouble, line.slug) for line in overview.lines if line.trouble in troubles]
    assert named == [(trouble, slug) for trouble in troubles for slug in ("birch", "amber")]


def test_what_nobody_confirms_needs_attention_after_five_minutes_where_no_limit_is_set(
    cedar: House, lived: Lived, set_target: Target, overview_of: Read, maya: FlaskClient
) -> None:
    set_target(cedar, "jounieh", Stage.ACCEPT, 1200)
    lived(cedar, ("hamra", [14]), ("hamra", [4]), ("jounieh", [14]))
    overview = overview_of(cedar)
    (line,) = [line for line in overview.lines if line.trouble == Trouble.CONFIRM]
    assert (line.slug, line.number, line.against, overview.late) == ("hamra", 1, None, 0)
    page = maya.get("/").text
    assert "for <b" in page and "14 min</b> already" in page and "Nothing needs attention" not in page
    in_a_minute = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    assert overview.changes_at is not None and overview.changes_at <= in_a_minute


def test_a_board_that_nobody_hears_is_a_line_until_somebody_opens_it(
    app: Flask,
    cedar: House,
    id_of: Callable[[House, str], uuid.UUID],
    overview_of: Read,
    place: Callable[..., uuid.UUID],
) -> None:
    place(cedar)
    (line,) = overview_of(cedar).lines
    assert line.alarm == Alarm("hamra", "Hamra", "kitchen", 1, False)
    assert row_of(overview_of(cedar), "hamra").boards[0].hearing == Hearing.UNSEEN
    assert row_of(overview_of(cedar), "jounieh").boards[0].hearing == Hearing.NONE
    process = Process(app)
    process.open(cedar.nour.principal, "kitchen", id_of(cedar, "hamra"))
    process.tick()
    overview = overview_of(cedar)
    assert overview.lines == ()
    assert row_of(overview, "hamra").boards[0].hearing == Hearing.OPEN


@pytest.mark.parametrize(
    ("state", "minutes"), [(PaceState.OPEN, 0), (PaceState.BUSY, 25), (PaceState.PAUSED, 0)]
)
def test_what_is_quoted_is_what_a_guest_is_told(
    app: Flask,
    cedar: House,
    id_of: Callable[[House, str], uuid.UUID],
    overview_of: Read,
    place: Callable[..., uuid.UUID],
    state: PaceState,
    minutes: int,
) -> None:
    set_operations(app, cedar, orders=operations.OrderHandling(busy_over=1, busy_minutes=7))
    for _ in range(2):
        place(cedar)
    hamra = id_of(cedar, "hamra")
    with tenant_context(app, cedar.tenant_id):
        if state != PaceState.OPEN:
            save.save_pace(Pace(hamra, state, minutes), by=cedar.maya.principal)
        told = quoting.quote(cedar.tenant_id, hamra, Fulfilment.DELIVERY)
        many = quoting.quotes(cedar.tenant_id, Fulfilment.DELIVERY, {hamra: 2})[hamra]
    assert (many.standing, many.is_learned) == (told.standing, told.is_learned)
    row = row_of(overview_of(cedar), "hamra")
    assert (row.pace, row.busy_minutes) == (told.standing.state, told.standing.minutes)
    if told.low_at is None or told.high_at is None:
        assert row.quoted is None
    else:
        now = dt.datetime.now(dt.UTC)
        low, high = (round((at - now).total_seconds() / 60) for at in (told.low_at, told.high_at))
        assert row.quoted == (low, high)


def test_it_says_when_it_will_be_other_though_nothing_happens(
    cedar: House, lived: Lived, set_target: Target, overview_of: Read
) -> None:
    set_target(cedar, "hamra", Stage.ACCEPT, 600)
    lived(cedar, ("hamra", [9.0]))
    overview = overview_of(cedar)
    order = row_of(overview, "hamra").oldest
    assert order is not None and order.timer.late_at is not None
    assert order.timer.state(order.timer.late_at + dt.timedelta(seconds=1)) == TimerState.LATE
    assert overview.changes_at is not None and overview.changes_at <= order.timer.late_at


def test_the_share_is_what_the_report_says_that_it_leads_to(
    app: Flask, cedar: House, lived: Lived, set_target: Target, overview_of: Read, at_midday: At
) -> None:
    at_midday(cedar)
    for slug in cedar.restaurants:
        set_target(cedar, slug, Stage.KITCHEN, 1200)
    lived(
        cedar,
        ("hamra", KEPT),
        ("hamra", later(BROKEN, 3)),
        ("hamra", [95, 90, 89.99, 89.98]),  # tapped, not worked: in neither figure
        ("hamra", later(BROKEN, -24 * 60)),  # yesterday's
        ("jounieh", later(KEPT, 1)),
    )
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    overview = overview_of(cedar)

    def reported(address: str | None) -> tuple[int, int]:
        assert address is not None
        chosen = MultiDict(parse_qsl(urlsplit(address).query))
        with tenant_context(app, cedar.tenant_id):
            restaurants = cache.of_tenant(cedar.tenant_id)
            selection = query_string.read(chosen, cedar.tenant_id, restaurants, dt.datetime.now(dt.UTC))
            stages = build.make(selection).stages
        (kitchen,) = [each.now for each in stages if each.stage == Stage.KITCHEN]
        return kitchen.judged, kitchen.in_target

    for row in overview.rows:
        assert row.share.day is not None
        said = reported(fragments.report_of(row.share.day, row.slug))
        assert said == (row.share.judged, row.share.in_target)
    assert row_of(overview, "hamra").share.judged == 2
    assert reported(fragments.report_of_all(overview)) == (3, 2)


def test_what_is_quoted_stands_beside_what_todays_deliveries_took(
    app: Flask, cedar: House, lived: Lived, overview_of: Read, at_midday: At
) -> None:
    at_midday(cedar)
    way = [90.0, 89, 70, 60, 50, 40]
    lived(cedar, *[("hamra", later(way, 2 * by)) for by in range(5)], ("jounieh", way))
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    overview = overview_of(cedar)
    took = row_of(overview, "hamra").took
    assert took is not None and took.count == 5 and 49 <= took.minutes <= 51
    assert row_of(overview, "jounieh").took is None, "one says nothing"


def test_where_something_needs_attention_the_restaurants_phone_is_at_hand(
    app: Flask,
    cedar: House,
    id_of: Callable[[House, str], uuid.UUID],
    place: Callable[..., uuid.UUID],
    maya: FlaskClient,
) -> None:
    place(cedar)
    assert "tel:" not in maya.get("/").text
    with tenant_context(app, cedar.tenant_id):
        save.save_brand(Brand(id_of(cedar, "hamra"), phone="+961 1 234 567"), by=cedar.maya.principal)
    assert 'href="tel:+9611234567"' in maya.get("/").text


def test_few_orders_draw_no_line() -> None:
    assert Share(4, 3).points == ()
