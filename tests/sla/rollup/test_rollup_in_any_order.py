"""However a log came to its events, bit by bit and in whatever order of time, its roll-up is the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import psycopg
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet, allowed
from ordertrack.sla.estimates import scoring, table
from ordertrack.sla.measure import cells, histogram, soundness
from ordertrack.sla.rollup import extend
from support.cast import House
from support.database import connect
from support.houses.rollup_rows import Told, by_doubt, everything, put
from support.quiet_database import quiet_fixtures

NOON = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)
LONGEST = 12  # events of one order
HANDS = ("staff:nour", "staff:karim")
WAY = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)

# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture(scope="module")
def new_house(make_house: Callable[..., House]) -> Callable[[], House]:
    return partial(make_house, "Cedar", ("hamra", "marina"))


@pytest.fixture(scope="module")
def operator(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    with connect(settings.operator_url, autocommit=True) as connection:
        yield connection


def way(order: int, *seconds: float, hand: str = HANDS[0]) -> list[Told]:
    """A pickup that was placed so many seconds after noon, then confirmed, then preparing, then ready."""
    return [
        Told(order, "hamra", Fulfilment.PICKUP, status, NOON + dt.timedelta(seconds=second), hand)
        for status, second in zip(WAY, seconds, strict=False)
    ]


def keep_up(house: House) -> None:
    while extend.keep_up(house.tenant_id):
        pass


def test_two_taps_that_were_counted_are_mass_taps_once_a_third_one_comes_to_the_log(
    app: Flask, operator: psycopg.Connection[Any], new_house: Callable[[], House]
) -> None:
    house = new_house()
    log = sorted([*way(0, 0, 60, 300, 900), *way(1, 0, 61, 301, 901)], key=lambda told: told.at)
    with tenant_context(app, house.tenant_id):
        put(operator, house, log, 0)
        keep_up(house)
        assert by_doubt(house, Stage.QUEUE) == {None: 2}
        put(operator, house, log + way(2, 301, 301, 302, 902), len(log))
        keep_up(house)
        assert by_doubt(house, Stage.QUEUE) == {LeftOut.MASS: 3}
        kept = everything(house)
        extend.rebuild(house.tenant_id)
        assert everything(house) == kept


P, C, K, R, D, E = [status for status in OrderStatus if status != OrderStatus.CANCELLED]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (
            ((P, 0), (C, 60), (K, 120), (R, 300), (K, 400), (R, 500), (D, 600), (E, 1000)),
            {
                Stage.ACCEPT: (60, False),
                Stage.QUEUE: (60, False),
                Stage.COOK: (380, True),
                Stage.KITCHEN: (440, True),
                Stage.HANDOVER: (300, True),
                Stage.ROAD: (400, False),
                Stage.TOTAL: (1000, False),
            },
        ),
        (
            ((P, 0), (C, 60), (K, 120), (R, 300), (D, 600), (R, 700), (D, 800), (E, 1000)),
            {
                Stage.ACCEPT: (60, False),
                Stage.QUEUE: (60, False),
                Stage.COOK: (180, False),
                Stage.KITCHEN: (240, False),
                Stage.HANDOVER: (500, True),
                Stage.ROAD: (400, True),
                Stage.TOTAL: (1000, False),
            },
        ),
        (
            ((P, 0), (C, 60), (K, 120), (R, 300), (D, 600), (R, 700), (E, 1000)),
            {
                Stage.ACCEPT: (60, False),
                Stage.QUEUE: (60, False),
                Stage.COOK: (180, False),
                Stage.KITCHEN: (240, False),
                Stage.HANDOVER: (700, True),
                Stage.TOTAL: (1000, False),
            },
        ),
    ],
    ids=["recalled", "came back", "came back and was fetched"],
)
def test_a_stage_lasts_until_its_last_end_and_no_other_stage_gets_longer_by_it(
    app: Flask,
    operator: psycopg.Connection[Any],
    new_house: Callable[[], House],
    way: tuple[tuple[OrderStatus, int], ...],
    expected: dict[Stage, tuple[int, bool]],
) -> None:
    house = new_house()
    log = [
        Told(0, "hamra", Fulfilment.DELIVERY, status, NOON + dt.timedelta(seconds=second), HANDS[0])
        for status, second in way
    ]
    with tenant_context(app, house.tenant_id):
        for until in range(1, len(log) + 1):  # each event by itself
            put(operator, house, log[:until], until - 1)
            keep_up(house)
        assert times_of(house) == {
            stage: (pytest.approx(seconds, rel=0.02), again) for stage, (seconds, again) in expected.items()
        }


def times_of(house: House) -> dict[Stage, tuple[float, bool]]:
    """The one time of each stage, and whether it was entered again."""
    query = text("SELECT stage, cells FROM sla_restaurant_days WHERE tenant_id = :t")
    found = {}
    for row in db.session.execute(query, {"t": house.tenant_id}).all():
        (entry,) = cells.read(row.cells)
        assert entry["count"] == 1
        seconds = histogram.mean(np.bincount([int(cells.bin_of(entry["key"]))], minlength=histogram.BINS))
        found[Stage(row.stage)] = (float(seconds), bool(cells.again_of(entry["key"])))
    db.session.rollback()
    return found


def test_an_older_log_that_comes_late_is_what_later_days_were_estimated_from(
    app: Flask, operator: psycopg.Connection[Any], new_house: Callable[[], House], monkeypatch: Any
) -> None:
    monkeypatch.setattr(table, "FEWEST", 1)
    house, day = new_house(), 86_400
    log = way(0, *(day + second for second in (0, 60, 300, 900)))
    with tenant_context(app, house.tenant_id):
        put(operator, house, log, 0)
        keep_up(house)
        assert silent(house) == [1]
        put(operator, house, log + way(1, 0, 60, 300, 900), len(log))
        keep_up(house)
        assert silent(house) == [1, 0]
        kept = everything(house)
        extend.rebuild(house.tenant_id)
        assert everything(house) == kept


def test_how_a_slow_night_was_told_is_scored_the_same_bit_by_bit_and_anew(
    app: Flask, operator: psycopg.Connection[Any], new_house: Callable[[], House], monkeypatch: Any
) -> None:
    """Over midnight (UTC), where what was open at the end of a day is told of on the next."""
    monkeypatch.setattr(table, "FEWEST", 1)
    house, night = new_house(), 13 * 3600.0
    usual = [
        way(number, *(300 * number + took for took in (0, 10, 20, ready)))
        for number, ready in enumerate((1000, 1001, 1002, 1500))
    ]
    slow = [
        way(4 + number, *(86_400 + night + 600 * number + took for took in (0, 10, 20, 2000 + number)))
        for number in range(24)
    ]
    log = sorted((told for order in usual + slow for told in order), key=lambda told: told.at)
    with tenant_context(app, house.tenant_id):
        for after, until in pairwise((*range(0, len(log), 9), len(log))):
            put(operator, house, log[:until], after)
            keep_up(house)
        kept = everything(house)
        extend.rebuild(house.tenant_id)
        assert everything(house) == kept
        query = text("SELECT turned_out FROM sla_estimate_days WHERE tenant_id = :t ORDER BY learned_on")
        nights = [scoring.read(each) for each in db.session.scalars(query, {"t": house.tenant_id})][1:]
        db.session.rollback()
    told = [
        (int(night["later"].sum()), int(night["within"].sum() + night["sooner"].sum())) for night in nights
    ]
    assert sum(map(sum, told)) == 24
    assert 0 < sum(late for late, _ in told) <= 8, "without following it would be twelve"


def silent(house: House) -> list[int]:
    """For how many orders of each day no estimate was given."""
    query = text("SELECT silent FROM sla_estimate_days WHERE tenant_id = :t ORDER BY learned_on")
    return list(db.session.scalars(query, {"t": house.tenant_id}))


@st.composite
def logs(draw: st.DrawFn) -> list[Told]:
    """Orders of two restaurants and two hands: at seconds that often meet, some of them late.

    Some are recalled, come back or are cancelled late, as the extended rules allow.
    A log keeps the order of each story, and no other.
    """
    told: list[Told] = []
    for number in range(draw(st.integers(3, 9))):
        restaurant, hand = draw(st.sampled_from(("hamra", "hamra", "marina"))), draw(st.sampled_from(HANDS))
        fulfilment, status = (
            draw(st.sampled_from((Fulfilment.PICKUP, Fulfilment.DELIVERY))),
            OrderStatus.PENDING,
        )
        at = NOON + dt.timedelta(days=draw(st.integers(0, 2)), seconds=draw(st.integers(0, 6)))
        story = []
        while True:
            story.append(Told(number, restaurant, fulfilment, status, at, hand))
            following = allowed(status, fulfilment, None, RuleSet.EXTENDED)
            if not following or len(story) == LONGEST or draw(st.integers(0, 19)) == 0:
                break
            status = draw(st.sampled_from((*[following[0]] * 3, *following)))
            at += dt.timedelta(seconds=draw(st.sampled_from((0, 2, 4, 300, 300, 300, 90_000))))
        places = sorted(draw(st.lists(st.integers(0, len(told)), min_size=len(story), max_size=len(story))))
        for ahead, (place, event) in enumerate(zip(places, story, strict=True)):
            told.insert(place + ahead, event)
    return told


@hypothesis_settings(max_examples=40, deadline=None)
@given(log=logs(), in_time=st.booleans(), chunk=st.integers(1, 40), data=st.data())
def test_kept_up_in_any_pieces_a_log_of_any_order_has_the_roll_up_that_is_made_anew(
    app: Flask,
    operator: psycopg.Connection[Any],
    new_house: Callable[[], House],
    log: list[Told],
    in_time: bool,
    chunk: int,
    data: st.DataObject,
) -> None:
    house = new_house()
    if in_time:
        log.sort(key=lambda told: told.at)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(log)), max_size=6)) | {len(log)})
    with tenant_context(app, house.tenant_id), pytest.MonkeyPatch.context() as patch:
        patch.setattr(extend, "CHUNK", chunk)
        patch.setattr(table, "FEWEST", 1)
        for before, until in pairwise([0, *cuts]):
            put(operator, house, log[:until], before)
            if data.draw(st.integers(0, 3)) == 0:
                mark_stale(operator, house, data.draw(st.sampled_from(("hamra", "marina"))))
            keep_up(house)
            kept = everything(house)
            extend.rebuild(house.tenant_id)
            assert everything(house) == kept
            assert soundness.contradictions(db.session.connection(), house.tenant_id) == 0
            db.session.rollback()
    assert kept["sla_progress"][0][-1] == len(log)


def mark_stale(operator: psycopg.Connection[Any], house: House, slug: str) -> None:
    """As if a target had been saved that holds from the second day on."""
    operator.execute(
        "INSERT INTO sla_stale SELECT tenant_id, id, %s FROM restaurants WHERE tenant_id = %s AND slug = %s",
        [NOON.date() + dt.timedelta(days=1), house.tenant_id, slug],
    )
