"""Guests come by their seed, and each thing about them has a chance of its own."""

from __future__ import annotations

import datetime as dt

import pytest

from ordertrack.demo.simulation import menu
from ordertrack.demo.simulation.guests import Guests
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

RESTAURANTS = ("hamra", "jounieh")
NOON = dt.datetime(2030, 5, 4, 12, tzinfo=dt.UTC)


def guests(
    seed: str = "1", rate: float = 0.01, restaurants: tuple[str, ...] = RESTAURANTS, count: int = 300
) -> list:
    queue = Guests(seed, restaurants, rate)
    return [queue.next() for _ in range(count)]


def test_a_seed_brings_the_same_guests_again_and_another_seed_others() -> None:
    assert guests("5") == guests("5")
    assert guests("5") != guests("6")


def test_a_busier_rate_changes_when_they_come_and_nothing_about_how_long_they_take() -> None:
    calm, busy = guests(rate=0.01), guests(rate=0.1)
    assert [guest.stays for guest in calm] == [guest.stays for guest in busy]
    assert [guest.fulfilment for guest in calm] == [guest.fulfilment for guest in busy]
    assert sum(guest.after for guest in calm) == pytest.approx(10 * sum(guest.after for guest in busy))


def test_they_come_at_the_rate_that_was_asked_for() -> None:
    waits = [guest.after for guest in guests(rate=0.5, count=4000)]
    assert sum(waits) / len(waits) == pytest.approx(2.0, rel=0.05)


def test_naming_the_restaurant_shifts_no_other_choice() -> None:
    free, bound = Guests("1", RESTAURANTS, 1), Guests("1", RESTAURANTS, 1)
    assert [free.next().stays for _ in range(5)] == [bound.next("jounieh").stays for _ in range(5)]


def test_a_few_per_cent_are_cancelled_and_only_while_that_is_allowed() -> None:
    cancelled = [guest for guest in guests(count=4000) if guest.cancelled_from is not None]
    assert 0.02 < len(cancelled) / 4000 < 0.06
    assert {guest.cancelled_from for guest in cancelled} == {OrderStatus.PENDING, OrderStatus.CONFIRMED}


def test_every_fulfilment_both_restaurants_notes_and_modifiers_occur() -> None:
    some = guests()
    items = [item for guest in some for item in guest.items]
    assert {guest.fulfilment for guest in some} == set(Fulfilment)
    assert {guest.restaurant for guest in some} == set(RESTAURANTS)
    assert any(item.notes for item in items)
    assert any(item.modifiers for item in items)
    assert any(item.quantity > 1 for item in items)


@pytest.mark.parametrize("restaurant", RESTAURANTS)
def test_a_menu_has_a_dozen_dishes_and_each_one_once(restaurant: str) -> None:
    names = [dish.name for dish in menu.of(restaurant)]
    assert len(names) == len(set(names)) >= 12


def test_a_promise_is_as_near_as_time_is_fast_and_a_table_is_promised_nothing() -> None:
    for guest in guests():
        order = guest.order(NOON, 12.0)
        if guest.fulfilment == Fulfilment.DINE_IN:
            assert order.promised_at is None
            assert order.reference is not None
        elif guest.promised_in is not None:
            assert order.promised_at == NOON + dt.timedelta(seconds=guest.promised_in / 12)
            assert dt.timedelta(minutes=1) < order.promised_at - NOON <= dt.timedelta(minutes=5)
        assert order.metadata == {"simulated": True}
