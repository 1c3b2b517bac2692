"""What is true of a company as a whole: what it is called, what it counts in, which languages it speaks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from flask import Flask
from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.locales import LANGUAGES
from ordertrack.i18n.money import is_currency
from ordertrack.i18n.translate import add_filters
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.models import Tenant

SPOKEN = tuple(dict.fromkeys(language.catalogue for language in LANGUAGES.values()))
"""The languages that a company can have its dishes and its people in, whatever their digits."""
DEFAULT_CURRENCY = "USD"


class Facts(NamedTuple):
    """`currency` by ISO 4217; `languages` of SPOKEN, the preferred one first."""

    name: str
    currency: str
    languages: tuple[str, ...]


_kept: Kept[uuid.UUID, Facts] = Kept()
_BY_ID = TenantQuery(
    select(Tenant.name, Tenant.currency, Tenant.languages).where(Tenant.id == bindparam("tenant_id"))
)


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, company=name_of)


def name_of(tenant_id: uuid.UUID) -> str | None:
    """The name of the entered tenant, as it is now or was a few seconds ago."""
    facts = _facts_of(tenant_id)
    return facts.name if facts else None


def currency_of(tenant_id: uuid.UUID) -> str:
    """What the entered tenant's prices are in, as it is now or was a few seconds ago."""
    facts = _facts_of(tenant_id)
    return facts.currency if facts else DEFAULT_CURRENCY


def languages_of(tenant_id: uuid.UUID) -> tuple[str, ...]:
    """The entered tenant's languages, the preferred one first; as above."""
    facts = _facts_of(tenant_id)
    return facts.languages if facts else SPOKEN


def checked_currency(code: str) -> str:
    """The currency of this code; ValueError says what to write instead."""
    code = code.strip().upper()
    if not is_currency(code):
        raise ValueError(_("Choose a currency by its code, like USD, EUR or LBP."))
    return code


def checked_languages(wanted: Sequence[str]) -> list[str]:
    """Each language once, in this order; ValueError says what to choose instead."""
    chosen = list(dict.fromkeys(wanted))
    if not chosen or not set(chosen) <= set(SPOKEN):
        raise ValueError(_("Choose at least one language that is spoken here: English, French or Arabic."))
    return chosen


def forget(tenant_id: uuid.UUID) -> None:
    """Have this process read anew what it keeps; others do within seconds."""
    _kept.forget(lambda kept: kept == tenant_id)


def _facts_of(tenant_id: uuid.UUID) -> Facts | None:
    return _kept.get(tenant_id, lambda: _read(tenant_id))


def _read(tenant_id: uuid.UUID) -> Facts | None:
    for row in _BY_ID.rows(tenant_id=tenant_id):
        return Facts(str(row.name), row.currency, tuple(row.languages))
    return None
