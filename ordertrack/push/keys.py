"""A company's keys for web push: made when they are first asked for, and kept sealed by the house."""

from __future__ import annotations

import uuid

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, b64urlencode
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.outgoing import sealing
from ordertrack.push.models import PushKeys

_SECRET = 32  # bytes


def public_key(tenant_id: uuid.UUID) -> str:
    """What browsers are given when they subscribe. Commits."""
    return _kept(tenant_id).public_key


def pair(tenant_id: uuid.UUID) -> Vapid02:
    """What signs for the push services."""
    secret = sealing.unseal(_kept(tenant_id).sealed_key)
    return Vapid02(ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1()))


def _kept(tenant_id: uuid.UUID) -> PushKeys:
    query = select(PushKeys).where(PushKeys.tenant_id == tenant_id)
    kept = db.session.scalar(query)
    if kept is None:
        _make(tenant_id)
        kept = db.session.scalars(query).one()
    return kept


def _make(tenant_id: uuid.UUID) -> None:
    """Of two who make a pair at once, one's is kept."""
    made = ec.generate_private_key(ec.SECP256R1())
    public = made.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = made.private_numbers().private_value.to_bytes(_SECRET)
    values = {"tenant_id": tenant_id, "public_key": b64urlencode(public), "sealed_key": sealing.seal(secret)}
    db.session.execute(insert(PushKeys).values(values).on_conflict_do_nothing())
    db.session.commit()
