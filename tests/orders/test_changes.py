"""An order is changed after it was placed: by whom, until when, and what the log says of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.database.session import tenant_context
from ordertrack.orders import (
    actions,
    changed_values,
    changes,
    event_log,
    intake,
    records,
    story,
    transitions,
)
from ordertrack.orders.change_draft import AddLine, ChangeLine, SetFields, VoidLine
from ordertrack.orders.changed_fields import merged
from ordertrack.orders.changes import OrderChanged
from ordertrack.orders.event_log import ActionRecord
from ordertrack.orders.new_order import NewItem, NewOrder, PromiseOutOfRange
from ordertrack.orders.transitions import OrderNotFound
from ordertrack.rules.order_actions import NoSuchLine, OrderAction
from ordertrack.rules.order_changes import (
    CHANGING_ROLES,
    KITCHEN_FIELDS,
    TAKES_LINES,
    CoordinatesHalf,
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
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus
from ordertrack.server import consistency
from support.cast import House

P, C, K, R, D, E, X = OrderStatus
TEA, CAKE, SOUP = NewItem("Tea", 1), NewItem("Cake", 2, "no nuts"), NewItem("Soup", 3)
GUEST = {"name": "Rana", "phone": "+961 1 234 567", "address": {"area": "Hamra", "lines": ["Bliss St"]}}


class Changing:
    """One house's orders, and what is done to them by whom."""

    def __init__(self, app: Flask, house: House) -> None:
        self.app = app
        self.house = house

    def place(self, *items: NewItem, **order: Any) -> uuid.UUID:
        new = NewOrder("hamra", Fulfilment.DELIVERY, items or (TEA, CAKE), **order)
        with tenant_context(self.app, self.house.tenant_id):
            return intake.place(new, by=self.house.program)[0]

    def move(self, order_id: uuid.UUID, *steps: OrderStatus) -> None:
        for step in steps:
            with tenant_context(self.app, self.house.tenant_id):
                transitions.advance(order_id, step, by=self.house.program, reason="No gas")

    def read(self, order_id: uuid.UUID) -> records.OrderRecord:
        with tenant_context(self.app, self.house.tenant_id):
            order = records.find(self.house.tenant_id, order_id)
            assert order is not None
            return order

    def change(self, order_id: uuid.UUID, *wanted: changes.Change, **more: Any) -> changes.Changed:
        more.setdefault("by", self.house.program)
        if "expected_revision" not in more:
            more["expected_revision"] = self.read(order_id).revision
        with tenant_context(self.app, self.house.tenant_id):
            return changes.change(order_id, wanted, **more)

    def act(self, order_id: uuid.UUID, act: OrderAction, **more: Any) -> actions.Acted:
        with tenant_context(self.app, self.house.tenant_id):
            return actions.act(order_id, act, by=more.pop("by", self.house.program), **more)

    def log(self) -> list[Any]:
        with tenant_context(self.app, self.house.tenant_id):
            return event_log.entries_after(self.house.tenant_id, 0, 1000)


@pytest.fixture
def cedar_changes(app: Flask, cedar: House) -> Changing:
    return Changing(app, cedar)


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


