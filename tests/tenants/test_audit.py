"""The audit says who changed what, from what to what; it is the tenant's own, and nobody changes it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.rules.roles import Role
from ordertrack.tenants import audit
from ordertrack.tenants.audit import AuditEntry, Wanted
from support.cast import House


@pytest.fixture
def inside(app: Flask, cedar: House) -> Iterator[House]:
    """Inside Cedar, as the application's own role."""
    with tenant_context(app, cedar.tenant_id):
        yield cedar


def colour(house: House, before: str | None, after: str | None) -> None:
    """Maya changes what a restaurant is painted in, and commits."""
    was, became = ({"paint": each} if each else None for each in (before, after))
    audit.record(house.maya.principal, "paint", "x", "Hamra", was, became)
    db.session.commit()


def newest(
    house: House, after: uuid.UUID | None = None, most: int = 50, **wanted: object
) -> list[AuditEntry]:
    return audit.entries(house.tenant_id, Wanted(kind="paint", **wanted), after, most)  # type: ignore[arg-type]


def test_an_entry_says_who_and_when_and_only_what_differs(inside: House) -> None:
    before = {"name": "Nour", "role": Role.KITCHEN, "hours": ("9", "12")}
    audit.record(inside.maya.principal, "paint", "7", "Nour", before, before | {"role": Role.DISPATCH})
    db.session.commit()
    (entry,) = newest(inside)
    assert (entry.actor, entry.name, entry.label) == (inside.maya.principal.actor, "Maya", "Nour")
    assert (entry.before, entry.after) == ({"role": "kitchen"}, {"role": "dispatch"})
    assert abs(entry.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_what_changes_nothing_is_no_entry(inside: House) -> None:
    colour(inside, "red", "red")
    assert newest(inside) == []


def test_made_and_gone_say_everything(inside: House) -> None:
    colour(inside, None, "red")
    colour(inside, "red", None)
    assert [(each.before, each.after) for each in newest(inside)] == [
        ({"paint": "red"}, None),
        (None, {"paint": "red"}),
    ]


def test_it_is_part_of_the_change_that_it_tells_of(inside: House) -> None:
    audit.record(inside.maya.principal, "paint", "x", "Hamra", None, {"paint": "red"})
    db.session.rollback()
    assert newest(inside) == []


def test_pages_follow_each_other_without_a_gap(inside: House) -> None:
    for number in range(5):
        colour(inside, str(number), str(number + 1))
    first = newest(inside, most=2)
    second = newest(inside, first[-1].id, most=2)
    third = newest(inside, second[-1].id, most=2)
    assert [each.after for each in first + second + third] == [
        {"paint": str(each)} for each in (5, 4, 3, 2, 1)
    ]


def test_it_is_asked_by_person_restaurant_and_day(inside: House) -> None:
    hamra, now = uuid.uuid4(), dt.datetime.now(dt.UTC)
    audit.record(inside.maya.principal, "paint", "x", "Hamra", None, {}, hamra)
    audit.record(audit.operator(inside.tenant_id, "paint"), "paint", "y", "Jounieh", None, {})
    db.session.commit()
    assert [each.subject for each in newest(inside, actor=inside.maya.principal.actor)] == ["x"]
    assert [each.subject for each in newest(inside, restaurant_id=hamra)] == ["x"]
    assert [each.subject for each in newest(inside, restaurants=(hamra,))] == ["x"]
    assert newest(inside, until=now) == []
    assert len(newest(inside, since=now)) == 2
    assert [each.name for each in audit.actors(inside.tenant_id, Wanted(kind="paint"))] == [
        "Maya",
        "ordertrack paint",
    ]


def test_nobody_sees_another_tenants(app: Flask, inside: House, rival: House) -> None:
    colour(inside, None, "red")
    with tenant_context(app, rival.tenant_id):
        assert audit.entries(inside.tenant_id, Wanted()) == []


def test_the_application_changes_and_removes_none(confined: psycopg.Connection) -> None:
    for statement in ("UPDATE audit_entries SET name = 'Eve'", "DELETE FROM audit_entries"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            confined.execute(statement)
        confined.rollback()
