"""What each manager wants to be alerted of, and by mail or not: theirs to say, and nobody else's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, any_, literal, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.i18n.translate import SOURCE, tag_of
from ordertrack.i18n.translate import gettext as _
from ordertrack.manager_alerts.kinds import AlertKind, ReportMail
from ordertrack.manager_alerts.models import AlertChoice
from ordertrack.rules.roles import Role
from ordertrack.tenants import audit
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import Principal


class ChangedMeanwhile(RuntimeError):
    """It is not what the page showed any more."""

    def __init__(self) -> None:
        super().__init__(_("You have chosen otherwise meanwhile, on another page. Nothing was saved."))


@dataclass(frozen=True, slots=True)
class Choice:
    kinds: tuple[AlertKind, ...] = ()
    by_mail: bool = False
    reports: tuple[ReportMail, ...] = ()

    @property
    def names(self) -> list[str]:
        """What is kept of it, besides whether alerts come by mail."""
        return [each.value for each in (*self.kinds, *self.reports)]

    @property
    def seen(self) -> str:
        """By which a form says what it showed."""
        return ",".join([*self.names, *(["mail"] if self.by_mail else [])])


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who wants to be alerted, in their language (a tag).

    `email` only if they want mail, which leads back to the `site`.
    """

    staff_id: uuid.UUID
    language: str
    email: str | None
    site: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who wants mails about how it went in these restaurants (None: in all)."""

    staff_id: uuid.UUID
    language: str
    email: str
    site: str
    restaurants: frozenset[uuid.UUID] | None


def read(kinds: Collection[str], by_mail: bool) -> Choice:
    """What a form said; what nobody offers is left out."""
    return Choice(
        tuple(kind for kind in AlertKind if kind.value in kinds),
        by_mail,
        tuple(report for report in ReportMail if report.value in kinds),
    )


def of_person(principal: Principal) -> Choice:
    row = db.session.get(AlertChoice, (principal.tenant_id, principal.staff_id))
    return Choice() if row is None else read(row.kinds, row.by_mail)


def save(principal: Principal, wanted: Choice, seen: str, site: str) -> bool:
    """From now on; False if it was so already. Raises ChangedMeanwhile if it is not what was `seen`."""
    before = of_person(principal)
    if before == wanted:
        return False
    if before.seen != seen:
        raise ChangedMeanwhile
    said = {
        "kinds": wanted.names,
        "by_mail": wanted.by_mail,
        "site": site,
        "saved_at": dt.datetime.now(dt.UTC),
    }
    key = {"tenant_id": principal.tenant_id, "staff_id": principal.staff_id}
    made = insert(AlertChoice).values(**key, **said)
    db.session.execute(made.on_conflict_do_update(index_elements=list(key), set_=said))
    audit.record(principal, "person", str(principal.staff_id), principal.name, _facts(before), _facts(wanted))
    db.session.commit()
    return True


def wanting(tenant_id: uuid.UUID, kind: AlertKind, restaurant_id: uuid.UUID | None) -> list[Recipient]:
    """Who wants to be alerted of this kind of trouble there: managers and owners who see that restaurant."""
    person = and_(StaffMember.tenant_id == AlertChoice.tenant_id, StaffMember.id == AlertChoice.staff_id)
    rows = db.session.execute(
        select(StaffMember, AlertChoice)
        .join(AlertChoice, person)
        .where(AlertChoice.tenant_id == tenant_id, literal(kind.value) == any_(AlertChoice.kinds))
        .where(StaffMember.revoked_at.is_(None), StaffMember.role.in_([Role.MANAGER, Role.OWNER]))
        .order_by(StaffMember.id)
    )
    return [
        _recipient(member, choice)
        for member, choice in rows
        if member.restaurant_ids is None or (restaurant_id in member.restaurant_ids)
    ]


def readers(
    tenant_id: uuid.UUID, report: ReportMail, staff_ids: Collection[uuid.UUID] | None = None
) -> list[Reader]:
    """Who wants this mail, of these people (None: of all): managers and owners with an address."""
    person = and_(StaffMember.tenant_id == AlertChoice.tenant_id, StaffMember.id == AlertChoice.staff_id)
    query = (
        select(StaffMember, AlertChoice)
        .join(AlertChoice, person)
        .where(AlertChoice.tenant_id == tenant_id, literal(report.value) == any_(AlertChoice.kinds))
        .where(StaffMember.revoked_at.is_(None), StaffMember.role.in_([Role.MANAGER, Role.OWNER]))
        .order_by(StaffMember.id)
    )
    if staff_ids is not None:
        query = query.where(StaffMember.id.in_(list(staff_ids)))
    return [
        Reader(
            member.id,
            tag_of(member.language) or SOURCE,
            member.email,
            choice.site,
            None if member.restaurant_ids is None else frozenset(member.restaurant_ids),
        )
        for member, choice in db.session.execute(query)
        if member.email
    ]


def people(tenant_id: uuid.UUID, staff_ids: Collection[uuid.UUID]) -> list[Recipient]:
    """Those of these who may still be told: whom an end is told, as the beginning was."""
    person = and_(StaffMember.tenant_id == AlertChoice.tenant_id, StaffMember.id == AlertChoice.staff_id)
    rows = db.session.execute(
        select(StaffMember, AlertChoice)
        .join(AlertChoice, person)
        .where(AlertChoice.tenant_id == tenant_id, AlertChoice.staff_id.in_(list(staff_ids)))
        .where(StaffMember.revoked_at.is_(None))
        .order_by(StaffMember.id)
    )
    return [_recipient(member, choice) for member, choice in rows]


def _recipient(member: StaffMember, choice: AlertChoice) -> Recipient:
    language = tag_of(member.language) or SOURCE
    return Recipient(member.id, language, member.email if choice.by_mail else None, choice.site)


def _facts(choice: Choice) -> dict[str, object]:
    return {"alerts": choice.names, "alerts_by_mail": choice.by_mail}
