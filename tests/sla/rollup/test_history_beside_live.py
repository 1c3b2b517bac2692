"""History is written while live entries arrive: its roll-up is the one made anew, and the log is sound."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.imported import DRAWN, IMPORTER, TIME_UNKNOWN
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet, allowed
from ordertrack.server import consistency
from ordertrack.sla.estimates import table
from ordertrack.sla.measure import soundness
from ordertrack.sla.rollup import extend
from ordertrack.tenants.principal import Principal
from support.cast import House
from support.houses.rollup_rows import everything
from support.quiet_database import quiet_fixtures

LONGEST = 9  # steps of one order
HANDS = {IMPORTER: RuleSet.EXTENDED, "staff:nour": RuleSet.STRICT}
WAY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED)
SOUP = (NewItem("Soup", 1),)

# A database in which no server keeps the roll-up up while a test looks at it.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture(scope="module")
def new_house(make_house: Callable[..., House]) -> Callable[[], House]:
    return partial(make_house, "Cedar", ("hamra", "marina"))


@pytest.fixture(autouse=True, scope="module")
def at_once() -> Iterator[None]:
    """Nothing waits for the taps after it, and few orders make an estimate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extend, "MASS_WITHIN", -1)
        patch.setattr(table, "FEWEST", 1)
        yield


Told = tuple[str, str, Fulfilment, list[tuple[float, OrderStatus, dict[str, Any]]]]


@st.composite
def told(draw: st.DrawFn) -> Told:
    """An order of the last days: restaurant, hand, and its steps, so many seconds ago."""
    hand = draw(st.sampled_from([*HANDS]))
    fulfilment = draw(st.sampled_from((Fulfilment.PICKUP, Fulfilment.DELIVERY)))
    ago = draw(st.sampled_from((0, 1, 2, 4, 8))) * 86_400 + draw(st.integers(0, 6)) + 20_000.0
    steps: list[tuple[float, OrderStatus, dict[str, Any]]] = [(ago, OrderStatus.PENDING, {})]
    while following := allowed(steps[-1][1], fulfilment, None, HANDS[hand]):
        if len(steps) == LONGEST or draw(st.integers(0, 9)) == 0:
            break
        ago -= draw(st.sampled_from((0, 2, 4, 300, 600, 1500)))
        said = (
            draw(st.sampled_from(({}, {}, {TIME_UNKNOWN: True}, {DRAWN: True}))) if hand == IMPORTER else {}
        )
        steps.append((ago, draw(st.sampled_from((*[following[0]] * 3, *following))), said))
    return draw(st.sampled_from(("hamra", "hamra", "marina"))), hand, fulfilment, steps


def past_order(house: House, now: dt.datetime, order: Told, key: str) -> PastOrder:
    restaurant, hand, fulfilment, steps = order
    by = Principal(house.tenant_id, hand, "Somebody then")
    made = [PastStep(status, now - dt.timedelta(seconds=ago), by, said) for ago, status, said in steps]
    return PastOrder(NewOrder(restaurant, fulfilment, SOUP), tuple(made), key, HANDS[hand])


def write(house: House, orders: list[PastOrder], at_once: int | None = None) -> Iterator[int]:
    return History(house.tenant_id, orders, lambda _, at: at.date()).write(at_once)


def live(house: House, orders: list[tuple[uuid.UUID, int]], new: bool) -> None:
    """Somebody places an order, or moves the one that has waited longest on."""
    by = Principal(house.tenant_id, "staff:nour", "Nour")
    if new or not orders:
        order_id, _ = intake.place(NewOrder("hamra", Fulfilment.PICKUP, SOUP), by=by)
        orders.append((order_id, 0))
        return
    order_id, step = orders.pop(0)
    transitions.advance(order_id, WAY[step], by=by)
    if step + 1 < len(WAY):
        orders.append((order_id, step + 1))


def keep_up(house: House) -> None:
    while extend.keep_up(house.tenant_id):
        pass


def same_as_made_anew(house: House) -> None:
    keep_up(house)
    kept = everything(house)
    extend.rebuild(house.tenant_id)
    assert everything(house) == kept
    assert soundness.contradictions(db.session.connection(), house.tenant_id) == 0
    db.session.rollback()


def unsound(settings: Settings, house: House) -> list[str]:
    return [found.claim for found in consistency.check(settings, [house.tenant_id]) if not found.holds]


@hypothesis_settings(max_examples=12, deadline=None)
@given(
    parts=st.lists(st.lists(told(), min_size=1, max_size=4), min_size=1, max_size=4),
    taps=st.lists(st.booleans(), max_size=12),
    at_once=st.integers(1, 12),
)
def test_whatever_is_written_between_live_entries_and_however_old_it_is(
    app: Flask,
    operator_app: Flask,
    settings: Settings,
    new_house: Callable[[], House],
    parts: list[list[Told]],
    taps: list[bool],
    at_once: int,
) -> None:
    house, now = new_house(), dt.datetime.now(dt.UTC)
    waiting: list[tuple[uuid.UUID, int]] = []
    left, keys = iter(taps), count()
    for part in parts:
        orders = [past_order(house, now, order, f"{next(keys)}") for order in part]
        with tenant_context(operator_app, house.tenant_id):
            for _ in write(house, orders, at_once):
                if (tap := next(left, None)) is not None:
                    live(house, waiting, tap)
                    keep_up(house)
            same_as_made_anew(house)
            assert list(write(house, orders)) == [], "once more it changes nothing"
    assert unsound(settings, house) == []


def test_a_long_history_is_written_while_another_takes_orders_and_a_third_keeps_the_roll_up_up(
    app: Flask, operator_app: Flask, settings: Settings, new_house: Callable[[], House]
) -> None:
    house, now = new_house(), dt.datetime.now(dt.UTC)
    steps = [(0.0, OrderStatus.PENDING), *((60.0 * (place + 1), status) for place, status in enumerate(WAY))]
    orders = [
        past_order(
            house,
            now,
            (
                "hamra",
                IMPORTER,
                Fulfilment.PICKUP,
                [(20_000 + 500 * n - at, status, {}) for at, status in steps],
            ),
            f"{n}",
        )
        for n in range(120)
    ]
    failed: list[BaseException] = []

    def bring() -> None:
        try:
            with tenant_context(operator_app, house.tenant_id):
                assert sum(write(house, orders, 25)) == 600
        except BaseException as error:  # told below
            failed.append(error)

    writer = threading.Thread(target=bring)
    writer.start()
    waiting: list[tuple[uuid.UUID, int]] = []
    taps = 0
    with tenant_context(app, house.tenant_id):
        while writer.is_alive() or taps < 30:
            live(house, waiting, taps % 4 == 0)
            if taps % 5 == 0:
                extend.keep_up(house.tenant_id)
            taps += 1
        writer.join()
        assert failed == []
        same_as_made_anew(house)
    assert unsound(settings, house) == []
