"""An order is changed after it was placed: by whom, until when, and what the log says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask

from orders.changing import CAKE, GUEST, SOUP, Changing
from ordertrack.database.session import tenant_context
from ordertrack.orders import story
from ordertrack.orders.changing import changed_values, changes
from ordertrack.orders.changing.change_draft import AddLine, ChangeLine, SetFields, VoidLine
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord
from ordertrack.orders.moving import transitions
from ordertrack.orders.moving.transitions import OrderChanged, OrderNotFound
from ordertrack.orders.placing.new_order import NewItem, PromiseOutOfRange
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import NoSuchLine, OrderAction
from ordertrack.rules.order_changes import (
    CHANGING_ROLES,
    KITCHEN_FIELDS,
    TAKES_LINES,
    CurrencyMissing,
    IllegalChange,
    LineNotThere,
    LinesClosed,
    NoLineLeft,
    RoleMayNotChange,
    TooManyLines,
    check_change,
)
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import TERMINAL, OrderStatus
from ordertrack.server import consistency
from support.cast import House

P, C, K, R, D, E, X = OrderStatus


def standing(order: records.OrderRecord) -> list[tuple[int, str, int]]:
    return [(item.position, item.name, item.quantity) for item in order.lines]


def test_several_changes_are_one_entry_of_the_log(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place()
    before = len(cedar_changes.log())
    done = cedar_changes.change(
        order_id,
        AddLine(SOUP),
        VoidLine(1),
        ChangeLine(2, NewItem("Cake", 5)),
        SetFields({"note": "ring twice", "table": "4"}),
        reason="the guest called",
        metadata={"call": 7},
    )
    assert standing(done.order) == [(3, "Soup", 3), (4, "Cake", 5)]
    (entry,) = cedar_changes.log()[before:]
    assert isinstance(entry, ActionRecord)
    assert (entry.act, entry.detail, entry.metadata) == ("change", "the guest called", {"call": 7})
    assert entry.changes == {
        "revision": done.order.revision,
        "added": [3, 4],
        "voided": [1, 2],
        "fields": ["note", "table"],
    }
    assert done.order == cedar_changes.read(order_id)


def test_the_log_has_no_value_of_what_was_changed(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place(customer=GUEST)
    cedar_changes.change(
        order_id,
        AddLine(NewItem("Soup", 1, notes="for Zahra")),
        SetFields({"note": "Zahra pays", "customer": {"name": "Zahra", "address": {"area": "Zahrani"}}}),
    )
    said = repr(cedar_changes.log()[-1])
    assert "customer.address.area" in said
    assert "Zahra" not in said


def test_what_a_field_was_is_kept_where_it_can_be_erased(cedar_changes: Changing, operator: Any) -> None:
    order_id = cedar_changes.place(customer=GUEST)
    cedar_changes.change(order_id, SetFields({"customer": {"phone": "+961 3 999 999"}}))
    house = cedar_changes.house
    seq = cedar_changes.log()[-1].cursor.seq
    with tenant_context(cedar_changes.app, house.tenant_id):
        kept = changed_values.of_order(house.tenant_id, order_id)
    assert kept == {(seq, "customer.phone"): (GUEST["phone"], "+961 3 999 999")}
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, false)", [str(house.tenant_id)])
    operator.execute("DELETE FROM changed_values")
    operator.commit()
    with tenant_context(cedar_changes.app, house.tenant_id):
        entries = event_log.entries_after(house.tenant_id, 0, 99)
        told = story.tell(cedar_changes.read(order_id), entries, {})
    assert told[-1].changed == ("phone",)


def test_customer_and_amounts_are_set_in_part(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place(customer=GUEST, amounts={"currency": "LBP", "total": 500})
    patch = {"customer": {"address": {"area": "Achrafieh"}, "name": None}, "amounts": {"to_collect": 100}}
    order = cedar_changes.change(order_id, SetFields(patch)).order
    assert order.customer == {
        "phone": GUEST["phone"],
        "address": {"area": "Achrafieh", "lines": ["Bliss St"]},
    }
    assert order.amounts == {"currency": "LBP", "total": 500, "to_collect": 100}
    order = cedar_changes.change(order_id, SetFields({"customer": None, "amounts": None})).order
    assert (order.customer, order.amounts) == ({}, {})


def test_what_is_so_already_is_not_written(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place(note="ring twice", customer=GUEST)
    before = len(cedar_changes.log())
    same = SetFields({"note": "ring twice", "customer": {"name": "Rana"}, "table": None})
    assert not cedar_changes.change(order_id, same).done
    assert len(cedar_changes.log()) == before


def test_who_has_not_seen_the_last_revision_is_told_the_order_as_it_is(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place()
    seen = cedar_changes.read(order_id).revision
    cedar_changes.move(order_id, C)
    with pytest.raises(OrderChanged) as refused:
        cedar_changes.change(order_id, AddLine(SOUP), expected_revision=seen)
    assert refused.value.order == cedar_changes.read(order_id)
    assert standing(cedar_changes.read(order_id)) == [(1, "Tea", 1), (2, "Cake", 2)]


def test_a_form_that_was_open_for_a_while_minds_other_changes_and_no_work(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place()
    seen = cedar_changes.read(order_id).revision
    cedar_changes.move(order_id, C)
    cedar_changes.act(order_id, OrderAction.STRIKE, line=1)
    open_for_a_while = {"expected_revision": seen, "despite_actions": True}
    assert cedar_changes.change(order_id, AddLine(SOUP), **open_for_a_while).done
    with pytest.raises(OrderChanged):
        cedar_changes.change(order_id, AddLine(SOUP), **open_for_a_while)
    with pytest.raises(OrderChanged):
        cedar_changes.change(order_id, AddLine(SOUP), expected_revision=99, despite_actions=True)


@pytest.mark.parametrize(("status", "role"), [*product(OrderStatus, [*Role, None])])
def test_who_may_change_what_and_until_when(status: OrderStatus, role: Role | None) -> None:
    for adds_lines in (False, True):
        may = status not in TERMINAL and role in {*CHANGING_ROLES, None}
        may = may and (not adds_lines or status in TAKES_LINES)
        try:
            check_change(status, role, adds_lines=adds_lines)
        except IllegalChange:
            assert not may
        else:
            assert may


def test_kitchen_hands_change_no_order(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place()
    with pytest.raises(RoleMayNotChange):
        cedar_changes.change(order_id, AddLine(SOUP), by=cedar_changes.house.nour.principal)


def test_from_ready_on_lines_are_only_voided_and_nothing_is_changed_after_the_end(
    cedar_changes: Changing,
) -> None:
    order_id = cedar_changes.place()
    cedar_changes.move(order_id, C, K, R)
    for wanted in (AddLine(SOUP), ChangeLine(1, SOUP)):
        with pytest.raises(LinesClosed):
            cedar_changes.change(order_id, wanted)
    assert cedar_changes.change(order_id, VoidLine(1), SetFields({"note": "hurry"})).done
    cedar_changes.move(order_id, D, E)
    with pytest.raises(IllegalChange):
        cedar_changes.change(order_id, SetFields({"note": "too late"}))


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        ([VoidLine(3)], LineNotThere),
        ([VoidLine(1), VoidLine(1)], LineNotThere),
        ([VoidLine(1), ChangeLine(1, SOUP)], LineNotThere),
        ([AddLine(SOUP), VoidLine(3)], LineNotThere),
        ([VoidLine(1), VoidLine(2)], NoLineLeft),
        ([AddLine(SOUP)] * 199, TooManyLines),
        ([SetFields({"amounts": {"total": 5}})], CurrencyMissing),
        ([SetFields({"amounts": {"currency": "LBP"}})], CurrencyMissing),
        ([SetFields({"promised_at": dt.datetime(2001, 1, 1, tzinfo=dt.UTC)})], PromiseOutOfRange),
    ],
)
def test_what_makes_no_order_is_refused_whole(
    cedar_changes: Changing, wanted: list[changes.Change], refused: type[Exception]
) -> None:
    order_id = cedar_changes.place()
    before = cedar_changes.read(order_id), len(cedar_changes.log())
    with pytest.raises(refused):
        cedar_changes.change(order_id, SetFields({"note": "first"}), *wanted)
    assert (cedar_changes.read(order_id), len(cedar_changes.log())) == before


def test_a_line_that_was_voided_is_neither_struck_off_nor_waited_for(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place()
    cedar_changes.move(order_id, C, K)
    cedar_changes.act(order_id, OrderAction.STRIKE, line=2)
    cedar_changes.change(order_id, VoidLine(1))
    with pytest.raises(NoSuchLine):
        cedar_changes.act(order_id, OrderAction.STRIKE, line=1)
    cedar_changes.act(order_id, OrderAction.ACKNOWLEDGE)
    with tenant_context(cedar_changes.app, cedar_changes.house.tenant_id):
        nour = cedar_changes.house.nour.principal
        moved = transitions.advance(order_id, R, by=nour, expected_status=K, on_board=True)
    assert moved.moved
    assert cedar_changes.log()[-1].open_lines == 0


def test_what_is_added_has_the_station_that_the_house_gives_it(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place()
    added = cedar_changes.change(order_id, AddLine(NewItem("Soup", 1, station="Grill"))).order.lines[-1]
    assert (added.station, added.is_done) == ("Grill", False)


def test_two_who_change_at_once_are_one_change_and_one_refusal(
    crowd: Callable[..., list[Any]], crowd_app: Flask, cedar: House
) -> None:
    house = Changing(crowd_app, cedar)
    order_id = house.place()
    revision = house.read(order_id).revision
    jobs = [lambda: house.change(order_id, AddLine(SOUP), expected_revision=revision)] * 12
    results = crowd(jobs)
    assert sorted(type(each).__name__ for each in results) == ["Changed"] + ["OrderChanged"] * 11
    assert len(house.read(order_id).items) == 3


def test_another_tenants_order_is_not_there(app: Flask, make_house: Any) -> None:
    cedar, olive = (Changing(app, make_house(name, ("hamra",))) for name in ("Cedar", "Olive"))
    order_id = cedar.place()
    with pytest.raises(OrderNotFound):
        olive.change(order_id, AddLine(SOUP), expected_revision=1)


def test_what_was_changed_holds_in_every_claim_of_the_check(app: Flask, settings: Any, cedar: House) -> None:
    house = Changing(app, cedar)
    order_id = house.place(customer=GUEST)
    house.change(order_id, AddLine(SOUP), VoidLine(1), SetFields({"note": "hot"}))
    house.act(order_id, OrderAction.ACKNOWLEDGE)
    house.change(order_id, ChangeLine(3, CAKE))
    house.change(order_id, SetFields({"reference": "A7"}))
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []


def test_the_check_knows_the_fields_that_the_kitchen_is_told_of() -> None:
    claim = next(query for name, query in consistency._CLAIMS.items() if "acknowledged it" in name)
    said = claim.split("array[")[1].split("]")[0]
    assert {each.strip(" '") for each in said.split(",")} == KITCHEN_FIELDS
