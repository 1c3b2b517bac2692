"""Orders, their items, their links, and the log of every transition."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Interval,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text
from ordertrack.restaurants.order_handling import AcceptThen
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet

_EMPTY = text("'{}'::jsonb")
_PHONE_TAIL = text(
    "right(regexp_replace(translate(customer ->> 'phone', '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'),"
    " '[^0-9]', '', 'g'), 7)"
)


class Order(Base):
    """One order. `version` counts its transitions; `(version, status)` must be those of its last event.

    `action_count` counts what was done to it besides; what follows it is what came of that. An idempotency
    key is its sender's own: the actor of the first event. `possible_double_of` is the number of an order that
    the same sender gave the same reference just before. `total` and `to_collect` are in the currency's minor
    units. `changed_in` is the revision of the last change, `changes_seen_in` the one up to which the kitchen
    has seen what concerns it, `unseen_fields` what was set since. An order that adds to another one has its
    number, and stands where that one was due.

    Delays are minutes, all that were said and those since the order has its status. By `start_by` it must be
    begun; what `is_later` is begun by a fire. Until `accept_by` somebody is to confirm it,
    `accept_then` is what the clock does if nobody has. `phone_tail` are the last digits of the phone.
    Since `masked_at` nothing is said of its guest.
    """

    __tablename__ = "orders"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "id", "version", "status"],
            [
                "order_status_events.tenant_id",
                "order_status_events.order_id",
                "order_status_events.version",
                "order_status_events.to_status",
            ],
            name="orders_status_is_last_event",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        UniqueConstraint("tenant_id", "restaurant_id", "business_date", "number"),
        UniqueConstraint("tenant_id", "idempotency_key", "idempotency_sender"),
        Index(
            "orders_of_tests",
            "tenant_id",
            "id",
            postgresql_where=text("idempotency_sender = 'program:test-order'"),
        ),
        Index("orders_board", "tenant_id", "restaurant_id", "status", "status_since"),
        Index("orders_newest", "tenant_id", "placed_at", "id"),
        Index("orders_newest_of_restaurant", "tenant_id", "restaurant_id", "placed_at", "id"),
        Index("orders_later", "tenant_id", "restaurant_id", "start_by", postgresql_where=text("is_later")),
        Index(
            "orders_to_accept",
            "tenant_id",
            "accept_by",
            postgresql_where=text("status = 'pending' AND accept_then <> 'nothing'"),
        ),
        Index(
            "orders_of_guest",
            "tenant_id",
            "phone_tail",
            "placed_at",
            postgresql_where=text("phone_tail IS NOT NULL"),
        ),
        ForeignKeyConstraint(["tenant_id", "follows"], ["orders.tenant_id", "orders.id"]),
        Index(
            "orders_that_follow",
            "tenant_id",
            "follows",
            postgresql_where=text("follows IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    business_date: Mapped[dt.date]
    number: Mapped[int]
    status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus))
    version: Mapped[int]
    status_since: Mapped[dt.datetime] = mapped_column(Moment)
    fulfilment: Mapped[Fulfilment] = mapped_column(stored_as_text(Fulfilment))
    placed_at: Mapped[dt.datetime] = mapped_column(Moment)
    promised_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    reference: Mapped[str | None]
    customer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    note: Mapped[str | None]
    table_name: Mapped[str | None]
    channel: Mapped[str | None]
    currency: Mapped[str | None]
    total: Mapped[int | None] = mapped_column(BigInteger)
    to_collect: Mapped[int | None] = mapped_column(BigInteger)
    follows: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    follows_number: Mapped[int | None]
    follows_due: Mapped[dt.datetime | None] = mapped_column(Moment)
    idempotency_key: Mapped[str | None]
    idempotency_hash: Mapped[str | None]
    idempotency_sender: Mapped[str | None]
    # Its column keeps the name that the commit before writes.
    action_count: Mapped[int] = mapped_column("acts", server_default=text("0"))
    is_rush: Mapped[bool] = mapped_column(server_default=text("false"))
    hold_reason: Mapped[str | None]
    rider: Mapped[str | None]
    acknowledged_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    possible_double_of: Mapped[int | None]
    changed_in: Mapped[int] = mapped_column(server_default=text("0"))
    changes_seen_in: Mapped[int] = mapped_column(server_default=text("0"))
    unseen_fields: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    delayed_by: Mapped[int] = mapped_column(server_default=text("0"))
    delayed_now: Mapped[int] = mapped_column(server_default=text("0"))
    start_by: Mapped[dt.datetime | None] = mapped_column(Moment)
    is_later: Mapped[bool] = mapped_column(server_default=text("false"))
    fired_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    accept_by: Mapped[dt.datetime | None] = mapped_column(Moment)
    accept_then: Mapped[AcceptThen] = mapped_column(
        stored_as_text(AcceptThen), server_default=text("'nothing'")
    )
    masked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    phone_tail: Mapped[str | None] = mapped_column(Computed(_PHONE_TAIL, persisted=True))


class OrderItem(Base):
    """One line of an order, in the order in which the customer gave them.

    `added_in` is the revision of the change that added it, None where it came with the order; `voided_in`
    that of the change that voided it. `sku` is that of the menu's dish which it was ordered as.
    """

    __tablename__ = "order_items"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    quantity: Mapped[int]
    notes: Mapped[str | None]
    modifiers: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    station: Mapped[str | None]
    is_done: Mapped[bool] = mapped_column(server_default=text("false"))
    added_in: Mapped[int | None]
    voided_in: Mapped[int | None]
    sku: Mapped[str | None]


class TrackingLink(Base):
    """The unguessable token (128 random bits) under which a customer watches one order."""

    __tablename__ = "tracking_links"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        Index("tracking_links_token", "token"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    token: Mapped[str]


class StatusEvent(Base):
    """One transition: who, when, from, to, and why. Written once, never changed.

    `kitchen_load` is how many orders the kitchen had then (up to 99); None where nobody counted. `open_lines`
    is how many lines were not struck off when the order was called ready; None for every other move.
    `rule_set` is the one that its tenant had then, which the schema writes. `is_early`: the order was for
    later then. `recorded_at`, which the schema writes too, never runs against `seq`. History was recorded
    after it happened; None, of before the column, is when it happened.
    """

    __tablename__ = "order_status_events"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        ForeignKeyConstraint(
            ["rule_set", "from_status", "to_status"],
            [
                "rule_set_transitions.rule_set",
                "rule_set_transitions.from_status",
                "rule_set_transitions.to_status",
            ],
            name="order_status_events_move_fkey",
        ),
        UniqueConstraint("tenant_id", "order_id", "version", "to_status"),
        Index("order_status_events_time", "occurred_at", "tenant_id"),
        Index(
            "order_status_events_cancelled",
            "tenant_id",
            "occurred_at",
            postgresql_where=text("to_status = 'cancelled'"),
        ),
        Index(
            "order_status_events_returned",
            "tenant_id",
            "occurred_at",
            postgresql_where=text(
                "(from_status = 'ready' AND to_status = 'preparing')"
                " OR (from_status = 'delivering' AND to_status = 'ready')"
            ),
        ),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    version: Mapped[int]
    from_status: Mapped[OrderStatus | None] = mapped_column(stored_as_text(OrderStatus))
    to_status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus))
    changed_by: Mapped[str]
    actor: Mapped[str]
    occurred_at: Mapped[dt.datetime] = mapped_column(Moment)
    in_status_for: Mapped[dt.timedelta | None] = mapped_column(Interval)
    event_metadata: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, server_default=_EMPTY)
    kitchen_load: Mapped[int | None] = mapped_column(SmallInteger)
    open_lines: Mapped[int | None] = mapped_column(SmallInteger)
    rule_set: Mapped[RuleSet] = mapped_column(stored_as_text(RuleSet), server_default=text("'strict'"))
    is_early: Mapped[bool] = mapped_column(server_default=text("false"))
    recorded_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class ActionEvent(Base):
    """One thing done to an order besides moving it. Shares the stream's positions with status events.

    `line` is the position of a struck line; `detail` the reason of a hold or a change, or a rider's name.
    `changes` says of a change its `revision`, which lines it `added` and `voided`, which `fields` it set.
    `recorded_at` is as a status event's.
    """

    __tablename__ = "order_actions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        Index("order_actions_order", "tenant_id", "order_id"),
        Index("order_actions_changes", "tenant_id", "occurred_at", postgresql_where=text("act = 'change'")),
        Index("order_actions_fires", "occurred_at", "tenant_id", postgresql_where=text("act = 'fire'")),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    order_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    act: Mapped[OrderAction] = mapped_column(stored_as_text(OrderAction))
    status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus))
    line: Mapped[int | None]
    detail: Mapped[str | None]
    changed_by: Mapped[str]
    actor: Mapped[str]
    occurred_at: Mapped[dt.datetime] = mapped_column(Moment)
    action_metadata: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, server_default=_EMPTY)
    minutes: Mapped[int | None]
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    recorded_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class ChangedValue(Base):
    """What a field of an order was before a change and after it; the log itself has no values."""

    __tablename__ = "changed_values"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "seq"], ["order_actions.tenant_id", "order_actions.seq"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[Any | None] = mapped_column(JSONB)
    after: Mapped[Any | None] = mapped_column(JSONB)


class StatusTransition(Base):
    """The pairs of the strict rules alone, which the commit before reads; a later revision drops it."""

    __tablename__ = "status_transitions"

    from_status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus), primary_key=True)
    to_status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus), primary_key=True)


class RuleSetTransition(Base):
    """The pairs of each rule set as the database's triggers know them; not tenant-owned."""

    __tablename__ = "rule_set_transitions"

    rule_set: Mapped[RuleSet] = mapped_column(stored_as_text(RuleSet), primary_key=True)
    from_status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus), primary_key=True)
    to_status: Mapped[OrderStatus] = mapped_column(stored_as_text(OrderStatus), primary_key=True)
    asks_reason: Mapped[bool]
