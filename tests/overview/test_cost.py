"""A hundred restaurants cost as many queries as two, and a rush costs who looks one reading a second."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.live.hub import Hub
from ordertrack.overview import company
from ordertrack.overview.channel import CHANNEL, EVERY
from ordertrack.restaurants import versioned
from ordertrack.rules.stages import Stage
from ordertrack.sla.estimates import expected_end
from presence.processes import Process
from presence.test_cost_of_screens import work
from support.cast import House
from support.recording import Recorder
from support.server import wait_for

FEW, MANY = 2, 100


def queries(app: Flask, house: House) -> int:
    """What reading costs a process that knows nothing yet."""
    versioned.forget_all()
    expected_end.forget()
    with work(app) as done, tenant_context(app, house.tenant_id):
        overview = company.read(house.tenant_id)
    assert len(overview.rows) == len(house.restaurants)
    return len(done)


def test_the_number_of_queries_does_not_grow_with_restaurants_or_orders(
    app: Flask, make_house: Callable[..., House], place: Callable[..., uuid.UUID]
) -> None:
    few = make_house("Few", tuple(f"r{number}" for number in range(FEW)))
    many = make_house("Many", tuple(f"r{number}" for number in range(MANY)))
    for house in (few, many):
        for restaurant in house.restaurants:
            place(house, restaurant=restaurant)
    assert queries(app, many) == queries(app, few) <= 13


class Watching:
    """A process whose hub somebody watches the overview by."""

    def __init__(self, app: Flask, house: House, language: str = "en") -> None:
        self.app = app
        self.process = Process(app)
        self.hub: Hub = self.process.hub
        self.stream: Recorder = self.process.watch(
            house.maya.principal, CHANNEL.topic(house.tenant_id, language)
        )
        self.house = house

    def look(self) -> str:
        """Let a second pass for the keeper, and look once; what was told."""
        CHANNEL._not_before.clear()
        return self.look_at_once()

    def look_at_once(self) -> str:
        self.hub.wake(self.house.tenant_id)
        before = len(self.stream.frames)
        CHANNEL.refresh_changed(self.app, self.hub)
        return "".join(frame.data for frame in self.stream.frames[before:])


@pytest.fixture
def watching(app: Flask, cedar: House) -> Watching:
    made = Watching(app, cedar)
    made.look()
    return made


def test_a_row_is_told_when_it_changes_and_the_others_are_not(
    cedar: House, watching: Watching, place: Callable[..., uuid.UUID]
) -> None:
    assert 'id="row-hamra"' in watching.stream.frames[0].data
    place(cedar)
    told = watching.look()
    assert 'id="row-hamra"' in told and 'id="row-jounieh"' not in told and "1 open order" in told


def test_where_nothing_happens_nothing_is_read_and_nothing_told(app: Flask, watching: Watching) -> None:
    CHANNEL._not_before.clear()
    with work(app) as done:
        CHANNEL.refresh_changed(app, watching.hub)
    assert done == []


def test_however_much_happens_it_is_read_once_a_second(
    app: Flask, cedar: House, watching: Watching, place: Callable[..., uuid.UUID]
) -> None:
    place(cedar)
    assert watching.look() != ""
    for _ in range(3):
        place(cedar)
        with work(app) as done:
            assert watching.look_at_once() == ""
        assert not any("array_agg" in each for each in done)
    assert EVERY == 1.0
    assert "4 open orders" in watching.look()


def test_an_order_that_time_makes_late_is_told_though_nothing_happens(
    cedar: House,
    watching: Watching,
    place: Callable[..., uuid.UUID],
    set_target: Callable[..., None],
) -> None:
    set_target(cedar, "hamra", Stage.ACCEPT, 2)
    place(cedar)
    assert 'class="num zero" data-h="late now">0' in watching.look()
    assert 'class="num bad" data-h="late now"><i>▲</i> 1' in wait_for(watching.look, "the order to be late")


def test_each_language_is_told_in_its_own_words(
    app: Flask, cedar: House, watching: Watching, place: Callable[..., uuid.UUID]
) -> None:
    french = watching.process.watch(cedar.maya.principal, CHANNEL.topic(cedar.tenant_id, "fr"))
    place(cedar)
    assert "1 open order" in watching.look()
    assert "1 commande en cours" in french.frames[-1].data


def test_a_newcomer_is_shown_what_the_others_see(
    cedar: House, watching: Watching, place: Callable[..., uuid.UUID]
) -> None:
    place(cedar)
    watching.look()
    newcomer = watching.process.watch(cedar.maya.principal, CHANNEL.topic(cedar.tenant_id, "en"))
    assert "1 open order" in newcomer.frames[0].data
