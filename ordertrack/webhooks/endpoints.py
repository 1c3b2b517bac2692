"""Endpoints: made, changed, given other secrets, disabled and ended; each change stands in the audit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, update

from ordertrack.database.channels import ATTENTION_CHANNEL, JOBS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.orders.log import event_log
from ordertrack.outgoing import addresses, sealing
from ordertrack.tenants import audit
from ordertrack.tenants.keys import issuing
from ordertrack.tenants.principal import Principal
from ordertrack.webhooks import signing
from ordertrack.webhooks.kinds import KINDS
from ordertrack.webhooks.models import Disabled, Endpoint, Secret

MOST = 20
OVERLAP = dt.timedelta(days=1)
_AUDITED = "webhook"
_DROPPED = "The endpoint is disabled."


class NoSuchEndpoint(LookupError):
    """The tenant has none of this id, it was ended, or it is for more than the asker may see."""


class TooMany(ValueError):
    """The tenant has as many as it may have."""


class Made(NamedTuple):
    """`secret` is shown this once."""

    endpoint: Endpoint
    secret: str


def of(by: Principal) -> list[Endpoint]:
    """Those that the asker may see, oldest first."""
    found = db.session.scalars(
        select(Endpoint)
        .where(Endpoint.tenant_id == by.tenant_id, Endpoint.ended_at.is_(None))
        .order_by(Endpoint.made_at, Endpoint.id)
    )
    return [each for each in found if may_see(by, each.restaurant_ids)]


def may_see(by: Principal, restaurant_ids: Collection[uuid.UUID] | None) -> bool:
    """Whether somebody may see to an endpoint that is told of these restaurants: as with keys."""
    return by.actor == audit.OPERATOR or issuing.may_issue(by, restaurant_ids)


def find(by: Principal, endpoint_id: uuid.UUID) -> Endpoint:
    """One that was not ended; held until the transaction ends. Raises NoSuchEndpoint."""
    found = db.session.scalar(
        select(Endpoint)
        .where(Endpoint.tenant_id == by.tenant_id, Endpoint.id == endpoint_id, Endpoint.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or not may_see(by, found.restaurant_ids):
        raise NoSuchEndpoint(endpoint_id)
    return found


def make(
    by: Principal,
    url: str,
    kinds: Collection[str] | None = None,
    restaurant_ids: Sequence[uuid.UUID] | None = None,
) -> Made:
    """An endpoint that is told what happens from now on; raises AddressRefused or TooMany."""
    addresses.read(url)
    count = select(func.count()).where(Endpoint.tenant_id == by.tenant_id, Endpoint.ended_at.is_(None))
    if (db.session.scalar(count) or 0) >= MOST:
        raise TooMany
    made = Endpoint(
        tenant_id=by.tenant_id,
        id=uuid.uuid4(),
        url=url,
        kinds=_sorted(kinds),
        restaurant_ids=list(restaurant_ids) if restaurant_ids else None,
        since_seq=event_log.head(by.tenant_id).seq,
    )
    db.session.add(made)
    db.session.flush()
    secret = _add_secret(made)
    audit.record(by, _AUDITED, str(made.id), host_of(url), None, _facts(made))
    notify(JOBS_CHANNEL, str(made.tenant_id))  # from now on its log is followed
    db.session.commit()
    return Made(made, secret)


def change(
    endpoint: Endpoint,
    by: Principal,
    url: str,
    kinds: Collection[str] | None,
    restaurant_ids: Sequence[uuid.UUID] | None,
) -> None:
    """Where it is told, and of what from now on; raises AddressRefused. What waits already is told too."""
    addresses.read(url)
    before = _facts(endpoint)
    endpoint.url = url
    endpoint.kinds = _sorted(kinds)
    endpoint.restaurant_ids = list(restaurant_ids) if restaurant_ids else None
    _changed(endpoint, by, before)


def rotate(endpoint: Endpoint, by: Principal, overlap: dt.timedelta = OVERLAP) -> str:
    """Another secret, which is shown this once; the one of before is good beside it for a while."""
    now = dt.datetime.now(dt.UTC)
    ours = (Secret.tenant_id == endpoint.tenant_id, Secret.endpoint_id == endpoint.id)
    # Two are valid at most: what is older than the newest ends now.
    db.session.execute(delete(Secret).where(*ours, Secret.ends_at.is_not(None)))
    db.session.execute(update(Secret).where(*ours).values(ends_at=now + overlap))
    secret = _add_secret(endpoint)
    endpoint.version += 1
    audit.record(by, _AUDITED, str(endpoint.id), host_of(endpoint.url), {}, {"new_webhook_secret": True})
    db.session.commit()
    return secret


def previous_until(tenant_id: uuid.UUID) -> dict[uuid.UUID, dt.datetime]:
    """By endpoint, until when the secret of before is good, where one is."""
    rows = db.session.execute(
        select(Secret.endpoint_id, func.max(Secret.ends_at))
        .where(Secret.tenant_id == tenant_id, Secret.ends_at > func.clock_timestamp())
        .group_by(Secret.endpoint_id)
    )
    return {endpoint_id: until for endpoint_id, until in rows if until is not None}


def disable(endpoint: Endpoint, by: Principal) -> None:
    """Tell it nothing from now on, and of what waits neither."""
    before = _facts(endpoint)
    stop(endpoint, Disabled.MANAGER)
    _changed(endpoint, by, before)


def enable(endpoint: Endpoint, by: Principal) -> None:
    """Tell it what happens from now on; of what happened meanwhile it is told by a replay."""
    before = _facts(endpoint)
    endpoint.disabled_at = endpoint.disabled_why = endpoint.failing_since = None
    endpoint.since_seq = event_log.head(by.tenant_id).seq
    notify(ATTENTION_CHANNEL, str(endpoint.tenant_id))
    notify(JOBS_CHANNEL, str(endpoint.tenant_id))
    _changed(endpoint, by, before)


def end(endpoint: Endpoint, by: Principal) -> None:
    """It is told nothing any more; its secrets are gone."""
    before = _facts(endpoint)
    endpoint.ended_at = dt.datetime.now(dt.UTC)
    db.session.execute(
        delete(Secret).where(Secret.tenant_id == endpoint.tenant_id, Secret.endpoint_id == endpoint.id)
    )
    audit.record(by, _AUDITED, str(endpoint.id), host_of(endpoint.url), before, None)
    db.session.flush()
    jobs.drop(db.session.connection(), endpoint.tenant_id, endpoint.destination, _DROPPED)
    notify(ATTENTION_CHANNEL, str(endpoint.tenant_id))
    db.session.commit()


def stop(endpoint: Endpoint, why: Disabled) -> None:
    """Disable it, as a part of the caller's transaction; note which entry is the first it was not told of."""
    if endpoint.disabled_at is not None:
        return
    connection = db.session.connection()
    first = jobs.oldest_open(connection, endpoint.tenant_id, endpoint.destination)
    seq = first and first.payload.get("seq")
    endpoint.stopped_seq = int(seq) if seq else event_log.head(endpoint.tenant_id).seq + 1
    endpoint.disabled_at = dt.datetime.now(dt.UTC)
    endpoint.disabled_why = why
    endpoint.version += 1
    db.session.flush()
    jobs.drop(connection, endpoint.tenant_id, endpoint.destination, _DROPPED)
    notify(ATTENTION_CHANNEL, str(endpoint.tenant_id))


def host_of(url: str) -> str:
    """What people call an endpoint: paths and queries may hold what is nobody's business."""
    return urlsplit(url).hostname or url[:40]


def _changed(endpoint: Endpoint, by: Principal, before: dict[str, object]) -> None:
    endpoint.version += 1
    audit.record(by, _AUDITED, str(endpoint.id), host_of(endpoint.url), before, _facts(endpoint))
    db.session.commit()


def _add_secret(endpoint: Endpoint) -> str:
    secret = signing.new_secret()
    db.session.add(
        Secret(
            tenant_id=endpoint.tenant_id,
            id=uuid.uuid4(),
            endpoint_id=endpoint.id,
            sealed_secret=sealing.seal(secret.encode()),
        )
    )
    db.session.flush()
    return secret


def _sorted(kinds: Collection[str] | None) -> list[str] | None:
    return [each for each in KINDS if each in kinds] if kinds else None


def _facts(endpoint: Endpoint) -> dict[str, object]:
    parts = urlsplit(endpoint.url)
    return {
        "url": f"{parts.scheme}://{parts.netloc}{parts.path}",
        "kinds": endpoint.kinds,
        "restaurants": endpoint.restaurant_ids,
        "disabled": endpoint.disabled_at is not None,
    }
