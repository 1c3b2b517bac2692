"""The riders of a restaurant: what they are called, their phones, and who of them is here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, func, select, update

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n import names
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, number
from ordertrack.restaurants import versioned
from ordertrack.restaurants.models import ListedRider
from ordertrack.restaurants.versioned import refuse, saving
from ordertrack.tenants import audit
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

LONGEST_NAME, LONGEST_PHONE = 60, 30
MOST_RIDERS = 100
_OVERTAKEN = marked(
    "Somebody else changed this rider meanwhile. Saving once more replaces what they said by what stands"
    " here."
)


@dataclass(frozen=True, slots=True)
class Rider:
    """Somebody who carries orders; `is_here` while they work, on the road or not.

    `version` is the roster's at the rider's last change.
    """

    name: str
    phone: str | None = None
    is_here: bool = False
    version: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Roster:
    """The riders, those who are here first; `version` grows whenever one is saved."""

    riders: tuple[Rider, ...] = ()
    version: int = 0

    def find(self, name: str) -> Rider | None:
        """The rider of this name, whatever its case and blanks."""
        wanted = names.key(name)
        return next((rider for rider in self.riders if names.key(rider.name) == wanted), None)


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Roster:
    """The roster of one restaurant; raises LookupError if the tenant has none of this id."""
    found = versioned.kept("roster", tenant_id, restaurant_id, lambda: _read(tenant_id, restaurant_id))
    if found is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
    return found


def save(
    restaurant_id: uuid.UUID,
    wanted: Rider,
    *,
    by: Principal,
    known_as: str | None = None,
    seen: int | None = None,
) -> bool:
    """Put a rider on the roster, or replace the one who is `known_as` this, and commit; False if that holds.

    `seen` is the version of the rider that this one was thought of from. Raises UnusableSettings, also where
    another rider has the name, nobody is known as this, or somebody else changed the rider meanwhile, and
    LookupError for no restaurant of the tenant; then nothing is saved.
    """
    with saving(restaurant_id, by):
        roster = _read(by.tenant_id, restaurant_id) or Roster()
        before = roster.find(wanted.name if known_as is None else known_as)
        if before is None and known_as is not None:
            refuse({"name": _("Somebody else took this rider off the list meanwhile.")})
        if before is not None and seen not in (None, before.version):
            refuse({"seen": _(_OVERTAKEN)})
        return _put(restaurant_id, by, roster, before, wanted)


def change(restaurant_id: uuid.UUID, name: str, *, by: Principal, **fields: Any) -> bool:
    """Change what is named of a rider's `phone` and `is_here`, and commit; False if that holds already.

    Who is not on the roster is put there. Raises as `save` does.
    """
    with saving(restaurant_id, by):
        roster = _read(by.tenant_id, restaurant_id) or Roster()
        before = roster.find(name)
        return _put(restaurant_id, by, roster, before, replace(before or Rider(name), **fields))


def remove(restaurant_id: uuid.UUID, name: str, *, by: Principal) -> bool:
    """Take a rider off the roster, erase the phone, and commit; False if nobody there has this name."""
    with saving(restaurant_id, by):
        roster = _read(by.tenant_id, restaurant_id) or Roster()
        before = roster.find(name)
        if before is not None:
            _write(restaurant_id, by, roster, before, {"phone": None, "is_here": False, "is_listed": False})
    return before is not None


def _problems_of(wanted: Rider) -> dict[str, str]:
    problems = {}
    fields = (("name", wanted.name, LONGEST_NAME), ("phone", wanted.phone, LONGEST_PHONE))
    for name, text, longest in fields:
        if text is None:
            continue
        try:
            plain_text(text, longest)
        except UnusableText as error:
            problems[name] = _("This %(problem)s.", problem=error)
    return problems


def _put(
    restaurant_id: uuid.UUID, by: Principal, roster: Roster, before: Rider | None, wanted: Rider
) -> bool:
    wanted = Rider(names.tidy(wanted.name), wanted.phone and wanted.phone.strip(), wanted.is_here)
    refuse(_problems_of(wanted))
    if before == wanted:
        return False
    if roster.find(wanted.name) not in (None, before):
        refuse({"name": _("Another rider has this name.")})
    if before is None and len(roster.riders) >= MOST_RIDERS:
        refuse({"name": _("A restaurant can have %(most)s riders.", most=number(MOST_RIDERS))})
    written = {"name": wanted.name, "phone": wanted.phone, "is_here": wanted.is_here}
    _write(restaurant_id, by, roster, before, written | {"name_key": names.key(wanted.name)})
    return True


def _write(
    restaurant_id: uuid.UUID,
    by: Principal,
    roster: Roster,
    before: Rider | None,
    written: Mapping[str, object],
) -> None:
    _note(restaurant_id, by, before, written)
    said = {"version": roster.version + 1, "saved_by": by.name, "actor": by.actor}
    where = {"tenant_id": by.tenant_id, "restaurant_id": restaurant_id}
    if before is None:
        db.session.add(ListedRider(**where, **written, **said))
    else:
        db.session.execute(
            update(ListedRider)
            .filter_by(**where, name_key=names.key(before.name), is_listed=True)
            .values(**written, **said, saved_at=func.clock_timestamp())
        )
    notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")


def _note(
    restaurant_id: uuid.UUID, by: Principal, before: Rider | None, written: Mapping[str, object]
) -> None:
    """In the audit; a phone that was erased must not live on there."""
    was = {"name": before.name, "is_here": before.is_here} if before is not None else None
    became: dict[str, object] | None = None
    if written.get("is_listed", True):
        became = {name: written[name] for name in ("name", "is_here")}
        if before is not None and written["phone"] != before.phone:
            became["phone_changed"] = True
    label = str(before.name if before is not None else written["name"])
    audit.record(by, "rider", names.key(label), label, was, became, restaurant_id)


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Roster | None:
    rows = list(_READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id))
    if not rows:
        return None
    listed = (Rider(row.name, row.phone, row.is_here, row.version) for row in rows if row.is_listed)
    return Roster(_in_order(listed), max(row.version or 0 for row in rows))


def _in_order(riders: Iterable[Rider]) -> tuple[Rider, ...]:
    return tuple(sorted(riders, key=lambda rider: (not rider.is_here, names.key(rider.name))))


# One row without a rider where nobody is listed: a restaurant that is not there has none.
_READ = TenantQuery(
    select(
        Restaurant.id,
        ListedRider.name,
        ListedRider.phone,
        ListedRider.is_here,
        ListedRider.is_listed,
        ListedRider.version,
    )
    .outerjoin(
        ListedRider,
        (ListedRider.tenant_id == Restaurant.tenant_id) & (ListedRider.restaurant_id == Restaurant.id),
    )
    .where(Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.id == bindparam("restaurant_id"))
)