class TestTheKitchenTakesNotice:
    def test_of_lines_notes_times_and_tables_and_of_nothing_else(self, cedar_changes: Changing) -> None:
        order_id = cedar_changes.place(customer=GUEST)
        quiet = {"customer": {"phone": "1"}, "reference": "A7", "amounts": {"currency": "LBP", "total": 1}}
        for name, value in quiet.items():
            assert not cedar_changes.change(order_id, SetFields({name: value})).order.has_unseen_changes
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        for name, value in {"note": "hot", "promised_at": soon, "table": "7"}.items():
            order = cedar_changes.change(order_id, SetFields({name: value})).order
            assert (order.has_unseen_changes, order.unseen_fields) == (True, (name,))
            cedar_changes.act(order_id, OrderAction.ACKNOWLEDGE)
        order = cedar_changes.change(order_id, AddLine(SOUP), VoidLine(1)).order
        assert [order.is_new(item) for item in order.items] == [False, False, True]
        assert [order.was_just_voided(item) for item in order.items] == [True, False, False]

    def test_once_and_of_all_that_came_until_then(self, cedar_changes: Changing) -> None:
        order_id = cedar_changes.place()
        cedar_changes.change(order_id, AddLine(SOUP))
        cedar_changes.change(order_id, SetFields({"note": "hot"}))
        seen = cedar_changes.act(order_id, OrderAction.ACKNOWLEDGE)
        assert (seen.done, seen.order) == (True, cedar_changes.read(order_id))
        assert not seen.order.has_unseen_changes
        assert not any(seen.order.is_new(item) for item in seen.order.items)
        assert seen.order.unseen_fields == ()
        assert not cedar_changes.act(order_id, OrderAction.ACKNOWLEDGE).done

    def test_and_not_of_what_came_after_it_looked(self, cedar_changes: Changing) -> None:
        order_id = cedar_changes.place()
        seen = cedar_changes.change(order_id, AddLine(SOUP)).order.revision
        cedar_changes.change(order_id, AddLine(CAKE))
        late = cedar_changes.act(order_id, OrderAction.ACKNOWLEDGE, seen_revision=seen)
        assert not late.done
        assert cedar_changes.read(order_id).has_unseen_changes

    def test_but_quiet_changes_do_not_hide_what_is_unseen(self, cedar_changes: Changing) -> None:
        order_id = cedar_changes.place()
        cedar_changes.change(order_id, AddLine(SOUP))
        order = cedar_changes.change(order_id, SetFields({"reference": "A7"})).order
        assert order.has_unseen_changes
        assert order.is_new(order.items[-1])


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


_FLAT = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3) | st.none(), max_size=3)
_DEEP = st.dictionaries(st.sampled_from("xy"), st.integers(0, 3) | _FLAT | st.none(), max_size=2)


@given(_DEEP, _DEEP)
def test_patching_is_idempotent_and_keeps_what_it_does_not_name(
    fields: dict[str, Any], patch: dict[str, Any]
) -> None:
    once = merged(fields, patch)
    assert merged(once, patch) == once
    assert all(once[name] == value for name, value in fields.items() if name not in patch)


def test_another_currency_is_of_new_amounts(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place(amounts={"currency": "USD", "total": 987654, "to_collect": 5})
    for patch in ({"currency": "JPY"}, {"currency": "JPY", "total": 1300}):
        with pytest.raises(CurrencyMissing):
            cedar_changes.change(order_id, SetFields({"amounts": patch}))
    both = {"currency": "JPY", "total": 1300, "to_collect": 0}
    assert cedar_changes.change(order_id, SetFields({"amounts": both})).order.amounts == both


def test_the_story_has_each_amount_in_the_currency_of_its_time(cedar_changes: Changing) -> None:
    order_id = cedar_changes.place(amounts={"currency": "USD", "total": 987654})
    cedar_changes.change(order_id, SetFields({"amounts": {"currency": "JPY", "total": 1300}}))
    cedar_changes.change(order_id, SetFields({"amounts": None}))
    house = cedar_changes.house
    with tenant_context(cedar_changes.app, house.tenant_id):
        entries = event_log.entries_after(house.tenant_id, 0, 99)
        values = changed_values.of_order(house.tenant_id, order_id)
        told = story.tell(cedar_changes.read(order_id), entries, values)
    assert "total: JP¥1,300 (was US$9,876.54)" in told[-2].changed
    assert "total taken away (was JP¥1,300)" in told[-1].changed


@pytest.mark.parametrize("patch", [{"latitude": None}, {"longitude": None}])
def test_half_a_place_on_the_map_is_refused(cedar_changes: Changing, patch: dict[str, None]) -> None:
    place = {"latitude": 33.9, "longitude": 35.5}
    order_id = cedar_changes.place(customer={"address": place})
    with pytest.raises(CoordinatesHalf):
        cedar_changes.change(order_id, SetFields({"customer": {"address": patch}}))
    nothing = {"customer": {"address": dict.fromkeys(place)}}
    assert cedar_changes.change(order_id, SetFields(nothing)).order.customer == {}
