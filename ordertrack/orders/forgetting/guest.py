"""Forgetting a guest who asks for it: everything that is known of them by their telephone number."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select, text

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.i18n import phones
from ordertrack.i18n.phones import Phone
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.forgetting import masking
from ordertrack.orders.models import Order
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import audit
from ordertrack.tenants.models import Restaurant, Tenant
from ordertrack.tenants.principal import Principal

_AT_ONCE = 200
_OVER = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)


class Found(NamedTuple):
    """Orders of a guest: those that can be masked, and the numbers of those that are still open."""

    over: list[uuid.UUID]
    open: list[int]
    restaurants: frozenset[uuid.UUID]


class Forgotten(NamedTuple):
    """`orders` that were masked, the numbers of those left `open`, and how many `others` were: what channels
    sent, and a wish for no messages.
    """

    orders: int
    open: list[int]
    others: int


class NoNumber(ValueError):
    """What was written is no telephone number; the message says what to write."""


def find(tenant_id: uuid.UUID, written: str) -> tuple[Phone, Found]:
    """The orders of the entered tenant with this number, however it was typed; raises NoNumber."""
    countries = _countries(tenant_id)
    phone = phones.read(written.strip(), next(iter(countries.values()), None))
    if not phone.is_number:
        raise NoNumber(_("Write the telephone number of the guest, like +961 3 555 127."))
    over, still, where = [], [], set()
    for row in _orders(tenant_id, phone, countries):
        where.add(row.restaurant_id)
        if row.status in _OVER:
            over.append(row.id)
        else:
            still.append(row.number)
    return phone, Found(over, still, frozenset(where))


def forget(written: str, *, by: Principal) -> Forgotten:
    """Mask the orders of this number that have ended, and remove what else is kept under it; raises NoNumber.

    The log, and every figure, stay whole. The audit says that it was done, and not of whom.
    """
    phone, found = find(by.tenant_id, written)
    masked = 0
    for first in range(0, len(found.over), _AT_ONCE):
        masked += masking.mask(found.over[first : first + _AT_ONCE])
    digits = {"tenant_id": by.tenant_id, "tail": phone.tail, "e164": phone.e164 or phone.text}
    others = sum(db.session.connection().execute(each, digits).rowcount for each in (_STOPS, _PAYLOADS))
    tenant = db.session.get_one(Tenant, by.tenant_id)
    audit.record(by, "company", tenant.slug, tenant.name, None, {"guest_forgotten": masked})
    for restaurant_id in found.restaurants:
        notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")  # boards may still show the orders
    db.session.commit()
    return Forgotten(masked, found.open, others)


def _countries(tenant_id: uuid.UUID) -> dict[uuid.UUID, str | None]:
    restaurants = select(Restaurant.id, Restaurant.timezone).where(Restaurant.tenant_id == tenant_id)
    rows = db.session.execute(restaurants.order_by(Restaurant.closed_at.is_not(None), Restaurant.slug))
    return {row.id: phones.country_of(row.timezone) for row in rows}


def _orders(tenant_id: uuid.UUID, phone: Phone, countries: dict[uuid.UUID, str | None]) -> Iterator[Any]:
    telephone = Order.customer["phone"].astext.label("phone")
    query = select(Order.id, Order.number, Order.status, Order.restaurant_id, telephone).where(
        Order.tenant_id == tenant_id, Order.phone_tail == phone.tail
    )
    for row in db.session.execute(query.order_by(Order.placed_at)).all():
        # Another number may end alike.
        if phones.is_same(phones.read(row.phone, countries.get(row.restaurant_id)), phone):
            yield row


_STOPS = text("DELETE FROM message_stops WHERE tenant_id = :tenant_id AND address = :e164")
# What a shop sent of which no order was made, or more than one: whatever has the number's digits in it.
_PAYLOADS = text("""
    UPDATE channel_payloads SET headers = '{}', body = ''
     WHERE tenant_id = :tenant_id AND outcome <> 'received' AND order_id IS NULL
       AND strpos(regexp_replace(encode(body, 'escape'), '[^0-9]', '', 'g'), :tail) > 0
""")
