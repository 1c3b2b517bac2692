"""Late is one rule: past a target of the restaurant, or past what the guest was promised and waits for."""

from __future__ import annotations

import datetime as dt
import uuid

from hypothesis import given
from hypothesis import strategies as st

from ordertrack.orders.due.lateness import CRIES_BEFORE, guest_waits, timer_by
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Calendar, Rules
from ordertrack.restaurants.targets import Against, Target, Targets, Timer, TimerState
from ordertrack.rules.stages import SPANS, Stage, running
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus

PLACED = dt.datetime(2025, 11, 20, 17, tzinfo=dt.UTC)
CALENDAR = Calendar([Rules(dt.date.min, "Asia/Beirut", dt.time(4))])
STEPS = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
)
moments = st.integers(-3600, 3 * 3600).map(lambda seconds: PLACED + dt.timedelta(seconds=seconds))
statuses, fulfilments = st.sampled_from(OrderStatus), st.sampled_from(Fulfilment)
targets_of_stages = st.dictionaries(st.sampled_from(Stage), st.integers(1, 7200), max_size=4)
way = st.lists(st.integers(0, 3600), min_size=len(STEPS), max_size=len(STEPS))


def settings_with(wanted: dict[Stage, int]) -> RestaurantSettings:
    rows = [Target(stage, None, dt.date(2025, 1, 1), seconds) for stage, seconds in wanted.items()]
    return RestaurantSettings(uuid.UUID(int=1), "hamra", "Hamra", CALENDAR, Targets(rows))


def entered_at(gone: list[int]) -> dict[OrderStatus, dt.datetime]:
    at, entered = PLACED, {}
    for status, seconds in zip(STEPS, gone, strict=True):
        entered[status] = at
        at += dt.timedelta(seconds=seconds)
    return entered


def latest_by_target(
    status: OrderStatus, wanted: dict[Stage, int], entered: dict[OrderStatus, dt.datetime]
) -> list[dt.datetime]:
    """After when each stage that runs has broken its target."""
    stages = [stage for stage in running(status) if stage in wanted]
    return [entered[SPANS[stage].begins] + dt.timedelta(seconds=wanted[stage]) for stage in stages]


@given(statuses, fulfilments, targets_of_stages, way, st.none() | moments, st.none() | moments, moments)
def test_an_order_is_late_exactly_when_a_target_its_limit_or_the_guests_promise_has_passed(
    status: OrderStatus,
    fulfilment: Fulfilment,
    wanted: dict[Stage, int],
    gone: list[int],
    promised_at: dt.datetime | None,
    accept_by: dt.datetime | None,
    now: dt.datetime,
) -> None:
    entered = entered_at(gone)
    timer = timer_by(settings_with(wanted), status, fulfilment, entered, accept_by, promised_at)
    limits = latest_by_target(status, wanted, entered)
    if accept_by is not None and status == OrderStatus.PENDING:
        limits.append(accept_by - CRIES_BEFORE)
    house_is_late = any(now > limit for limit in limits)
    is_broken = promised_at is not None and now > promised_at and guest_waits(status, fulfilment)
    assert (timer.state(now) == TimerState.LATE) == (house_is_late or is_broken)
    since = timer.late_since(now)
    assert (since is not None) == (timer.state(now) == TimerState.LATE)
    if is_broken:
        assert since == (promised_at, Against.PROMISE)
    elif house_is_late:
        assert since == (min(limits), Against.TARGET)
    assert timer.due_at is None or timer.late_at is None or timer.due_at <= timer.late_at


@given(fulfilments, moments, moments)
def test_without_any_target_a_promise_that_has_passed_is_late_until_the_guest_no_longer_waits(
    fulfilment: Fulfilment, promised_at: dt.datetime, now: dt.datetime
) -> None:
    for status in OrderStatus:
        timer = timer_by(settings_with({}), status, fulfilment, {}, None, promised_at)
        waits = status not in TERMINAL and (status, fulfilment) != (OrderStatus.READY, Fulfilment.PICKUP)
        assert (timer.state(now) == TimerState.LATE) == (waits and now > promised_at)


def test_a_broken_promise_is_counted_before_an_older_target_for_it_is_what_the_guest_counts() -> None:
    """A head cook calls out who waits: sixteen minutes over our target is three past what they were told."""
    now = PLACED + dt.timedelta(minutes=36)
    timer = Timer(PLACED, PLACED + dt.timedelta(minutes=20)).promised(PLACED + dt.timedelta(minutes=33))
    assert timer.late_since(now) == (PLACED + dt.timedelta(minutes=33), Against.PROMISE)
    before = now - dt.timedelta(minutes=4)
    assert timer.late_since(before) == (PLACED + dt.timedelta(minutes=20), Against.TARGET)


@given(targets_of_stages, way, moments, moments, statuses)
def test_nothing_is_other_than_now_before_the_moment_that_it_changes_at(
    wanted: dict[Stage, int],
    gone: list[int],
    promised_at: dt.datetime,
    now: dt.datetime,
    status: OrderStatus,
) -> None:
    timer = timer_by(settings_with(wanted), status, Fulfilment.DELIVERY, entered_at(gone), None, promised_at)
    until = timer.changes_at(now)
    last = until if until is not None else now + dt.timedelta(days=1)
    assert timer.late_since(last) == timer.late_since(now)
    if until is not None:
        assert timer.late_since(until + dt.timedelta(seconds=1)) != timer.late_since(now)
