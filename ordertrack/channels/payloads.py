"""What came from channels: kept raw for two weeks with what became of it, to be played again."""

from __future__ import annotations

import datetime as dt
import traceback
import uuid
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

import structlog
from sqlalchemy import and_, func, select, tuple_, update
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ordertrack.channels import applying
from ordertrack.channels.interface import Became, Channel, Nothing, Payload, Sentence, Way
from ordertrack.channels.models import ChannelConnection, ChannelPayload
from ordertrack.database.session import db
from ordertrack.i18n.translate import marked, speaking
from ordertrack.orders.models import Order

MOST_SUSPECT = 100
"""Of one connection in a day, those that do not prove to be the peer's: enough to see what is wrong."""
MOST_TRIES = 20
A_PAGE = 50
_AT_ONCE = 200  # that are cleaned up in one transaction
_log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    RECEIVED = "received"
    DONE = "done"
    NOTHING = "nothing"
    REFUSED = "refused"


class NoSuchPayload(LookupError):
    """There is none of this id, or it is older than what is kept."""


class TooManySuspects(Exception):
    """More came of which nobody knows whether it is the peer's than is kept."""


class Shown(NamedTuple):
    """A payload without its body, for lists; `number` is the order's, `size` in bytes."""

    id: uuid.UUID
    received_at: dt.datetime
    way: str
    topic: str
    external_id: str | None
    outcome: str
    reason: str | None
    reason_values: dict[str, object] | None
    order_id: uuid.UUID | None
    number: int | None
    size: int


def keep(row: ChannelConnection, payloads: Sequence[Payload], way: Way) -> list[uuid.UUID]:
    """Keep what came and commit: from here on nothing of it is lost. The ids of those that are to be settled.

    What was asked for and is the same as before is not kept twice. Raises TooManySuspects.
    """
    kept = []
    for payload in payloads:
        digest = _digest(payload)
        if way == Way.ASKED and _is_known(row, digest):
            continue
        if payload.is_suspect and _suspects(row) >= MOST_SUSPECT:
            db.session.rollback()
            raise TooManySuspects
        made = ChannelPayload(
            tenant_id=row.tenant_id,
            id=uuid.uuid4(),
            connection_id=row.id,
            way=way.value,
            topic=_storable(payload.topic)[:100],
            external_id=payload.external_id and _storable(payload.external_id)[:100],
            headers=dict(payload.headers) | ({_SUSPECT: "1"} if payload.is_suspect else {}),
            body=payload.body,
            digest=digest,
        )
        db.session.add(made)
        kept.append(made.id)
    db.session.commit()
    return kept


def settle(row: ChannelConnection, channel: Channel, payload_id: uuid.UUID) -> Outcome:
    """Make of a payload what it says, note what became of it, and commit; waits while the connection pauses.

    Whatever is wrong with it is noted and not raised. What the database could not do now is done later; if it
    is not there to note even that, it raises.
    """
    kept = db.session.get(ChannelPayload, (row.tenant_id, payload_id))
    if kept is None or row.paused_at is not None:
        return Outcome.RECEIVED
    try:
        became = _became(row, channel, kept)
    except (OperationalError, InternalError, PoolTimeout) as error:
        db.session.rollback()
        _log.warning("a payload waits for the database", payload=str(payload_id), kind=type(error).__name__)
        is_last = kept.tries + 1 >= MOST_TRIES
        became = _What(Outcome.REFUSED, Sentence(_NOT_NOW)) if is_last else _What(Outcome.RECEIVED)
    _note(kept, became)
    return became.outcome


class _What(NamedTuple):
    """What became of a payload."""

    outcome: Outcome
    sentence: Sentence | None = None
    order_id: uuid.UUID | None = None


def _became(row: ChannelConnection, channel: Channel, kept: ChannelPayload) -> _What:
    payload_id = kept.id
    try:
        with speaking("en"):
            done = applying.apply_all(row, channel, _as_it_came(kept))
    except Became as error:
        outcome = Outcome.NOTHING if isinstance(error, Nothing) else Outcome.REFUSED
        return _What(outcome, error.sentence, error.order_id)
    except (OperationalError, InternalError, PoolTimeout):
        raise
    except Exception as error:
        # Its message may hold what a guest wrote, and so stays out of the log.
        db.session.rollback()
        where = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        _log.error("a payload was not understood", payload=str(payload_id), kind=type(error).__name__, at=at)
        return _What(Outcome.REFUSED, Sentence(_NOT_UNDERSTOOD, {"problem": type(error).__name__}))
    return _What(Outcome.DONE if done.is_anything else Outcome.NOTHING, done.sentence, done.order_id)


def _as_it_came(kept: ChannelPayload) -> Payload:
    return Payload(
        kept.topic,
        kept.body,
        kept.external_id,
        kept.headers,
        is_suspect=_SUSPECT in kept.headers,
        received_at=kept.received_at,
        way=Way(kept.way),
    )


