"""Founding a company on a page: the company, its owner, and its first steps, all or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from ordertrack.database.session import db, present_credential
from ordertrack.i18n.slugs import slug_of
from ordertrack.tenants import accounts
from ordertrack.tenants.credentials.codes import NoSuchCode
from ordertrack.tenants.credentials.passwords import hash_password
from ordertrack.tenants.models import FirstSteps, StaffMember, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import password_links, staff_accounts

_MOST_TRIED = 9


class Wanted(NamedTuple):
    """What was typed and looked at: the company's name, and who its owner is."""

    company: str
    name: str
    email: str
    password: str


def found(
    wanted: Wanted, *, currency: str, languages: Sequence[str], may_still: Callable[[], bool]
) -> StaffMember:
    """The owner of a new company, whose tenant is entered; they speak the first of its languages.

    `may_still` is asked in the transaction in which all of it is written, and spends what allows it: raises
    NoSuchCode if that is spent. Raises AccountError if somebody took a name at this moment.
    """
    db.session.commit()  # no connection is held while the hash is worked out
    password_hash = hash_password(wanted.password)
    slug = _free(slug_of(wanted.company, "company"))
    if not may_still():
        db.session.rollback()
        raise NoSuchCode
    tenant = accounts.add_tenant(wanted.company, slug, currency=currency, languages=languages)
    owner = staff_accounts.add_owner(tenant.id, wanted.name, wanted.email, languages[0])
    by = Principal(tenant.id, f"staff:{owner.id}", owner.name, owner.role)
    accounts.note_company(by, tenant, None, accounts.facts_of_company(tenant))
    password_links.choose_first(owner, password_hash)
    db.session.add(FirstSteps(tenant_id=tenant.id))
    db.session.commit()
    return owner


def _free(slug: str) -> str:
    """This short name, or one like it that no company has."""
    tried = [slug, *(f"{slug[:37]}-{number}" for number in range(2, _MOST_TRIED))]
    return next((each for each in tried if not _is_taken(each)), f"{slug[:31]}-{secrets.token_hex(4)}")


def _is_taken(slug: str) -> bool:
    present_credential("tenant_slug", slug)
    return db.session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is not None
