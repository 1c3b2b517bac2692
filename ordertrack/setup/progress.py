"""How far a company has come with its first steps, as what there is tells: nobody ticks them off."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from flask import Flask
from sqlalchemy import ARRAY, BindParameter, Text, and_, any_, bindparam, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import add_filters, marked
from ordertrack.orders.models import Order
from ordertrack.rules.state_machine import TERMINAL
from ordertrack.tenants.models import FirstSteps, Restaurant, StaffMember, Tablet, Tenant


class Step(NamedTuple):
    """`name` stands in its endpoint, and is the name of what says whether it is done."""

    name: str
    title: str

    @property
    def endpoint(self) -> str:
        return f"first_steps.{self.name}"


STEPS = (
    Step("restaurant", marked("Your restaurant")),
    Step("people", marked("Who works there")),
    Step("board", marked("A board on a tablet")),
    Step("test_order", marked("A test order")),
)


class Progress(NamedTuple):
    """By the name of each step whether it is done; `is_put_away` if nobody wants to see the list any more."""

    restaurant: bool
    people: bool
    board: bool
    test_order: bool
    test_order_id: uuid.UUID | None
    is_put_away: bool

    def is_done(self, step: Step) -> bool:
        return bool(getattr(self, step.name))

    @property
    def done(self) -> int:
        return sum(map(self.is_done, STEPS))

    @property
    def next(self) -> Step | None:
        return next((step for step in STEPS if not self.is_done(step)), None)

    @property
    def is_open(self) -> bool:
        """Whether the managers' first page still leads there."""
        return not self.is_put_away and self.next is not None


_MINE: BindParameter[uuid.UUID] = bindparam("tenant_id")
_READ = TenantQuery(
    select(
        exists().where(Restaurant.tenant_id == _MINE).label("restaurant"),
        exists()
        .where(
            StaffMember.tenant_id == _MINE,
            StaffMember.pin_hash.is_not(None),
            StaffMember.revoked_at.is_(None),
        )
        .label("people"),
        exists().where(Tablet.tenant_id == _MINE, Tablet.ended_at.is_(None)).label("board"),
        exists()
        .where(
            and_(
                Order.tenant_id == _MINE,
                Order.id == FirstSteps.test_order_id,
                cast(Order.status, Text) == any_(bindparam("ended", type_=ARRAY(Text))),
            )
        )
        .label("test_order"),
        FirstSteps.test_order_id,
        or_(FirstSteps.tenant_id.is_(None), FirstSteps.put_away_at.is_not(None)).label("is_put_away"),
    )
    .select_from(Tenant)
    .outerjoin(FirstSteps, FirstSteps.tenant_id == Tenant.id)
    .where(Tenant.id == _MINE)
)


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, first_steps=open_of)


def of(tenant_id: uuid.UUID) -> Progress:
    """How far the entered tenant has come; of one that was not founded on a page the list is put away."""
    (row,) = _READ.rows(tenant_id=tenant_id, ended=[status.value for status in TERMINAL])
    return Progress(*row)


def open_of(tenant_id: uuid.UUID) -> Progress | None:
    """The same, if there is something of it still to be shown."""
    found = of(tenant_id)
    return found if found.is_open else None


def put_away(tenant_id: uuid.UUID) -> None:
    _set(tenant_id, put_away_at=func.clock_timestamp())


def remember_test_order(tenant_id: uuid.UUID, order_id: uuid.UUID) -> None:
    _set(tenant_id, test_order_id=order_id)


def _set(tenant_id: uuid.UUID, **values: object) -> None:
    made = insert(FirstSteps).values(tenant_id=tenant_id, **values)
    db.session.execute(made.on_conflict_do_update(index_elements=[FirstSteps.tenant_id], set_=values))
    db.session.commit()
