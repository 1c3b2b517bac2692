"""An order that shows whether a board is there: sent by the one way in, and taken back by the one way out."""

from __future__ import annotations

import uuid

from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.orders.tests_of_boards import SENDER
from ordertrack.rules.state_machine import OPEN, Fulfilment, OrderStatus
from ordertrack.setup import progress
from ordertrack.tenants.principal import Principal

_METADATA = {"test": True}


def send(restaurant: str, *, by: Principal) -> OrderRecord:
    """A test order of this restaurant, or the one that is open still. Raises what `intake.place` does."""
    before = current(by.tenant_id)
    if before is not None and before.status in OPEN:
        return before
    order = NewOrder(
        restaurant=restaurant,
        fulfilment=Fulfilment.PICKUP,
        items=(NewItem(_("Test order"), 1, notes=_("Only a test: nothing is to be made.")),),
        metadata=_METADATA | {"by": by.actor},
    )
    number = before.id if before is not None else "first"
    order_id, _is_new = intake.place(order, by=_sender(by), idempotency_key=f"test order after {number}")
    progress.remember_test_order(by.tenant_id, order_id)
    made = records.find(by.tenant_id, order_id)
    assert made is not None
    return made


def current(tenant_id: uuid.UUID) -> OrderRecord | None:
    """The test order that was sent last."""
    order_id = progress.of(tenant_id).test_order_id
    return None if order_id is None else records.find(tenant_id, order_id)


def take_back(order: OrderRecord, *, by: Principal) -> None:
    """Cancel it, as the rules allow it now; raises IllegalTransition once the kitchen has begun."""
    transitions.advance(
        order.id,
        OrderStatus.CANCELLED,
        by=_sender(by),
        expected_status=order.status,
        reason=_("Only a test"),
        metadata=_METADATA | {"by": by.actor},
    )


def _sender(by: Principal) -> Principal:
    """Reports leave out what it sends: see `orders.tests_of_boards`."""
    return Principal(by.tenant_id, SENDER, by.name)
