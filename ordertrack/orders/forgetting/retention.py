"""For how long a company keeps what its orders say of guests: then it is masked, and the log stays whole."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import NamedTuple

import structlog
from flask import current_app
from sqlalchemy import ForeignKey, Uuid, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.config import KEPT_DAYS, Settings
from ordertrack.database.session import Base, Moment, db
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.orders.forgetting import masking
from ordertrack.tenants import audit
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.principal import Principal

_AT_ONCE = 500  # orders in one transaction: a tap on one of them waits for it
_log = structlog.get_logger(__name__)


class GuestRetention(Base):
    """`days` after an order was placed its guest is forgotten; None: as long as the house says.

    What was placed before `masked_before` is masked, or was to be begun later than that.
    """

    __tablename__ = "guest_retention"

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    days: Mapped[int | None]
    masked_before: Mapped[dt.datetime] = mapped_column(Moment, server_default=text("'-infinity'"))


class Retention(NamedTuple):
    """`chosen` by the company, `of_house` by whoever runs the server; days, None: without an end."""

    chosen: int | None
    of_house: int | None

    @property
    def days(self) -> int | None:
        return self.chosen if self.chosen is not None else self.of_house


def of_tenant(tenant_id: uuid.UUID) -> Retention:
    """What holds in the entered tenant."""
    chosen = db.session.scalar(select(GuestRetention.days).where(GuestRetention.tenant_id == tenant_id))
    settings: Settings = current_app.config["SETTINGS"]
    return Retention(chosen, settings.keep_guests_days)


def choose(days: int | None, *, by: Principal) -> bool:
    """Have it hold from now on; False if it did. ValueError says what to write instead."""
    least, most = KEPT_DAYS
    if days is not None and not least <= days <= most:
        raise ValueError(
            _("Write a number of days from %(least)s to %(most)s.", least=number(least), most=number(most))
        )
    before = of_tenant(by.tenant_id).chosen
    if before == days:
        return False
    written = insert(GuestRetention).values(tenant_id=by.tenant_id, days=days)
    db.session.execute(written.on_conflict_do_update(index_elements=["tenant_id"], set_={"days": days}))
    tenant = db.session.get_one(Tenant, by.tenant_id)
    audit.record(by, "company", tenant.slug, tenant.name, {"guests_kept": before}, {"guests_kept": days})
    db.session.commit()
    return True


def mask_due(tenant_id: uuid.UUID) -> int:
    """Mask what is older than is kept in the entered tenant, a part at a time; how many orders."""
    days = of_tenant(tenant_id).days
    if days is None:
        db.session.rollback()
        return 0
    until = db.session.execute(select(func.clock_timestamp() - dt.timedelta(days=days))).scalar_one()
    masked = mask_before(tenant_id, until)
    if masked:
        _log.info("guests were forgotten", tenant=str(tenant_id), orders=masked, older_than_days=days)
    return masked


def mask_before(tenant_id: uuid.UUID, until: dt.datetime) -> int:
    """Mask what was placed before then, and go on from there the next time."""
    asked = {"tenant_id": tenant_id, "most": _AT_ONCE, "after": None, "until": until}
    masked = 0
    while due := db.session.execute(_DUE, asked).all():
        done = masking.mask([row.id for row in due])
        db.session.commit()
        masked += done
        if not done:  # somebody has taken them up again
            break
        asked["after"] = due[-1].placed_at
    db.session.execute(_REACHED, {**asked, "after": None})
    db.session.commit()
    return masked


def look_again(tenant_id: uuid.UUID) -> None:
    """Part of the caller's transaction, which writes orders of long ago."""
    db.session.execute(_ANEW, {"tenant_id": tenant_id})


_BEFORE = """
    orders.tenant_id = :tenant_id AND masked_at IS NULL AND placed_at < :until
    AND placed_at >= coalesce(:after,
        (SELECT masked_before FROM guest_retention WHERE tenant_id = :tenant_id), '-infinity')
"""
# As `mask_orders` has it.
_IS_OVER = """
    (status IN ('completed', 'cancelled')
     OR greatest(status_since, promised_at, start_by) < clock_timestamp() - interval '7 days')
"""
# Most orders that are eaten here say nothing of anybody.
_DUE = text(f"""
    SELECT id, placed_at FROM orders WHERE {_BEFORE} AND {_IS_OVER}
       AND (customer IS NOT NULL OR note IS NOT NULL OR idempotency_sender LIKE 'channel:%' OR EXISTS (
            SELECT FROM order_items WHERE order_items.tenant_id = :tenant_id AND order_id = orders.id
               AND notes IS NOT NULL))
     ORDER BY placed_at, id LIMIT :most
""").bindparams(bindparam("after", type_=Moment))  # noqa: S608 (words of our own)
# Up to what may not be masked yet, as an order for a day to come.
_REACHED = text(f"""
    INSERT INTO guest_retention (tenant_id, masked_before)
    SELECT :tenant_id, coalesce(min(placed_at), :until) FROM orders
     WHERE {_BEFORE} AND NOT coalesce({_IS_OVER}, false)
    ON CONFLICT (tenant_id) DO UPDATE SET masked_before = excluded.masked_before
""").bindparams(bindparam("after", None, type_=Moment))  # noqa: S608 (as above)
_ANEW = text("UPDATE guest_retention SET masked_before = '-infinity' WHERE tenant_id = :tenant_id")
