"""Targets: which one judges an order, whom it may not judge any more, and what timers make of it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.restaurants.calendar import Calendar, Rules
from ordertrack.restaurants.checks import problems_of_target
from ordertrack.restaurants.targets import DUE_SHARE, Target, Targets, Timer, TimerState, is_breach, timer
from ordertrack.restaurants.versioned import UnusableSettings, refuse
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

TODAY = dt.date(2025, 11, 20)
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
PLACED = dt.datetime(2025, 11, 20, 17, tzinfo=dt.UTC)
CALENDAR = Calendar([Rules(dt.date.min, "Asia/Beirut", dt.time(4))])

rows = st.lists(
    st.builds(
        Target,
        st.sampled_from((Stage.KITCHEN, Stage.ROAD)),
        st.sampled_from((None, *Fulfilment)),
        st.integers(-5, 5).map(lambda off: TODAY + off * DAY),
        st.one_of(st.none(), st.integers(1, 5000)),
    ),
    max_size=12,
)


def kitchen(seconds: int | None, valid_from: dt.date = TODAY, fulfilment: Fulfilment | None = None) -> Target:
    return Target(Stage.KITCHEN, fulfilment, valid_from, seconds)


def check_target(target: Target, saved: Targets, today: dt.date) -> None:
    refuse(problems_of_target(target, saved, today))


def by_the_rule(saved: list[Target], stage: Stage, fulfilment: Fulfilment | None, day: dt.date) -> int | None:
    """The definition: the greatest day that has come, of equal ones the last saved."""
    held = [
        (row.valid_from, place, row.seconds)
        for place, row in enumerate(saved)
        if (row.stage, row.fulfilment) == (stage, fulfilment) and row.valid_from <= day
    ]
    return max(held)[2] if held else None


@given(rows, st.sampled_from(Fulfilment), st.integers(-7, 7))
def test_the_latest_that_has_begun_holds_a_fulfilments_own_before_the_general_one(
    saved: list[Target], fulfilment: Fulfilment, off: int
) -> None:
    day, targets = TODAY + off * DAY, Targets(saved)
    for stage in Stage:
        own = by_the_rule(saved, stage, fulfilment, day)
        general = by_the_rule(saved, stage, None, day)
        assert targets.at(stage, fulfilment, day) == (own if own is not None else general)
        assert targets.own_at(stage, fulfilment, day) == own
        assert targets.own_at(stage, None, day) == general


def test_todays_target_does_not_judge_last_week() -> None:
    targets = Targets([kitchen(900, TODAY - 30 * DAY), kitchen(600)])
    assert targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY - 7 * DAY) == 900
    assert targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY) == 600


def test_where_a_fulfilments_own_target_ends_the_general_one_holds_again() -> None:
    own = Fulfilment.DELIVERY
    targets = Targets([kitchen(900, TODAY - DAY), kitchen(600, TODAY - DAY, own), kitchen(None, TODAY, own)])
    assert [targets.at(Stage.KITCHEN, own, TODAY + off * DAY) for off in (-1, 0)] == [600, 900]


def test_without_any_target_nothing_is_judged() -> None:
    assert all(Targets().at(stage, each, TODAY) is None for stage in Stage for each in Fulfilment)


def test_what_takes_exactly_its_target_is_no_breach() -> None:
    assert not is_breach(600, 600)
    assert is_breach(600.001, 600)


@given(rows, rows.filter(bool))
def test_no_target_that_may_be_saved_judges_a_past_day_anew(
    saved: list[Target], wanted: list[Target]
) -> None:
    """Whatever is tried in whatever order: a past day that was judged by a target stays judged by it."""
    for target in wanted:
        before = Targets(saved)
        try:
            check_target(target, before, TODAY)
        except UnusableSettings:
            continue
        saved = [*saved, target]
        after = Targets(saved)
        for day in (TODAY - back * DAY for back in range(1, 8)):
            for stage in Stage:
                for fulfilment in Fulfilment:
                    held = before.at(stage, fulfilment, day)
                    assert held is None or after.at(stage, fulfilment, day) == held


@pytest.mark.parametrize("valid_from", [TODAY, TODAY + DAY, TODAY + 400 * DAY])
def test_a_target_may_hold_from_today_or_from_a_coming_day(valid_from: dt.date) -> None:
    check_target(kitchen(600, valid_from), Targets([kitchen(900, TODAY - DAY)]), TODAY)


def test_a_past_day_may_get_its_first_target() -> None:
    ended = Targets([kitchen(900, TODAY - 9 * DAY), kitchen(None, TODAY - 5 * DAY)])
    for saved in (Targets(), ended):
        check_target(kitchen(600, TODAY - 3 * DAY), saved, TODAY)


@pytest.mark.parametrize(
    "saved",
    [
        [kitchen(900, TODAY - 30 * DAY)],
        [kitchen(900, TODAY - DAY)],
        [kitchen(900, TODAY)],
        [kitchen(900, TODAY - 9 * DAY), kitchen(None, TODAY - 2 * DAY)],
        [kitchen(900, TODAY - 9 * DAY, Fulfilment.PICKUP)],
    ],
)
def test_a_past_day_on_which_or_after_which_a_target_held_gets_no_other(saved: list[Target]) -> None:
    wanted = kitchen(600, TODAY - 3 * DAY, Fulfilment.PICKUP)
    with pytest.raises(UnusableSettings, match="stay as they were judged"):
        check_target(wanted, Targets(saved), TODAY)


@pytest.mark.parametrize("seconds", [0, -1, 86_401, 10**12])
def test_a_target_of_nothing_or_of_more_than_a_day_is_refused(seconds: int) -> None:
    with pytest.raises(UnusableSettings) as refused:
        check_target(kitchen(seconds), Targets(), TODAY)
    assert list(refused.value.problems) == ["minutes"]


@pytest.mark.parametrize("day", [dt.date.min, dt.date(1999, 12, 31), TODAY + 401 * DAY, dt.date.max])
def test_a_day_of_another_age_is_refused(day: dt.date) -> None:
    with pytest.raises(UnusableSettings) as refused:
        check_target(kitchen(600, day), Targets(), TODAY)
    assert list(refused.value.problems) == ["valid_from"]


def test_ending_what_never_began_is_refused() -> None:
    with pytest.raises(UnusableSettings, match="no such target"):
        check_target(kitchen(None), Targets([kitchen(600, TODAY, Fulfilment.PICKUP)]), TODAY)


def _timer(status: OrderStatus, targets: Targets, **entered: int) -> Timer:
    """The timer of a delivery that entered statuses so many seconds after 19:00 in Beirut."""
    moments = {OrderStatus(name): PLACED + seconds * SECOND for name, seconds in entered.items()}
    return timer(status, Fulfilment.DELIVERY, moments, CALENDAR, targets)


def test_a_timer_is_calm_then_due_then_late() -> None:
    running = _timer(OrderStatus.CONFIRMED, Targets([kitchen(600)]), pending=0, confirmed=60)
    begins = PLACED + 60 * SECOND
    assert running == Timer(begins + DUE_SHARE * 600 * SECOND, begins + 600 * SECOND)
    states = [running.state(begins + seconds * SECOND) for seconds in (0, 449, 450, 600, 601)]
    assert states == [TimerState.CALM, TimerState.CALM, TimerState.DUE, TimerState.DUE, TimerState.LATE]


@given(st.floats(0, 10_000, allow_nan=False))
def test_a_timer_is_late_exactly_when_its_stage_is_a_breach(seconds: float) -> None:
    running = _timer(OrderStatus.CONFIRMED, Targets([kitchen(600)]), pending=0, confirmed=0)
    took = dt.timedelta(seconds=seconds)
    assert (running.state(PLACED + took) is TimerState.LATE) == is_breach(took.total_seconds(), 600)


def test_of_the_stages_that_run_the_first_to_its_target_says_when() -> None:
    targets = Targets(
        [kitchen(600), Target(Stage.COOK, None, TODAY, 120), Target(Stage.ROAD, None, TODAY, 1)]
    )
    both = _timer(OrderStatus.PREPARING, targets, pending=0, confirmed=0, preparing=100)
    assert both.late_at == PLACED + 220 * SECOND
    assert both.due_at == PLACED + 190 * SECOND
    kitchen_first = _timer(OrderStatus.PREPARING, targets, pending=0, confirmed=0, preparing=590)
    assert kitchen_first.late_at == PLACED + 600 * SECOND
    assert kitchen_first.due_at == PLACED + 450 * SECOND


@pytest.mark.parametrize("status", [OrderStatus.READY, OrderStatus.COMPLETED, OrderStatus.CANCELLED])
def test_where_no_stage_with_a_target_runs_a_timer_stays_calm(status: OrderStatus) -> None:
    idle = _timer(status, Targets([kitchen(1)]), pending=0, confirmed=0, preparing=0, ready=0)
    assert idle == Timer()
    assert idle.state(PLACED + 365 * DAY) is TimerState.CALM


def test_a_timer_keeps_the_target_of_the_day_on_which_its_stage_began() -> None:
    targets = Targets([kitchen(600, TODAY - DAY), kitchen(60, TODAY + DAY)])
    at_half_past_three = dt.datetime(2025, 11, 21, 1, 30, tzinfo=dt.UTC)  # the night of TODAY in Beirut
    entered = {OrderStatus.CONFIRMED: at_half_past_three}
    running = timer(OrderStatus.CONFIRMED, Fulfilment.PICKUP, entered, CALENDAR, targets)
    assert running.late_at == at_half_past_three + 600 * SECOND


def test_an_order_whose_beginning_was_never_logged_has_no_timer_for_it() -> None:
    targets = Targets([kitchen(600)])
    assert timer(OrderStatus.PREPARING, Fulfilment.PICKUP, {}, CALENDAR, targets) == Timer()


def test_the_changes_of_a_range_say_what_held_when() -> None:
    days = [dt.date(2026, 11, day) for day in (1, 10, 20)]
    targets = Targets(
        [
            Target(Stage.COOK, None, days[0], 600),
            Target(Stage.COOK, None, days[1], 900),
            Target(Stage.COOK, Fulfilment.PICKUP, days[1], 900),
            Target(Stage.COOK, None, days[2], None),
        ]
    )

    def changes(first: dt.date, last: dt.date) -> list[tuple[dt.date, int | None]]:
        return targets.changes(Stage.COOK, Fulfilment.DELIVERY, first, last)

    assert changes(days[0], days[2]) == [(days[0], 600), (days[1], 900), (days[2], None)]
    assert changes(days[1], days[1]) == [(days[1], 900)]
    assert changes(dt.date(2026, 10, 1), days[0]) == [(dt.date(2026, 10, 1), None), (days[0], 600)]
