"""Taking an order in: once for each idempotency key, numbered by its restaurant, logged from the start."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Any, cast

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError

from ordertrack.database.session import db
from ordertrack.monitoring import metrics
from ordertrack.orders.due import must_start
from ordertrack.orders.log import waking
from ordertrack.orders.models import Order
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import menu_lines
from ordertrack.orders.placing.new_order import NewOrder, check_promise
from ordertrack.restaurants import operations, pace
from ordertrack.restaurants.pace import PaceState
from ordertrack.rules.state_machine import FIRST, OPEN, TERMINAL
from ordertrack.tenants import quotas
from ordertrack.tenants.models import DAYS_KEPT_AHEAD, Restaurant
from ordertrack.tenants.principal import Principal

TWINS_WITHIN = dt.timedelta(minutes=15)
"""How soon after an order another one of the same sender and reference may be the same one, sent twice."""

# One statement; locks in the order restaurant, then stream, which is everybody's last (see transitions). The
# restaurant is locked before it, so that it sees every number that was given and reads the clock after the
# wait. The number counts up within the business day (`Restaurant.day_to_number_on`) from the last that was
# given on it, past those that open orders have, of whatever day.
_PLACE = text("""
    WITH today AS (
        SELECT tenant_id, id, numbered_on, last_number,
            ((clock_timestamp() AT TIME ZONE timezone) - business_day_start)::date AS day
          FROM restaurants WHERE tenant_id = :tenant_id AND id = :restaurant_id
    ), running AS (
        SELECT tenant_id, id, numbered_on, last_number,
            CASE WHEN numbered_on BETWEEN day AND day + :kept_ahead THEN numbered_on ELSE day END AS day
          FROM today
    ), given AS (
        SELECT tenant_id, id, day, CASE WHEN numbered_on = day THEN last_number ELSE coalesce(
            (SELECT max(number) FROM orders WHERE orders.tenant_id = running.tenant_id
                AND orders.restaurant_id = running.id AND orders.business_date = running.day), 0) END AS last
          FROM running
    ), in_use AS (
        SELECT number FROM orders
         WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id AND status = ANY (:open)
    ), numbered AS (
        UPDATE restaurants SET numbered_on = given.day, last_number = (
            SELECT min(free) FROM generate_series(last + 1, last + 1 + (SELECT count(*) FROM in_use)) AS free
             WHERE free NOT IN (SELECT number FROM in_use))
          FROM given
         WHERE restaurants.tenant_id = given.tenant_id AND restaurants.id = given.id
        RETURNING restaurants.tenant_id, restaurants.id AS restaurant_id,
            restaurants.numbered_on, restaurants.last_number
    ), stream AS (
        UPDATE tenant_streams SET seq = tenant_streams.seq + 1 FROM numbered
         WHERE tenant_streams.tenant_id = numbered.tenant_id
        RETURNING tenant_streams.seq, last_at AS at, numbered.*
    ), twin AS (
        SELECT number FROM stream JOIN orders USING (tenant_id, restaurant_id)
          JOIN order_status_events AS made
            ON made.tenant_id = orders.tenant_id AND made.order_id = orders.id AND made.version = 1
         WHERE placed_at > at - CAST(:twins_within AS interval) AND made.actor = :actor
           AND lower(trim(reference)) = lower(trim(:reference))
           AND lower(channel) IS NOT DISTINCT FROM lower(:channel)
         ORDER BY placed_at DESC LIMIT 1
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at, promised_at, reference, customer, note, table_name, channel,
            currency, total, to_collect, follows, follows_number, follows_due, start_by, is_later,
            accept_by, accept_then,
            idempotency_key, idempotency_hash, idempotency_sender, possible_double_of)
        SELECT tenant_id, :order_id, restaurant_id, numbered_on, last_number, :first, 1,
            at, :fulfilment, at, :promised_at, :reference, :customer, :note, :table, :channel,
            :currency, :total, :to_collect, :follows, :follows_number, :follows_due,
            :start_by, :is_later, at + make_interval(secs => CAST(:accept_within AS integer)), :accept_then,
            :idempotency_key, :idempotency_hash, :idempotency_sender, (SELECT number FROM twin) FROM stream
    ), lines AS (
        INSERT INTO order_items (tenant_id, order_id, position, name, quantity, notes, modifiers, station,
            sku)
        SELECT stream.tenant_id, :order_id, line.position, line.item ->> 'name',
            (line.item ->> 'quantity')::integer, line.item ->> 'notes', line.item -> 'modifiers',
            line.item ->> 'station', line.item ->> 'sku'
          FROM stream, jsonb_array_elements(:items) WITH ORDINALITY AS line (item, position)
    ), link AS (
        INSERT INTO tracking_links (tenant_id, order_id, token)
        SELECT tenant_id, :order_id, :token FROM stream
    ), event AS (
        INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
            to_status, changed_by, actor, occurred_at, in_status_for, metadata, kitchen_load)
        SELECT tenant_id, seq, :order_id, restaurant_id, 1, NULL, :first, :changed_by, :actor, at, NULL,
            :metadata, kitchen_load(tenant_id, restaurant_id) + 1 FROM stream
    )
    SELECT seq FROM stream
