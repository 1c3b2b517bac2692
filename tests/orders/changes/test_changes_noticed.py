"""What the kitchen is shown of changes until somebody there has seen it."""

from __future__ import annotations

import datetime as dt

from orders.changing import CAKE, GUEST, SOUP, Changing
from ordertrack.orders.changing.change_draft import AddLine, SetFields, VoidLine
from ordertrack.rules.order_actions import OrderAction


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
