"""The roster of a restaurant: each rider once, whoever spells the name; who leaves takes the phone along."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.restaurants import roster
from ordertrack.restaurants.roster import MOST_RIDERS, Rider
from ordertrack.restaurants.versioned import UnusableSettings
from support.cast import House


def listed(house: House, hamra: uuid.UUID) -> tuple[Rider, ...]:
    return roster.of_restaurant(house.tenant_id, hamra).riders


def test_a_name_is_one_rider_whatever_its_case_and_blanks(cedar: House, hamra: uuid.UUID) -> None:
    by = cedar.karim.principal
    assert roster.save(hamra, Rider("Sami  K.", "+961 3 111", is_here=True), by=by)
    assert roster.save(hamra, Rider("SAMI\u00a0k. ", "+961 3 222", is_here=True), by=by)
    assert listed(cedar, hamra) == (Rider("SAMI k.", "+961 3 222", is_here=True),)
    assert not roster.save(hamra, Rider("SAMI k.", "+961 3 222", is_here=True), by=by)


def test_who_is_here_stands_first(cedar: House, hamra: uuid.UUID) -> None:
    by = cedar.karim.principal
    for rider in (Rider("Ali"), Rider("Ziad", is_here=True), Rider("Nadim", is_here=True)):
        roster.save(hamra, rider, by=by)
    assert [rider.name for rider in listed(cedar, hamra)] == ["Nadim", "Ziad", "Ali"]


def test_a_rider_gets_another_name_but_not_that_of_another(cedar: House, hamra: uuid.UUID) -> None:
    by = cedar.karim.principal
    for name in ("Ali", "Ziad"):
        roster.save(hamra, Rider(name, "1"), by=by)
    roster.save(hamra, Rider("Ali M.", "1"), by=by, known_as="ali")
    with pytest.raises(UnusableSettings, match="Another rider has this name"):
        roster.save(hamra, Rider("ZIAD", "1"), by=by, known_as="Ali M.")
    with pytest.raises(UnusableSettings, match="took this rider off"):
        roster.save(hamra, Rider("Nadim", "1"), by=by, known_as="Nobody")
    assert [rider.name for rider in listed(cedar, hamra)] == ["Ali M.", "Ziad"]


def test_who_is_taken_off_leaves_no_phone_behind_and_may_come_again(
    cedar: House, hamra: uuid.UUID, operator: psycopg.Connection
) -> None:
    by = cedar.karim.principal
    roster.save(hamra, Rider("Ali", "+961 3 333", is_here=True), by=by)
    version = roster.of_restaurant(cedar.tenant_id, hamra).version
    assert roster.remove(hamra, "ALI", by=by)
    assert not roster.remove(hamra, "ALI", by=by)
    kept = roster.of_restaurant(cedar.tenant_id, hamra)
    assert kept.riders == ()
    assert kept.version > version, "boards would not be told"
    phones = operator.execute("SELECT phone, actor FROM riders WHERE tenant_id = %s", [cedar.tenant_id])
    assert phones.fetchall() == [(None, by.actor)]
    assert roster.save(hamra, Rider("Ali"), by=by)
    assert listed(cedar, hamra) == (Rider("Ali"),)


@pytest.mark.parametrize(
    ("rider", "field"),
    [
        (Rider(" "), "name"),
        (Rider("a" * 61), "name"),
        (Rider("A\u202eli"), "name"),
        (Rider("Ali", "1" * 31), "phone"),
        (Rider("Ali", "1\n2"), "phone"),
    ],
)
def test_what_cannot_be_a_rider_is_refused_and_nothing_is_saved(
    cedar: House, hamra: uuid.UUID, rider: Rider, field: str
) -> None:
    with pytest.raises(UnusableSettings) as refused:
        roster.save(hamra, rider, by=cedar.karim.principal)
    assert set(refused.value.problems) == {field}
    assert listed(cedar, hamra) == ()


def test_a_roster_is_bounded(cedar: House, hamra: uuid.UUID) -> None:
    for number in range(MOST_RIDERS):
        roster.save(hamra, Rider(f"Rider {number}"), by=cedar.karim.principal)
    with pytest.raises(UnusableSettings, match="100 riders"):
        roster.save(hamra, Rider("One more"), by=cedar.karim.principal)
    assert roster.save(hamra, Rider("rider 5", is_here=True), by=cedar.karim.principal)


def test_a_roster_is_its_restaurants_and_its_tenants(
    app: Flask, cedar: House, rival: House, hamra: uuid.UUID
) -> None:
    roster.save(hamra, Rider("Ali"), by=cedar.karim.principal)
    with tenant_context(app, rival.tenant_id), pytest.raises(LookupError):
        roster.of_restaurant(rival.tenant_id, hamra)
    with tenant_context(app, rival.tenant_id), pytest.raises(LookupError):
        roster.save(hamra, Rider("Ali"), by=rival.karim.principal)
