"""Shared tablets: a device becomes one board of one restaurant's, until somebody ends it."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update

from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.rules.roles import Role
from ordertrack.tenants import audit, most
from ordertrack.tenants.accounts import AccountError, checked_name, refuse
from ordertrack.tenants.models import Restaurant, Tablet
from ordertrack.tenants.principal import PICKUP, Principal, TabletPlace
from ordertrack.tenants.sessions.access import end_streams
from ordertrack.tenants.sessions.cookies import identity_of_tablet

BOARDS = {
    Role.KITCHEN.value: marked("Kitchen"),
    Role.DISPATCH.value: marked("Dispatch"),
    PICKUP: marked("Pickup"),
}
"""What a tablet may show, and how that is called."""

_OF_RESTAURANT = and_(Restaurant.tenant_id == Tablet.tenant_id, Restaurant.id == Tablet.restaurant_id)
_BY_ID = TenantQuery(
    select(
        Tablet.id,
        Tablet.name,
        Tablet.board,
        Tablet.restaurant_id,
        Restaurant.slug,
        Restaurant.name.label("restaurant_name"),
    )
    .join(Restaurant, _OF_RESTAURANT)
    .where(
        Tablet.tenant_id == bindparam("tenant_id"),
        Tablet.id == bindparam("tablet_id"),
        Tablet.ended_at.is_(None),
    )
)


def find(tenant_id: uuid.UUID, tablet_id: uuid.UUID) -> Principal | None:
    """The principal of a tablet that has not ended."""
    for row in _BY_ID.rows(tenant_id=tenant_id, tablet_id=tablet_id):
        place = TabletPlace(row.id, row.restaurant_id, row.slug, row.restaurant_name, row.board)
        # A pickup tablet has no role of its own; what it may open is said by its place alone.
        role = Role.DISPATCH if row.board == PICKUP else Role(row.board)
        return Principal(tenant_id, _actor(row.id), row.name, role, _actor(row.id), place)
    return None


def identity_of(tablet: Principal) -> str:
    assert tablet.tablet is not None
    return identity_of_tablet(tablet.tenant_id, tablet.tablet.id)


def in_use(tenant_id: uuid.UUID) -> list[Any]:
    """The tenant's tablets that have not ended, each a row (Tablet, Restaurant)."""
    return list(
        db.session.execute(
            select(Tablet, Restaurant)
            .join(Restaurant, _OF_RESTAURANT)
            .where(Tablet.tenant_id == tenant_id, Tablet.ended_at.is_(None))
            .order_by(Restaurant.name, Tablet.board, Tablet.name)
        )
    )


def set_up(restaurant_id: uuid.UUID, board: str, name: str, *, by: Principal) -> Principal:
    """A tablet of this restaurant (of `by`'s tenant) and board; AccountError if it cannot be as asked."""
    made = add(restaurant_id, board, name, by=by)
    db.session.commit()
    principal = find(by.tenant_id, made)
    assert principal is not None
    return principal


def add(restaurant_id: uuid.UUID, board: str, name: str, *, by: Principal) -> uuid.UUID:
    """The same as part of the caller's transaction: its id."""
    if not by.may_see(restaurant_id):
        raise AccountError(_("Choose the restaurant where the tablet stands."))
    refuse(most.tablets_reached(by.tenant_id))
    made = Tablet(
        tenant_id=by.tenant_id,
        id=uuid.uuid4(),
        restaurant_id=restaurant_id,
        board=checked_board(board),
        name=checked_name(name),
        set_up_by=by.name,
        actor=by.actor,
    )
    db.session.add(made)
    audit.record(by, "tablet", str(made.id), made.name, None, _facts(made), restaurant_id)
    db.session.flush()
    return made.id


def checked_board(board: str) -> str:
    if board not in BOARDS:
        raise AccountError(_("Choose which board the tablet shows."))
    return board


def end(tablet_id: uuid.UUID, *, by: Principal) -> str | None:
    """End a tablet, and every stream that it has open, at once; its name, or None if there is none in use."""
    of_some = [] if by.restaurants is None else [Tablet.restaurant_id.in_(each.id for each in by.restaurants)]
    ended = db.session.scalar(
        update(Tablet)
        .where(Tablet.tenant_id == by.tenant_id, Tablet.id == tablet_id, Tablet.ended_at.is_(None), *of_some)
        .values(ended_at=func.clock_timestamp())
        .returning(Tablet)
    )
    if ended is None:
        return None
    audit.record(by, "tablet", str(tablet_id), ended.name, _facts(ended), None, ended.restaurant_id)
    end_streams(_actor(tablet_id))
    return str(ended.name)


def _facts(tablet: Tablet) -> dict[str, str]:
    return {"name": tablet.name, "board": tablet.board}


def _actor(tablet_id: uuid.UUID) -> str:
    return f"tablet:{tablet_id}"
