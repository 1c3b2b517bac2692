"""The roll-up against the log itself: an oracle reads the events one by one and works everything out anew."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from ordertrack.database.channels import LEARNED_CHANNEL
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.orders.moving import actions
from ordertrack.past.orders import PastOrder
from ordertrack.restaurants import rule_sets, save
from ordertrack.restaurants.cache import RestaurantSettings, forget, of_tenant
from ordertrack.restaurants.calendar import Shift
from ordertrack.restaurants.targets import Target
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.figures import Figures, Says, says
from ordertrack.sla.measure.histogram import ERROR, SHORTEST
from ordertrack.sla.report import build
from ordertrack.sla.report.ranking import hours_from_start
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.rollup import extend, sampling
from sla.rollup.log_oracle import Time, exact_times, stored, told_apart
from support.cast import House
from support.database import connect
from support.houses.past_service import service, until, write
from support.houses.rollup_rows import everything
from support.quiet_database import quiet_fixtures

UTC = dt.UTC
# Over the night in which Beirut sets its clock back.
FIRST = dt.datetime(2026, 10, 22, 3, 0, tzinfo=UTC)

# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


def open_house(make_house: Callable[..., House], app: Flask) -> House:
    """Cedar, with one restaurant in Beirut and one in Dubai, and targets that change on a day."""
    made = make_house("Cedar", ("hamra", "marina"))
    with tenant_context(app, made.tenant_id):
        restaurants = {restaurant.slug: restaurant for restaurant in of_tenant(made.tenant_id)}
        by = made.maya.principal
        db.session.execute(
            text("UPDATE restaurants SET timezone = 'Asia/Dubai' WHERE tenant_id = :t AND slug = 'marina'"),
            {"t": made.tenant_id},
        )
        db.session.commit()
        forget(made.tenant_id, None)
        for restaurant in restaurants.values():
            for stage, fulfilment, day, seconds in (
                (Stage.KITCHEN, None, dt.date(2026, 10, 1), 900),
                (Stage.KITCHEN, Fulfilment.PICKUP, dt.date(2026, 10, 25), 600),
                (Stage.TOTAL, None, dt.date(2026, 10, 24), 2700),
            ):
                on_that_day = dt.datetime.combine(day, dt.time(12), UTC)
                save.save_target(
                    restaurant.id, Target(stage, fulfilment, day, seconds), by=by, now=on_that_day
                )
    return made


@pytest.fixture
def house(make_house: Callable[..., House], app: Flask) -> House:
    return open_house(make_house, app)


@pytest.fixture(scope="module")
def measured(
    make_house: Callable[..., House], app: Flask, operator_app: Flask
) -> tuple[House, tuple[RestaurantSettings, ...], list[Time]]:
    """Such a house after a mixed service, which is only read; and what its log says of each time."""
    house = open_house(make_house, app)
    with tenant_context(app, house.tenant_id):
        week_before = service(house, 9, FIRST - dt.timedelta(7), 5, 400)
        write(operator_app, house, [*week_before, *service(house, 5, FIRST, 5, 700)])
        extend.rebuild(house.tenant_id)
        return house, tuple(of_tenant(house.tenant_id)), exact_times(house)


@pytest.fixture
def inside(app: Flask, house: House) -> Iterator[None]:
    with tenant_context(app, house.tenant_id):
        yield


def test_the_roll_up_holds_exactly_what_the_log_says(
    house: House, operator_app: Flask, app: Flask, inside: None
) -> None:
    write(operator_app, house, service(house, 1, FIRST, 5, 700))
    extend.rebuild(house.tenant_id)
    times = exact_times(house)
    assert {time.left_out for time in times} == {None, *LeftOut}, "the service must be a mixed one"
    assert {time.shift for time in times} == {"Lunch", "Dinner", None}
    assert stored(house) == Counter(told_apart(time) for time in times)


def test_it_holds_stages_entered_again_and_orders_cancelled_late(
    house: House, operator_app: Flask, app: Flask, inside: None
) -> None:
    rule_sets.choose(RuleSet.EXTENDED, by=house.maya.principal)
    write(operator_app, house, service(house, 6, FIRST, 5, 500, extended=True))
    extend.rebuild(house.tenant_id)
    times = exact_times(house)
    assert {time.stage for time in times if time.again} >= {Stage.COOK, Stage.HANDOVER, Stage.ROAD}
    assert {time.stage for time in times if time.cancelled} == {*Stage} - {Stage.ACCEPT, Stage.QUEUE}
    assert stored(house) == Counter(told_apart(time) for time in times)
    days = (FIRST.date() - dt.timedelta(days=1), FIRST.date() + dt.timedelta(days=9))
    selection = Selection(house.tenant_id, *days, tuple(of_tenant(house.tenant_id)))
    for stage in build.make(selection).stages:
        those = [time for time in times if time.stage == stage.stage]
        assert stage.now.again == sum(time.again and time.left_out is None for time in those)
        assert stage.now.cancelled == sum(time.cancelled for time in those)
        assert stage.now.count == sum(not time.cancelled and time.left_out is None for time in those)


def test_what_a_channel_skipped_is_counted_and_no_time(
    house: House, operator_app: Flask, app: Flask, inside: None
) -> None:
    write(operator_app, house, service(house, 7, FIRST, 5, 400, skipping=True))
    extend.rebuild(house.tenant_id)
    times = exact_times(house)
    assert {time.stage for time in times if time.walked} == {*Stage} - {Stage.TOTAL}
    assert stored(house) == Counter(told_apart(time) for time in times)
    days = (FIRST.date() - dt.timedelta(days=1), FIRST.date() + dt.timedelta(days=9))
    selection = Selection(house.tenant_id, *days, tuple(of_tenant(house.tenant_id)))
    for stage in build.make(selection).stages:
        those = [time for time in times if time.stage == stage.stage]
        assert stage.now.walked == sum(time.walked for time in those)
        assert stage.now.count == sum(
            not (time.cancelled or time.walked) and time.left_out is None for time in those
        )


def test_what_became_of_orders_is_what_the_log_says(
    house: House, operator_app: Flask, app: Flask, inside: None
) -> None:
    rule_sets.choose(RuleSet.EXTENDED, by=house.maya.principal)
    told = [
        replace(each, order=replace(each.order, promised_at=each.steps[0].at + dt.timedelta(minutes=50)))
        if number % 3
        else each
        for number, each in enumerate(service(house, 8, FIRST, 5, 400, extended=True))
    ]
    write(operator_app, house, told)
    extend.rebuild(house.tenant_id)
    days = (FIRST.date() - dt.timedelta(days=1), FIRST.date() + dt.timedelta(days=9))
    became = build.make(Selection(house.tenant_id, *days, tuple(of_tenant(house.tenant_id)))).fates
    ways = [[step.status for step in each.steps] for each in told]
    assert became.orders == len(told)
    assert became.now.completed == sum(way[-1] == OrderStatus.COMPLETED for way in ways)
    assert became.now.cancelled == Counter(way[-2] for way in ways if way[-1] == OrderStatus.CANCELLED)
    assert became.open.by_status == Counter(
        way[-1] for way in ways if way[-1] not in (OrderStatus.COMPLETED, OrderStatus.CANCELLED)
    )
    kept = [kept_promise(each) for each in told]
    assert (became.now.promised, became.now.on_time) == (len(kept) - kept.count(None), kept.count(True))
    assert 0 < became.now.on_time < became.now.promised
    # Several reasons, if there were any, as often as they were given.
    assert dict(became.reasons).get("No gas", 0) <= became.now.all_cancelled


def kept_promise(order: PastOrder) -> bool | None:
    """Whether its guest had it by then; None if nothing was promised, or they never had it."""
    if order.order.promised_at is None or order.steps[-1].status != OrderStatus.COMPLETED:
        return None
    is_driven = order.order.fulfilment == Fulfilment.DELIVERY
    had = OrderStatus.COMPLETED if is_driven else OrderStatus.READY
    return [step.at for step in order.steps if step.status == had][-1] <= order.order.promised_at


@pytest.mark.parametrize("chunk", [40, 250_000])
def test_kept_up_bit_by_bit_it_is_the_same_as_made_anew(
    house: House, operator_app: Flask, inside: None, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_sets.choose(RuleSet.EXTENDED, by=house.maya.principal)
    orders = service(house, 2, FIRST, 4, 500, extended=True)
    monkeypatch.setattr(extend, "CHUNK", chunk)
    for hours in (10, 30, 31, 55, 80, 200):
        write(operator_app, house, until(orders, FIRST + dt.timedelta(hours=hours)))
        while extend.keep_up(house.tenant_id):
            pass
    kept = everything(house)
    monkeypatch.undo()
    extend.rebuild(house.tenant_id)
    assert everything(house) == kept
    assert len(kept["sla_restaurant_days"]) > 50
    assert sum(bool(row[-1]) for row in kept["sla_order_days"]) > 5, "days with a cancelled order"
    # As the commit before leaves it, which knows nothing of reasons.
    for what in ("sla_order_days SET reasons = '{}'", "sla_tenant_order_days SET reasons = '{}'"):
        db.session.execute(text(f"UPDATE {what}"))
    db.session.execute(text("UPDATE sla_progress SET reasons_seq = 0"))
    db.session.commit()
    assert sampling.differences(house.tenant_id) == [], "what is yet to be made anew is no difference"
    extend.keep_up(house.tenant_id)
    assert everything(house) == kept


def test_events_of_the_last_seconds_wait_until_it_is_known_whether_they_were_mass_taps(
    house: House, place: Callable[..., uuid.UUID], inside: None
) -> None:
    place(house)
    assert extend.keep_up(house.tenant_id), "there is more to come"
    assert not everything(house)["sla_progress"]


def test_a_row_of_actions_longer_than_what_is_read_at_once_holds_nothing_up(
    house: House,
    place: Callable[..., uuid.UUID],
    bring: Callable[..., None],
    inside: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extend, "MASS_WITHIN", -1)  # nothing waits
    monkeypatch.setattr(extend, "CHUNK", 2)
    order_id = place(house)
    for _ in range(4):
        actions.act(order_id, OrderAction.RUSH, by=house.maya.principal)
        actions.act(order_id, OrderAction.UNRUSH, by=house.maya.principal)
    bring(house, order_id, OrderStatus.CONFIRMED)
    assert not extend.keep_up(house.tenant_id), "nothing is left"
    position = text("SELECT seq FROM sla_progress WHERE tenant_id = :t")
    assert db.session.scalar(position, {"t": house.tenant_id}) == 10
    extend.rebuild(house.tenant_id)
    assert db.session.scalar(position, {"t": house.tenant_id}) == 10


def test_who_estimates_is_told_when_days_that_are_over_teach_something(
    house: House, operator_app: Flask, settings: Settings, inside: None
) -> None:
    with connect(settings.operator_url, autocommit=True) as ear:
        ear.execute(f"LISTEN {LEARNED_CHANNEL}")
        write(operator_app, house, service(house, 3, FIRST, 1, 60))
        extend.keep_up(house.tenant_id)
        assert [each.payload for each in ear.notifies(timeout=10, stop_after=1)] == [str(house.tenant_id)]


def test_new_shifts_and_targets_make_the_days_anew_that_they_hold_on(
    house: House, operator_app: Flask, inside: None
) -> None:
    write(operator_app, house, service(house, 3, dt.datetime.now(UTC) - dt.timedelta(days=4), 3.6, 400))
    extend.rebuild(house.tenant_id)
    before = everything(house)
    restaurant = of_tenant(house.tenant_id)[0]
    today = restaurant.calendar.day_of(dt.datetime.now(UTC))
    rules = restaurant.calendar.rules_on(today)
    shifts = (Shift("Breakfast", frozenset(range(7)), dt.time(5), dt.time(11)), *rules.shifts)
    save.save_rules(restaurant.id, replace(rules, shifts=shifts), by=house.maya.principal)
    accept = Target(Stage.ACCEPT, None, today - dt.timedelta(days=3), 240)
    save.save_target(restaurant.id, accept, by=house.maya.principal)
    assert not extend.keep_up(house.tenant_id)
    kept = everything(house)
    assert kept["sla_restaurant_days"] != before["sla_restaurant_days"]
    assert not kept["sla_stale"]
    extend.rebuild(house.tenant_id)
    assert everything(house) == kept
    assert stored(house) == Counter(told_apart(time) for time in exact_times(house))


def test_another_time_zone_makes_all_anew(house: House, operator_app: Flask, inside: None) -> None:
    write(operator_app, house, service(house, 4, dt.datetime.now(UTC) - dt.timedelta(days=2), 1.6, 150))
    extend.rebuild(house.tenant_id)
    restaurant = of_tenant(house.tenant_id)[0]
    rules = replace(restaurant.calendar.rules[-1], timezone="Asia/Tokyo", day_starts=dt.time(6))
    save.save_rules(restaurant.id, rules, by=house.maya.principal)
    while extend.keep_up(house.tenant_id):
        pass
    kept = everything(house)
    extend.rebuild(house.tenant_id)
    assert everything(house) == kept
    assert stored(house) == Counter(told_apart(time) for time in exact_times(house))


@pytest.mark.parametrize("make", [lambda it: it.renew(it.stale()), extend.RollUp.begin_again])
def test_what_is_saved_while_days_are_made_anew_is_made_anew_next(
    house: House, settings: Settings, inside: None, make: Callable[[extend.RollUp], None]
) -> None:
    first, second = of_tenant(house.tenant_id)
    with operator_connection(settings.operator_url) as beside:
        mark = text("INSERT INTO sla_stale VALUES (:t, :r, '2026-10-24') ON CONFLICT DO NOTHING")
        beside.execute(text("DELETE FROM sla_stale"))
        beside.execute(mark, {"t": house.tenant_id, "r": first.id})
        roll_up = extend.RollUp(house.tenant_id)
        beside.execute(mark, {"t": house.tenant_id, "r": second.id})
        make(roll_up)
        db.session.commit()
        left = beside.execute(text("SELECT restaurant_id FROM sla_stale")).scalars().all()
    assert left == [second.id]


@pytest.mark.parametrize("with_left_out", [False, True])
@pytest.mark.parametrize("fulfilment", [None, Fulfilment.PICKUP])
def test_the_report_is_what_the_log_says_and_its_percentiles_are_within_the_stated_error(
    app: Flask,
    measured: tuple[House, tuple[RestaurantSettings, ...], list[Time]],
    with_left_out: bool,
    fulfilment: Fulfilment | None,
) -> None:
    house, restaurants, times = measured
    wanted = [time for time in times if fulfilment is None or time.fulfilment == fulfilment]
    for chosen, is_all in ((restaurants, True), (restaurants[:1], False)):
        asked = Selection(
            house.tenant_id,
            dt.date(2026, 10, 24),
            dt.date(2026, 10, 25),
            chosen,
            is_all=is_all,
            fulfilment=fulfilment,
            with_left_out=with_left_out,
        )
        with tenant_context(app, house.tenant_id):
            made = build.make(asked)
        slugs = {each.slug for each in chosen}
        here = [time for time in wanted if time.restaurant in slugs]
        now = [time for time in here if asked.first <= time.day <= asked.last]
        before = [time for time in here if asked.before.first <= time.day <= asked.before.last]
        assert len(before) > 50
        kitchen = [time for time in now if time.stage == Stage.KITCHEN]
        agrees = _Agreement(with_left_out)
        for stage in made.stages:
            agrees.on(stage.now, [time for time in now if time.stage == stage.stage])
            agrees.on(stage.before, [time for time in before if time.stage == stage.stage])
        for shift in made.shifts:
            agrees.on(shift.figures, [time for time in kitchen if time.shift == (shift.key or None)])
        for day in made.days:
            agrees.on(day.figures, [time for time in kitchen if time.day.isoformat() == day.key])
        for restaurant in made.restaurants:
            agrees.on(restaurant.figures, [time for time in kitchen if time.restaurant == restaurant.key])
        for cell in made.heat:
            of_cell = [t for t in kitchen if (t.day.weekday(), t.hour) == (cell.weekday, cell.hour)]
            agrees.on(cell.figures, of_cell)
        for groups in (made.shifts, made.days, made.restaurants, made.heat):
            assert sum(group.figures.count for group in groups) == agrees.count(kitchen)
        slow = sorted((t.seconds for t in kitchen if with_left_out or t.left_out is None), reverse=True)
        assert [each.seconds for each in made.slowest] == pytest.approx(slow[:10])
        assert {each.left_out for each in made.doubtful} == {t.left_out for t in kitchen} - {None}


def test_a_day_that_runs_is_compared_with_the_hours_that_are_over(
    app: Flask, measured: tuple[House, tuple[RestaurantSettings, ...], list[Time]]
) -> None:
    house, restaurants, times = measured
    day = dt.date(2026, 10, 24)
    for chosen, is_all in ((restaurants, True), (restaurants[:1], False)):
        asked = Selection(house.tenant_id, day, day, chosen, is_all=is_all, hours_over=12)
        with tenant_context(app, house.tenant_id):
            made = build.make(asked)
        slugs = {each.slug for each in chosen}
        over = set(hours_from_start(asked)[:12])
        agrees = _Agreement(with_left_out=False)
        for stage in made.stages:
            here = [t for t in times if t.restaurant in slugs and t.stage == stage.stage]
            agrees.on(stage.now, [t for t in here if t.day == day])
            agrees.on(stage.compared, [t for t in here if t.day == day and t.hour in over])
            before = [t for t in here if t.day == day - dt.timedelta(7) and t.hour in over]
            agrees.on(stage.before, before)
        assert before and stage.compared.count < stage.now.count


class _Agreement:
    """Figures of a report against the times that they are of."""

    def __init__(self, with_left_out: bool) -> None:
        self._with_left_out = with_left_out

    def count(self, times: list[Time]) -> int:
        return len(self._counted(times))

    def on(self, figures: Figures, times: list[Time]) -> None:
        counted = self._counted(times)
        assert figures.count == len(counted)
        assert figures.judged == sum(time.verdict != cells.UNJUDGED for time in counted)
        assert figures.in_target == sum(time.verdict == cells.IN_TARGET for time in counted)
        for reason in LeftOut:
            assert figures.left_out[reason] == sum(time.left_out == reason for time in times)
        seconds = sorted(time.seconds for time in counted)
        for share, found in ((0.5, figures.p50), (0.9, figures.p90), (0.95, figures.p95)):
            self._close(found, seconds[math.ceil(len(seconds) * share - 1e-9) - 1] if seconds else None)
        if figures.mean is None and seconds:  # as the shortest might move it
            assert SHORTEST / 2 * sum(each < SHORTEST for each in seconds) > 0.0004 * sum(seconds)
        else:
            self._close(figures.mean, sum(seconds) / len(seconds) if seconds else None)

    def _counted(self, times: list[Time]) -> list[Time]:
        return [time for time in times if self._with_left_out or time.left_out is None]

    def _close(self, found: float | None, exact: float | None) -> None:
        if exact is None or found is None:
            assert found is None and exact is None
        elif says(found) == Says.UNDER:
            assert exact < found == SHORTEST
        else:
            assert found == pytest.approx(exact, rel=ERROR + 0.0005)
