"""The demo tenant has four weeks behind it, written once, and a log and targets that reports can use."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.demo.house import past_weeks, people
from ordertrack.orders.log import event_log
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.restaurants import cache as sla_settings
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import FIRST, TERMINAL, Fulfilment
from ordertrack.server import consistency

if TYPE_CHECKING:
    from support.cast import House

NOW = dt.datetime(2026, 11, 18, 20, tzinfo=dt.UTC)  # a Wednesday, at dinner
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def given(operator_app: Flask, make_house: Callable[..., House]) -> House:
    """A house that has been given four weeks at NOW."""
    made = make_house("Cedar", ("hamra", "jounieh"))
    with tenant_context(operator_app, made.tenant_id):
        assert past_weeks.is_missing(made.tenant_id)
        past_weeks.write(made.tenant_id, NOW)
    return made


@pytest.fixture
def weeks(app: Flask, given: House) -> Iterator[House]:
    """The same, entered as the application enters it: no other house's rows are seen."""
    with tenant_context(app, given.tenant_id):
        yield given


def rows(*columns: Any) -> list[Any]:
    return list(db.session.execute(select(*columns)))


def test_they_hold_about_forty_five_orders_a_day_in_each_restaurant(weeks: House) -> None:
    counts = rows(func.count(), func.count(func.distinct(Order.restaurant_id)))
    ((orders, restaurants),) = counts
    assert restaurants == 2
    assert 38 < orders / 28 / restaurants < 52


def test_every_order_has_ended_before_now_and_none_began_before_the_weeks(weeks: House) -> None:
    assert set(db.session.scalars(select(Order.status).distinct())) <= TERMINAL
    ((first, last),) = rows(func.min(StatusEvent.occurred_at), func.max(StatusEvent.occurred_at))
    assert NOW - 29 * DAY < first < NOW - 28 * DAY
    assert NOW - DAY < last <= NOW - dt.timedelta(minutes=5)


def test_the_log_never_takes_them_for_what_people_did(weeks: House) -> None:
    events = rows(StatusEvent.actor, StatusEvent.changed_by, StatusEvent.event_metadata["simulated"])
    assert {actor for actor, _, _ in events} == {"program:history"}
    names = {"Simulated guest", "Simulated kitchen", "Simulated dispatch"}
    assert {name for _, name, _ in events} == names
    assert all(is_simulated is True for _, _, is_simulated in events)


def test_an_order_counts_in_the_business_day_in_which_it_was_placed(weeks: House) -> None:
    calendars = {each.id: each.calendar for each in sla_settings.of_tenant(weeks.tenant_id)}
    for day, restaurant_id, placed_at in rows(Order.business_date, Order.restaurant_id, Order.placed_at):
        assert calendars[restaurant_id].day_of(placed_at) == day


def test_targets_hold_since_before_the_first_day(weeks: House) -> None:
    for restaurant in sla_settings.of_tenant(weeks.tenant_id):
        for day in (NOW.date() - 28 * DAY, NOW.date()):
            held = {
                stage: [restaurant.targets.at(stage, fulfilment, day) for fulfilment in Fulfilment]
                for stage in Stage
            }
            assert held[Stage.KITCHEN] == [1200, 900, 1200]
            assert held[Stage.TOTAL] == [3600] * 3
            assert held[Stage.QUEUE] == [None] * 3


def test_only_the_dinners_of_two_fridays_went_wrong(weeks: House) -> None:
    services = [
        service
        for restaurant in sla_settings.of_tenant(weeks.tenant_id)
        for service in past_weeks.services(restaurant, NOW)
    ]
    assert len(services) == 2 * 29
    troubled = {(service.restaurant, service.day) for service in services if service.trouble is not None}
    assert troubled == {("hamra", dt.date(2026, 11, 6)), ("hamra", dt.date(2026, 11, 13))}


def test_drawn_again_the_weeks_are_the_same(weeks: House) -> None:
    drawn = sorted(
        round(visit.at[FIRST], 3)
        for restaurant in sla_settings.of_tenant(weeks.tenant_id)
        for service in past_weeks.services(restaurant, NOW)
        for visit in service.visits(past_weeks.SEED)
        if visit.ended_at < NOW.timestamp() - 300
    )
    assert drawn == sorted(round(placed_at.timestamp(), 3) for (placed_at,) in rows(Order.placed_at))


def test_log_and_guards_are_sound_with_them(weeks: House, settings: Settings) -> None:
    assert [found.claim for found in consistency.check(settings, [weeks.tenant_id]) if not found.holds] == []


def test_a_house_is_prepared_with_them_and_an_existing_one_is_left_alone(
    settings: Settings, app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    people.prepare(settings)
    capsys.readouterr()
    with people.working(settings, people.SLUG) as tenant:
        tenant_id = tenant.id
    with tenant_context(app, tenant_id):
        before = event_log.head(tenant_id)
        assert before.seq > 10_000
        first = db.session.scalar(select(func.min(Order.placed_at)))
        assert first is not None and first < dt.datetime.now(dt.UTC) - 27 * DAY
    people.prepare(settings)
    assert capsys.readouterr().err == "", "nobody is told of history that is not made"
    with tenant_context(app, tenant_id):
        assert event_log.head(tenant_id) == before


def test_a_tenant_to_whom_something_happened_lacks_no_history(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    place(cedar)
    with tenant_context(app, cedar.tenant_id):
        assert not past_weeks.is_missing(cedar.tenant_id)
