"""The rule set by which all orders of a tenant move: which one holds, who chose it, and when."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, select

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import versioned
from ordertrack.restaurants.versioned import SavedVersion, refuse
from ordertrack.rules.state_machine import RuleSet
from ordertrack.tenants import audit
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.stream import SavedRuleSet, TenantStream


@dataclass(frozen=True, slots=True)
class Choice:
    """What holds; `version` counts the choices, 0 is none yet."""

    rule_set: RuleSet
    version: int


def of_tenant(tenant_id: uuid.UUID) -> Choice:
    """What holds for a tenant, as it is now or was a few seconds ago."""
    found = versioned.kept("rule set", tenant_id, None, lambda: read(tenant_id))
    assert found is not None
    return found


def read(tenant_id: uuid.UUID) -> Choice:
    """What holds for a tenant now."""
    for row in _READ.rows(tenant_id=tenant_id):
        return Choice(RuleSet(row.rule_set), row.version)
    raise LookupError(f"no tenant {tenant_id}")


def choose(wanted: RuleSet, *, by: Principal, seen: int | None = None) -> bool:
    """Have `by`'s tenant go by this rule set from its next move on, and commit; False if it does already.

    `seen` is the version of the choice that this one was made from. Raises UnusableSettings if somebody else
    has chosen since; then nothing is saved. What was moved before stays as legal as it was.
    """
    try:
        stream = db.session.scalars(
            select(TenantStream).where(TenantStream.tenant_id == by.tenant_id).with_for_update()
        ).one()
        newest = db.session.scalar(_NEWEST, {"tenant_id": by.tenant_id}) or 0
        if seen not in (None, newest):
            refuse({"seen": _("Somebody else chose meanwhile: see what was chosen below.")})
        is_changed = stream.rule_set != wanted
        if is_changed:
            _save(stream, wanted, newest + 1, by)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    versioned.forget(by.tenant_id, None)
    return is_changed


def history(tenant_id: uuid.UUID) -> list[SavedVersion[RuleSet]]:
    """Every choice, newest first."""
    rows = db.session.scalars(
        select(SavedRuleSet).where(SavedRuleSet.tenant_id == tenant_id).order_by(SavedRuleSet.version)
    ).all()
    before = [None, *(row.rule_set for row in rows)]
    made = zip(before, rows, strict=False)
    return [SavedVersion(was, row.rule_set, row.saved_by, row.saved_at) for was, row in made][::-1]


def chosen_lately(tenant_id: uuid.UUID, within: dt.timedelta) -> list[uuid.UUID]:
    """The restaurants of the entered tenant, if it chose another rule set within a while; else none."""
    found = list(db.session.scalars(_CHOSEN_LATELY, {"tenant_id": tenant_id, "within": within}))
    db.session.rollback()
    return found


def _save(stream: TenantStream, wanted: RuleSet, version: int, by: Principal) -> None:
    audit.record(by, "rules", "", "", {"rule_set": stream.rule_set}, {"rule_set": wanted})
    stream.rule_set = wanted
    db.session.add(
        SavedRuleSet(
            tenant_id=by.tenant_id, version=version, rule_set=wanted, saved_by=by.name, actor=by.actor
        )
    )
    restaurants = select(Restaurant.id).where(Restaurant.tenant_id == by.tenant_id)
    for restaurant_id in db.session.scalars(restaurants):
        notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")


_NEWEST = select(func.max(SavedRuleSet.version)).where(SavedRuleSet.tenant_id == bindparam("tenant_id"))
_CHOSEN_LATELY = select(Restaurant.id).where(
    Restaurant.tenant_id == bindparam("tenant_id"),
    exists().where(
        SavedRuleSet.tenant_id == bindparam("tenant_id"),
        SavedRuleSet.saved_at > func.clock_timestamp() - bindparam("within"),
    ),
)
_READ = TenantQuery(
    select(TenantStream.rule_set, func.coalesce(_NEWEST.scalar_subquery(), 0).label("version")).where(
        TenantStream.tenant_id == bindparam("tenant_id")
    )
)