def waiting(tenant_id: uuid.UUID, since: dt.timedelta) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Connection and id of each that was received so long ago and not settled, oldest first."""
    query = (
        select(ChannelPayload.connection_id, ChannelPayload.id)
        .join(
            ChannelConnection,
            and_(
                ChannelConnection.tenant_id == ChannelPayload.tenant_id,
                ChannelConnection.id == ChannelPayload.connection_id,
            ),
        )
        .where(
            ChannelPayload.tenant_id == tenant_id,
            ChannelPayload.outcome == Outcome.RECEIVED.value,
            ChannelPayload.received_at <= func.clock_timestamp() - since,
            ChannelConnection.paused_at.is_(None),
            ChannelConnection.ended_at.is_(None),
        )
        .order_by(ChannelPayload.received_at, ChannelPayload.id)
        .limit(_AT_ONCE)
    )
    return [(found.connection_id, found.id) for found in db.session.execute(query)]


def newest(
    row: ChannelConnection, outcome: str | None = None, before: uuid.UUID | None = None
) -> list[Shown]:
    """A page of what came, newest first; `before`: what came before that one."""
    query = (
        select(
            ChannelPayload.id,
            ChannelPayload.received_at,
            ChannelPayload.way,
            ChannelPayload.topic,
            ChannelPayload.external_id,
            ChannelPayload.outcome,
            ChannelPayload.reason,
            ChannelPayload.reason_values,
            ChannelPayload.order_id,
            Order.number,
            func.octet_length(ChannelPayload.body).label("size"),
        )
        .outerjoin(
            Order, and_(Order.tenant_id == ChannelPayload.tenant_id, Order.id == ChannelPayload.order_id)
        )
        .where(ChannelPayload.tenant_id == row.tenant_id, ChannelPayload.connection_id == row.id)
        .order_by(ChannelPayload.received_at.desc(), ChannelPayload.id.desc())
        .limit(A_PAGE + 1)
    )
    if outcome is not None:
        query = query.where(ChannelPayload.outcome == outcome)
    if before is not None:
        at = select(ChannelPayload.received_at, ChannelPayload.id).where(
            ChannelPayload.tenant_id == row.tenant_id, ChannelPayload.id == before
        )
        query = query.where(tuple_(ChannelPayload.received_at, ChannelPayload.id) < at.scalar_subquery())
    return [Shown(*found) for found in db.session.execute(query)]


def find(row: ChannelConnection, payload_id: uuid.UUID) -> ChannelPayload:
    """One payload of the connection; raises NoSuchPayload."""
    found = db.session.get(ChannelPayload, (row.tenant_id, payload_id))
    if found is None or found.connection_id != row.id:
        raise NoSuchPayload(payload_id)
    return found


def _note(kept: ChannelPayload, became: _What) -> None:
    """An order that it was of once stays beside it."""
    sentence, is_settled = became.sentence, became.outcome != Outcome.RECEIVED
    values = {name: _storable(value) for name, value in sentence.values.items()} if sentence else None
    db.session.execute(
        update(ChannelPayload)
        .where(ChannelPayload.tenant_id == kept.tenant_id, ChannelPayload.id == kept.id)
        .values(
            outcome=became.outcome.value,
            reason=sentence and sentence.said,
            reason_values=values,
            order_id=func.coalesce(became.order_id, ChannelPayload.order_id),
            settled_at=func.clock_timestamp() if is_settled else None,
            tries=ChannelPayload.tries + 1,
        )
    )
    db.session.commit()
    db.session.expire(kept)


def _storable(said: object) -> str:
    """Without what no text in the database holds."""
    return str(said).replace("\0", "").encode("utf-8", "replace").decode()


def _digest(payload: Payload) -> str:
    """Equal for two that say the same state of the same order, or that are the same to the byte."""
    if payload.is_suspect or payload.state is None:
        said = payload.topic.encode("utf-8", "replace") + b"\0" + payload.body
    else:
        said = f"{payload.external_id}\0{payload.state}".encode("utf-8", "replace")
    return sha256(said).hexdigest()


def _is_known(row: ChannelConnection, digest: str) -> bool:
    query = select(ChannelPayload.id).where(
        ChannelPayload.tenant_id == row.tenant_id,
        ChannelPayload.connection_id == row.id,
        ChannelPayload.digest == digest,
    )
    return db.session.execute(query.limit(1)).first() is not None


def was_called(row: ChannelConnection) -> bool:
    """Whether the peer has called with what proves to be its own, as far as is kept."""
    called = select(ChannelPayload.id).where(
        ChannelPayload.tenant_id == row.tenant_id,
        ChannelPayload.connection_id == row.id,
        ChannelPayload.way == Way.CALLED.value,
        ~ChannelPayload.headers.has_key(_SUSPECT),
    )
    return db.session.scalar(called.limit(1)) is not None


def _suspects(row: ChannelConnection) -> int:
    query = select(func.count()).where(
        ChannelPayload.tenant_id == row.tenant_id,
        ChannelPayload.connection_id == row.id,
        ChannelPayload.received_at > func.now() - dt.timedelta(days=1),
        ChannelPayload.headers.has_key(_SUSPECT),
    )
    return db.session.scalar(query) or 0


_SUSPECT = "ordertrack-suspect"
_NOT_UNDERSTOOD = marked(
    "This could not be read (%(problem)s): it has another form than this channel is known to send."
)
_NOT_NOW = marked("The database did not take this in; play it again.")
