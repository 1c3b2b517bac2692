"""A guest by the telephone number: what was ordered by it before, where the asker may see it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ordertrack.boards.allergens import speaks_of_allergy
from ordertrack.database.session import db
from ordertrack.i18n import names, phones
from ordertrack.i18n.phones import Phone
from ordertrack.orders.models import Order
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

MOST_FOUND = 200
"""So many orders are looked for, the newest first; a guest who has more has that many and more."""
READ = 20
"""So many of them are read: what they say of allergies and addresses is offered."""
PAGE = 2
MOST_ADDRESSES = 4
MOST_ALLERGIES = 3


@dataclass(frozen=True, slots=True)
class Guest:
    """Who ordered by this number before: `orders` of them since `since`, or more than that.

    `recent` are some, newest first; the next page begins at `older`, None if there is none. `addresses` are
    orders each of which went somewhere else.
    """

    phone: Phone
    name: str | None
    locale: str | None
    orders: int
    is_more: bool
    since: dt.datetime
    allergies: tuple[str, ...]
    addresses: tuple[OrderRecord, ...]
    recent: tuple[OrderRecord, ...]
    older: int | None


def find(asker: Principal, phone: Phone, country: str | None, start: int = 0) -> Guest | None:
    """The guest with this number; None if there is none yet. The page of orders begins at `start`."""
    found = list(_orders_of(asker, phone, country)) if phone.is_number else []
    if not found:
        return None
    newest = records.of_ids(asker.tenant_id, [each.id for each in found[:READ]])
    page = [each.id for each in found[start : start + PAGE]]
    return Guest(
        phone,
        next((name for each in newest if (name := each.customer.get("name"))), None),
        next((locale for each in newest if (locale := each.customer.get("locale"))), None),
        len(found),
        len(found) == MOST_FOUND,
        found[-1].placed_at,
        tuple(_allergies(newest))[:MOST_ALLERGIES],
        tuple(_addresses(newest))[:MOST_ADDRESSES],
        tuple(_read(asker, page, newest)),
        start + PAGE if start + PAGE < len(found) else None,
    )


def address_of(asker: Principal, order_id: uuid.UUID) -> dict[str, Any] | None:
    """Where an earlier order went, if the asker may see it."""
    order = records.find(asker.tenant_id, order_id)
    if order is None or not asker.may_see(order.restaurant_id):
        return None
    return order.customer.get("address")


def _orders_of(asker: Principal, phone: Phone, country: str | None) -> Iterator[Any]:
    seen = select(Restaurant.id).where(Restaurant.tenant_id == asker.tenant_id)
    restaurants = [each for each in db.session.scalars(seen) if asker.may_see(each)]
    query = (
        select(Order.id, Order.placed_at, Order.customer["phone"].astext.label("phone"))
        .where(
            Order.tenant_id == asker.tenant_id,
            Order.phone_tail == phone.tail,
            Order.restaurant_id.in_(restaurants),
        )
        .order_by(Order.placed_at.desc())
        .limit(MOST_FOUND)
    )
    for row in db.session.execute(query):
        # Another number may end alike.
        if phones.is_same(phones.read(row.phone, country), phone):
            yield row


def _read(asker: Principal, ids: list[uuid.UUID], known: Iterable[OrderRecord]) -> list[OrderRecord]:
    by_id = {each.id: each for each in known}
    if set(ids) <= by_id.keys():
        return [by_id[each] for each in ids]
    return records.of_ids(asker.tenant_id, ids)


def _allergies(orders: Iterable[OrderRecord]) -> Iterator[str]:
    """Each thing that was said of an allergy, the newest first."""
    told = set()
    for order in orders:
        said = [*(order.note or "").split("\n")]
        for item in order.lines:
            said += [*(item.notes or "").split("\n"), *item.modifiers]
        for text in said:
            if speaks_of_allergy(text) and (key := names.key(text)) not in told:
                told.add(key)
                yield text.strip()


def _addresses(orders: Iterable[OrderRecord]) -> Iterator[OrderRecord]:
    told = set()
    for order in orders:
        address = order.customer.get("address") or {}
        said = [*(address.get("lines") or []), address.get("area"), address.get("city")]
        where = names.key(" ".join(each for each in said if each))
        if order.fulfilment == Fulfilment.DELIVERY and where and where not in told:
            told.add(where)
            yield order
