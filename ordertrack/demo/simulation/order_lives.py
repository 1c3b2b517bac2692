"""What else happens to orders, once a restaurant, for whoever looks at the demo: later, changed, delayed."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from ordertrack.demo.simulation import menu
from ordertrack.demo.simulation.guests import SIMULATED
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import AddLine, Change, SetFields
from ordertrack.orders.moving import actions
from ordertrack.orders.moving.transitions import OrderChanged
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import IllegalAct, OrderAction
from ordertrack.rules.order_changes import IllegalChange
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant

_AHEAD = (dt.timedelta(hours=3), dt.timedelta(hours=22))
_DELAYED_BY = 10  # minutes
_ADDRESS = {"lines": ["12 Lemon Street", "3rd floor"], "area": "Old Town", "instructions": "Ring twice"}


def show(restaurant: str, guest: Principal, kitchen: Principal) -> None:
    """Place orders for later unless some wait already, change one that is cooked, and delay another."""
    found = find_restaurant(guest.tenant_id, restaurant)
    assert found is not None
    if not records.later(guest.tenant_id, found.id, 1)[0]:
        for ahead in _AHEAD:
            intake.place(_order(restaurant, dt.datetime.now(dt.UTC) + ahead), by=guest)
    cooking = records.of_restaurant(guest.tenant_id, found.id, [OrderStatus.PREPARING, OrderStatus.CONFIRMED])
    for order in cooking[:1]:
        note = SetFields({"note": "Birthday: please write 30 on it"})
        wanted: list[Change] = [AddLine(_dish(restaurant)), note]
        with suppress(OrderChanged, IllegalChange):
            changes.change(order.id, wanted, by=guest, expected_revision=order.revision, despite_actions=True)
    for order in cooking[1:2]:
        with suppress(IllegalAct):
            actions.act(order.id, OrderAction.DELAY, by=kitchen, minutes=_DELAYED_BY, metadata=SIMULATED)


def _order(restaurant: str, promised_at: dt.datetime) -> NewOrder:
    return NewOrder(
        restaurant=restaurant,
        fulfilment=Fulfilment.DELIVERY,
        items=(_dish(restaurant),),
        customer={"name": "Rana", "phone": "+961 1 555 010", "address": _ADDRESS},
        promised_at=promised_at,
        metadata=SIMULATED,
        amounts={"currency": "LBP", "total": 89_500_000, "to_collect": 89_500_000},
    )


def _dish(restaurant: str) -> NewItem:
    return NewItem(menu.of(restaurant)[0].name, 2)
