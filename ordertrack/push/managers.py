"""The browsers that managers want to be alerted on: each for as long as its person is signed in there."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.push.models import ManagerBrowser
from ordertrack.push.subscription import Subscription
from ordertrack.tenants.models import StaffMember, StaffSession
from ordertrack.tenants.principal import Principal


def keep(principal: Principal, told: Subscription, site: str) -> None:
    """Alert this browser from now on; it was somebody else's before, if another person signed in there.

    A part of the caller's transaction.
    """
    said = {
        "staff_id": principal.staff_id,
        "session_id": principal.session_id,
        "sealed_subscription": told.sealed(),
        "site": site,
    }
    key = {"tenant_id": principal.tenant_id, "digest": told.digest}
    made = insert(ManagerBrowser).values(**key, **said)
    db.session.execute(made.on_conflict_do_update(index_elements=list(key), set_=said))


def of_people(tenant_id: uuid.UUID, staff_ids: Collection[uuid.UUID]) -> list[ManagerBrowser]:
    """Those of these people on which their sign-in was not ended. One that ran out by itself still counts."""
    query = _signed_in(tenant_id).where(ManagerBrowser.staff_id.in_(list(staff_ids)))
    return list(db.session.scalars(query.order_by(ManagerBrowser.made_at, ManagerBrowser.digest)))


def find(tenant_id: uuid.UUID, digest: str) -> ManagerBrowser | None:
    """This one, unless the sign-in there was ended."""
    return db.session.scalar(_signed_in(tenant_id).where(ManagerBrowser.digest == digest))


def _signed_in(tenant_id: uuid.UUID) -> Select[ManagerBrowser]:
    signed_in = and_(
        StaffSession.tenant_id == ManagerBrowser.tenant_id, StaffSession.id == ManagerBrowser.session_id
    )
    person = and_(
        StaffMember.tenant_id == ManagerBrowser.tenant_id, StaffMember.id == ManagerBrowser.staff_id
    )
    return (
        select(ManagerBrowser)
        .join(StaffSession, signed_in)
        .join(StaffMember, person)
        .where(ManagerBrowser.tenant_id == tenant_id)
        .where(StaffSession.ended_at.is_(None), StaffMember.revoked_at.is_(None))
    )


def end(tenant_id: uuid.UUID, digest: str, staff_id: uuid.UUID | None = None) -> None:
    """It is alerted no more; with `staff_id` only if it is theirs. A part of the caller's transaction."""
    query = delete(ManagerBrowser).where(
        ManagerBrowser.tenant_id == tenant_id, ManagerBrowser.digest == digest
    )
    db.session.execute(query if staff_id is None else query.where(ManagerBrowser.staff_id == staff_id))