""").bindparams(
    bindparam("metadata", type_=JSONB),
    bindparam("items", type_=JSONB),
    bindparam("customer", type_=JSONB(none_as_null=True)),
)


# When the newest orders of a day are as many as there may be: in how many seconds they are one less.
_FREE_IN = text("""
    SELECT ceil(extract(epoch FROM placed_at + interval '1 day' - clock_timestamp())) FROM orders
     WHERE tenant_id = :tenant_id AND placed_at > clock_timestamp() - interval '1 day'
     ORDER BY placed_at DESC OFFSET greatest(:most - 1, 0) LIMIT 1
""")
_TIES = ("follows", "follows_number", "follows_due")


class RestaurantNotFound(LookupError):
    """No restaurant of this name in the tenant."""


class FollowsNoOrder(ValueError):
    """The order that is to be followed is none of this restaurant."""


class RestaurantPaused(Exception):
    """The restaurant takes nothing in: carries `until` when, None if nobody said."""

    def __init__(self, until: dt.datetime | None) -> None:
        self.until = until
        super().__init__(f"paused until {until}")


class QuotaReached(Exception):
    """The company has had as many orders as it may have in a day, or as much storage.

    Carries `most` orders a day, None if it is for storage, and in how many `seconds` the next one may come.
    """

    def __init__(self, most: int | None, seconds: int) -> None:
        self.most = most
        self.seconds = seconds
        super().__init__("the company has what it may have")


class IdempotencyKeyReused(ValueError):
    """Its sender used the key before, for an order that says something else."""


def place(order: NewOrder, *, by: Principal, idempotency_key: str | None = None) -> tuple[uuid.UUID, bool]:
    """Write the order and its first event, commit, and have the listeners know.

    The order's id, and whether it is new: a key that `by` used for the same order before answers its id and
    False; what others use for theirs is no concern of it. Raises RestaurantNotFound, RestaurantPaused,
    PromiseOutOfRange, FollowsNoOrder, IdempotencyKeyReused, or NotOnTheMenu or DishSoldOut for what it names
    of the menu; then nothing has been written.
    """
    try:
        if idempotency_key is not None and (known := _placed_before(order, by, idempotency_key)):
            return known, False
        order_id, seq = _place(order, by, idempotency_key)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        if "idempotency_key" not in str(error.orig) or idempotency_key is None:
            raise
        known = _placed_before(order, by, idempotency_key)  # a twin of this call came first
        assert known is not None
        return known, False
    except Exception:
        db.session.rollback()
        raise
    waking.wake(by.tenant_id, seq)
    metrics.orders_placed.inc()
    return order_id, True


def _refuse_over_quota(tenant_id: uuid.UUID) -> None:
    """Counts only where the operator has said how many there may be; twenty at once may be that many more."""
    quota = quotas.of_tenant(tenant_id)
    if quota.is_storage_full:
        raise QuotaReached(None, 3600)
    if quota.orders_a_day is not None:
        values = {"tenant_id": tenant_id, "most": quota.orders_a_day}
        seconds = db.session.execute(_FREE_IN, values).scalar()
        if seconds is not None or quota.orders_a_day == 0:
            raise QuotaReached(quota.orders_a_day, max(1, int(seconds or 86400)))


def _placed_before(order: NewOrder, by: Principal, key: str) -> uuid.UUID | None:
    known = db.session.execute(
        select(Order.id, Order.idempotency_hash).where(
            Order.tenant_id == by.tenant_id,
            Order.idempotency_key == key,
            Order.idempotency_sender == by.actor,
        )
    ).one_or_none()
    if known is None:
        return None
    if known.idempotency_hash != order.fingerprint:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was used before, for a different order. Use a new key for a new order."
        )
    return cast(uuid.UUID, known.id)


def _place(order: NewOrder, by: Principal, idempotency_key: str | None) -> tuple[uuid.UUID, int]:
    """The order's id, and how far the log has grown."""
    check_promise(order.promised_at)
    restaurant = db.session.execute(
        select(Restaurant.id, Restaurant.closed_at)
        .where(Restaurant.tenant_id == by.tenant_id, Restaurant.slug == order.restaurant)
        .with_for_update(key_share=True)
    ).one_or_none()
    if restaurant is None or not by.may_see(restaurant.id):
        raise RestaurantNotFound(order.restaurant)
    restaurant_id: uuid.UUID = restaurant.id
    if restaurant.closed_at is not None:
        raise RestaurantPaused(None)
    _refuse_while_paused(order, by, restaurant_id)
    _refuse_over_quota(by.tenant_id)
    followed = _followed(order.follows, by, restaurant_id)
    lines = menu_lines.from_menu(by.tenant_id, restaurant_id, order.items)
    start = must_start.of_promise(
        by.tenant_id, restaurant_id, order.fulfilment, order.promised_at, slowest=lines.slowest
    )
    settings = operations.of_restaurant(by.tenant_id, restaurant_id)
    handling = settings.orders
    is_confirmed = handling.confirms(order.channel)
    order_id = uuid.uuid4()
    seq: int = db.session.execute(
        _PLACE,
        {
            "tenant_id": by.tenant_id,
            "restaurant_id": restaurant_id,
            "order_id": order_id,
            "kept_ahead": DAYS_KEPT_AHEAD,
            "open": list(OPEN),
            "first": FIRST,
            "fulfilment": order.fulfilment,
            "promised_at": order.promised_at,
            "reference": order.reference,
            "twins_within": TWINS_WITHIN,
            "customer": order.customer,
            "note": order.note,
            "table": order.table,
            "channel": order.channel,
            **{name: (order.amounts or {}).get(name) for name in ("currency", "total", "to_collect")},
            "start_by": start.by,
            "is_later": start.is_later and not order.begins_now,
            **(followed if order.promised_at is None else {name: followed[name] for name in _TIES}),
            "accept_within": (not is_confirmed and handling.accept_within) or None,
            "accept_then": handling.accept_then,
            "idempotency_key": idempotency_key,
            "idempotency_hash": order.fingerprint if idempotency_key is not None else None,
            "idempotency_sender": by.actor if idempotency_key is not None else None,
            "items": [item.routed(settings) for item in lines.items],
            "token": secrets.token_urlsafe(16),
            "changed_by": by.name,
            "actor": by.actor,
            "metadata": order.metadata,
        },
    ).scalar_one()
    if is_confirmed:
        seq = transitions.confirm_by_house(by.tenant_id, order_id)
    return order_id, seq


