"""The pictures that guests know restaurants by: kept by their digest, named by versions of the brand."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.restaurants import brand, pictures
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.models import Logo
from ordertrack.restaurants.pictures import UnusablePicture
from ordertrack.restaurants.save import save_brand
from ordertrack.restaurants.versioned import refuse
from ordertrack.tenants.principal import Principal

_DIGEST = re.compile(r"[0-9a-f]{32}", re.ASCII)
_BY_DIGEST = TenantQuery(select(Logo.png).where(Logo.digest == bindparam("digest")).limit(1), "logo_digest")


def save(
    restaurant_id: uuid.UUID, file: bytes | None, *, by: Principal, seen: int | None = None
) -> Brand | None:
    """Show guests this picture (None: none), and commit; None if they see it already.

    Raises UnusableSettings, also if somebody else saved meanwhile, and LookupError for no restaurant of the
    tenant; then nothing is saved.
    """
    digest = None
    if file is not None:
        try:
            png = pictures.logo_of(file)
        except UnusablePicture as error:
            refuse({"logo": str(error)})
        digest = sha256(png).hexdigest()[:32]
        kept = insert(Logo).values(tenant_id=by.tenant_id, digest=digest, png=png)
        db.session.execute(kept.on_conflict_do_nothing())
    held = brand.read(by.tenant_id, restaurant_id)
    if held is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {by.tenant_id}")
    return save_brand(replace(held, logo=digest), by=by, seen=seen)


def find(digest: str) -> bytes | None:
    """The picture of this digest, whosever it is."""
    if not _DIGEST.fullmatch(digest):
        return None
    for row in _BY_DIGEST.rows(setting=digest, digest=digest):
        return bytes(row.png)
    return None
