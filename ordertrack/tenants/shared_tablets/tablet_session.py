"""Who is on at a shared tablet: a person signs on with a PIN and gets a token, which every tap carries."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import PICKUP, Principal, TabletPlace
from ordertrack.web.problems import Problem, problem_of

LASTS = 16 * 60 * 60  # seconds: longer than any shift

_PERSON = TenantQuery(
    select(StaffMember.name, StaffMember.role, StaffMember.pin_hash, StaffMember.restaurant_ids).where(
        StaffMember.tenant_id == bindparam("tenant_id"),
        StaffMember.id == bindparam("staff_id"),
        StaffMember.revoked_at.is_(None),
    )
)


class PersonNeeded(Exception):
    """Nothing is done until somebody says, with a PIN, who does it; the message is for the person."""


def admits(tablet: TabletPlace, person: Any) -> bool:
    """Whether a staff member may sign on at the tablet: who is of its restaurant and board, or manages it."""
    if person.restaurant_ids is not None and tablet.restaurant_id not in person.restaurant_ids:
        return False
    is_manager = person.role in (Role.MANAGER, Role.OWNER)
    return tablet.board != PICKUP and (is_manager or person.role == tablet.board)


def token_of(tablet: Principal, staff_id: uuid.UUID, pin_hash: str) -> str:
    """What proves from now on that this person signed on at this tablet; worth nothing anywhere else."""
    assert tablet.tablet is not None
    said = [str(tablet.tenant_id), str(tablet.tablet.id), str(staff_id), _trace(pin_hash)]
    return str(_serializer().dumps(said))


def person_on(tablet: Principal, token: str) -> Principal:
    """The person whose token it is, as a principal who acts on this tablet; PersonNeeded for any other."""
    place = tablet.tablet
    assert place is not None
    staff_id, trace = _read(tablet, place, token)
    for person in _PERSON.rows(tenant_id=tablet.tenant_id, staff_id=staff_id):
        if person.pin_hash and trace == _trace(person.pin_hash) and admits(place, person):
            role = Role(person.role)
            return Principal(tablet.tenant_id, f"staff:{staff_id}", person.name, role, tablet.session, place)
    raise PersonNeeded(_("You are no longer signed on. Sign on again with your PIN; nothing was changed."))


def _read(tablet: Principal, place: TabletPlace, token: str) -> tuple[uuid.UUID, str]:
    if not token:
        raise PersonNeeded(_("Say who does this: choose your name and tap your PIN. Nothing was changed."))
    try:
        said: Any = _serializer().loads(token[:1000], max_age=LASTS)
        tenant_id, tablet_id, staff_id, trace = said
    except BadSignature:
        raise PersonNeeded(
            _("You signed on too long ago. Sign on again with your PIN; nothing was changed.")
        ) from None
    if (tenant_id, tablet_id) != (str(tablet.tenant_id), str(place.id)):
        raise PersonNeeded(
            _("You are signed on at another tablet. Sign on here with your PIN; nothing was changed.")
        )
    return uuid.UUID(staff_id), trace


def _trace(pin_hash: str) -> str:
    """Changes with the PIN and tells nothing of it: the hash is salted."""
    return sha256(pin_hash.encode()).hexdigest()[:16]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="signed on at a tablet")


@problem_of.register
def _person_needed(error: PersonNeeded) -> Problem:
    return Problem(403, str(error), headers={"X-Person": "needed"})
