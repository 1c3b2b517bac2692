"""Looking for troubles: an alert begins, is told and ends in one transaction with what it makes others do.

It is all in the database: whoever looks next goes on from there, after a restart or on another host.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ARRAY, Function, Text, cast, delete, func, select, text
from sqlalchemy.exc import DBAPIError

from ordertrack.database.session import db, enter_tenant
from ordertrack.following import jobs
from ordertrack.following.jobs import NewJob
from ordertrack.manager_alerts import choices, delivery, troubles, wording
from ordertrack.manager_alerts.choices import Recipient
from ordertrack.manager_alerts.kinds import AlertKind
from ordertrack.manager_alerts.models import ManagerAlert
from ordertrack.manager_alerts.standing import Step, step
from ordertrack.manager_alerts.troubles import Found
from ordertrack.orders.due.open_orders import OPEN
from ordertrack.restaurants import cache

EVERY = 10.0  # seconds
RESTS_TIMES = 3
"""As long as it looked: of thousands of tenants it takes no more of a core, and comes round later."""
LONGEST_REST = 0.5
KEPT_FOR = dt.timedelta(days=30)
STIRS_FOR = dt.timedelta(minutes=15)
"""After an event: what it brought about may be a trouble though no order is open any more."""
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('alerts:' || :tenant, 0))")
_TEXTS = ARRAY(Text)
_log = structlog.get_logger(__name__)


def look(tenant_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Look once in the entered tenant, and tell what is to be told. Commits."""
    now = now or dt.datetime.now(dt.UTC)
    found = {(each.kind, each.subject): each for each in troubles.read(tenant_id)}
    db.session.execute(_ONE_AT_A_TIME, {"tenant": str(tenant_id)})
    known = {(each.kind, each.subject): each for each in _standing(tenant_id)}
    told: list[NewJob] = []
    for kind, subject in {**known, **found}:
        key = (kind, subject)
        told += _go_on(tenant_id, kind, known.get(key), found.get(key), now)
    _forget(tenant_id, now - KEPT_FOR)
    jobs.add_all(db.session.connection(), tenant_id, told)
    db.session.commit()


def _go_on(
    tenant_id: uuid.UUID, kind: AlertKind, alert: ManagerAlert | None, found: Found | None, now: dt.datetime
) -> Iterable[NewJob]:
    """Every step that is due of one alert."""
    made: list[NewJob] = []
    while (taken := step(kind, alert, found is not None, now)) is not None:
        if taken == Step.BEGIN:
            assert found is not None
            alert = _begin(tenant_id, found, now)
            continue
        assert alert is not None
        if taken == Step.TELL:
            assert found is not None
            made += _tell(alert, found, now)
        elif taken == Step.GO:
            alert.gone_at = now
        elif taken == Step.RETURN:
            alert.gone_at = None
        else:
            if taken == Step.END:
                made += _tell_end(alert, now)
            else:
                db.session.delete(alert)
            break
    db.session.flush()
    return made


def _begin(tenant_id: uuid.UUID, found: Found, now: dt.datetime) -> ManagerAlert:
    alert = ManagerAlert(
        tenant_id=tenant_id,
        id=uuid.uuid4(),
        kind=found.kind,
        subject=found.subject,
        restaurant_id=found.restaurant_id,
        began_at=now,
        told_to=[],
    )
    db.session.add(alert)
    return alert


def _tell(alert: ManagerAlert, found: Found, now: dt.datetime) -> Iterable[NewJob]:
    recipients = choices.wanting(alert.tenant_id, alert.kind, alert.restaurant_id)
    alert.told_at = now
    alert.told_to = [each.staff_id for each in recipients]
    _, zone = _place(alert, now)
    words = {
        language: wording.begun(found, alert.began_at, zone, language) for language in _languages(recipients)
    }
    return delivery.jobs_of(alert, recipients, words, found.path, now)


def _tell_end(alert: ManagerAlert, now: dt.datetime) -> Iterable[NewJob]:
    """Whoever was told that it began is told that it is over."""
    assert alert.gone_at is not None
    alert.ended_at = now
    recipients = choices.people(alert.tenant_id, alert.told_to)
    name, zone = _place(alert, now)
    words = {
        language: wording.over(alert.kind, name, alert.began_at, alert.gone_at, zone, language)
        for language in _languages(recipients)
    }
    return delivery.jobs_of(alert, recipients, words, "/", now)


def _place(alert: ManagerAlert, now: dt.datetime) -> tuple[str, ZoneInfo]:
    """The restaurant's name and zone; of what is no restaurant's, the zone of the first."""
    restaurants = cache.of_tenant(alert.tenant_id)
    for each in restaurants:
        if each.id == alert.restaurant_id:
            return each.name, each.calendar.zone_on(each.calendar.day_of(now))
    zone = restaurants[0].calendar.zone_on(now.date()) if restaurants else ZoneInfo("UTC")
    return "", zone


def _languages(recipients: Iterable[Recipient]) -> list[str]:
    return sorted({each.language for each in recipients})


def _standing(tenant_id: uuid.UUID) -> list[ManagerAlert]:
    query = select(ManagerAlert).where(ManagerAlert.tenant_id == tenant_id, ManagerAlert.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(ManagerAlert.began_at, ManagerAlert.id)))


def _forget(tenant_id: uuid.UUID, before: dt.datetime) -> None:
    db.session.execute(
        delete(ManagerAlert).where(ManagerAlert.tenant_id == tenant_id, ManagerAlert.ended_at < before)
    )


def look_everywhere() -> None:
    """Look in each tenant in which somebody wants to be alerted, and something is under way or fails."""
    wanted = [each.value for each in AlertKind]
    since = dt.datetime.now(dt.UTC) - STIRS_FOR
    is_open = [each.value for each in OPEN]
    in_each(func.tenants_to_alert(cast(wanted, _TEXTS), cast(is_open, _TEXTS), since), look)


def in_each(tenants_of: Function[Any], do: Callable[[uuid.UUID], None]) -> None:
    """Do it in each of the tenants that a function names. One tenant's trouble is not everybody's."""
    tenants = list(db.session.scalars(select(tenants_of)))
    db.session.rollback()
    for tenant_id in tenants:
        began = time.monotonic()
        try:
            enter_tenant(tenant_id)
            do(tenant_id)
        except DBAPIError:
            raise
        except Exception:
            _log.exception("nobody could look what is to be told", tenant=str(tenant_id))
        finally:
            db.session.rollback()
            db.session.expunge_all()
        time.sleep(min((time.monotonic() - began) * RESTS_TIMES, LONGEST_REST))
