"""Setting an order's fields: a merge patch, amounts with their currency, places with both coordinates."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.changing import Changing
from ordertrack.database.session import tenant_context
from ordertrack.orders import story
from ordertrack.orders.changing import changed_values
from ordertrack.orders.changing.change_draft import SetFields
from ordertrack.orders.changing.changed_fields import merged
from ordertrack.orders.log import event_log
from ordertrack.rules.order_changes import (
    CoordinatesHalf,
    CurrencyMissing,
)

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