def _refuse_while_paused(order: NewOrder, by: Principal, restaurant_id: uuid.UUID) -> None:
    """Somebody said that nothing is taken in; or it is closed then, which people there may overrule."""
    held = pace.of_restaurant(by.tenant_id, restaurant_id)
    if held.state == PaceState.PAUSED:
        raise RestaurantPaused(held.until)
    wanted_at = order.promised_at or dt.datetime.now(dt.UTC)
    if not by.is_staff and not held.hours.is_open_at(wanted_at):
        raise RestaurantPaused(held.hours.opens_after(wanted_at))


def _followed(order_id: uuid.UUID | None, by: Principal, restaurant_id: uuid.UUID) -> dict[str, Any]:
    """The columns that tie an order to the one that it adds to; without a promise it is for later with it."""
    if order_id is None:
        return dict.fromkeys(_TIES)
    due = func.coalesce(Order.start_by, Order.follows_due, Order.placed_at)
    found = db.session.execute(
        select(Order.number, Order.start_by, Order.is_later, Order.status, due.label("due")).where(
            Order.tenant_id == by.tenant_id, Order.id == order_id, Order.restaurant_id == restaurant_id
        )
    ).one_or_none()
    if found is None:
        raise FollowsNoOrder("`follows` is the id of an order of this restaurant, and it has no such order.")
    tied = {"follows": order_id, "follows_number": found.number, "follows_due": found.due}
    is_later = found.is_later and found.status not in TERMINAL
    return tied | ({"start_by": found.start_by, "is_later": True} if is_later else {})
