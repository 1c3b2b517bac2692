"""Telling channels what becomes of their orders: a follower of the log adds jobs, and these call."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import exists, func, select

from ordertrack.channels import applying, connections, registry, wording
from ordertrack.channels.interface import Became, Channel, Connection, Nothing, Sentence, Told
from ordertrack.channels.models import ChannelConnection
from ordertrack.database.session import db, release_connection
from ordertrack.following import followers, jobs
from ordertrack.following.followers import Entries, Follower
from ordertrack.following.jobs import Again, Done, Failed, Job, NewJob, Outcome
from ordertrack.i18n.translate import marked
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import EventRecord
from ordertrack.orders.models import Order
from ordertrack.orders.reading import records
from ordertrack.outgoing.failures import CallFailed

TELL = "channel.tell"
TEST = "channel.test"
GIVES_UP_AFTER = dt.timedelta(hours=24)
"""What nobody could be told of until then is told no more: the order is long over."""
_WAITS = (5, 30, 120, 300, 900)  # seconds, the last one again and again
_PAUSED = 60.0
_SHOWN = 20
_NO_TELLING = "The connection has ended."


def register() -> None:
    """Have this be done wherever the log is followed."""
    followers.register(Follower("channels", follow, concerns))
    jobs.register(TELL, tell)
    jobs.register(TEST, test)


def follow(connection: DatabaseConnection, tenant_id: uuid.UUID, entries: Entries) -> None:
    """Add a job for each event of an order that came from a channel and is to be told there."""
    events = [each for each in entries if isinstance(each, EventRecord)]
    of_channels = _orders_of_channels(connection, tenant_id, {each.order_id for each in events})
    opened: dict[uuid.UUID, tuple[Channel, Connection] | None] = {}
    new = []
    for event in events:
        if event.order_id not in of_channels:
            continue
        connection_id, external_id = of_channels[event.order_id]
        if connection_id not in opened:
            opened[connection_id] = _opened(tenant_id, connection_id)
        if (found := opened[connection_id]) is None:
            continue
        channel, known = found
        is_arrival = event.from_status is None
        is_news = channel.told_of_arrivals if is_arrival else not is_from(event, connection_id)
        if is_news and channel.tells(known, event):
            payload = {
                "order": str(event.order_id),
                "number": event.number,
                "external_id": external_id,
                "to": event.to_status.value,
                "seq": event.cursor.seq,
            }
            lane = f"channel:{connection_id}:{event.order_id}"
            new.append(NewJob(TELL, lane, f"channel:{connection_id}", payload))
    jobs.add_all(connection, tenant_id, new)


def concerns(connection: DatabaseConnection, tenant_id: uuid.UUID) -> bool:
    """Whether the company is connected to any."""
    connected = exists().where(ChannelConnection.tenant_id == tenant_id, ChannelConnection.ended_at.is_(None))
    return bool(connection.scalar(select(connected)))


def is_from(event: EventRecord, connection_id: uuid.UUID) -> bool:
    """Whether the channel moved the order itself, and needs no telling."""
    said = event.metadata
    return said.get("source") == "channel" and said.get("connection", str(connection_id)) == str(
        connection_id
    )


def tell(job: Job) -> Outcome:
    """One call; whoever cannot be called is tried again, until it is too late for the order."""
    connection_id = uuid.UUID(job.destination.removeprefix("channel:"))
    row = connections.by_id(job.tenant_id, connection_id)
    channel = registry.find(row.channel) if row is not None else None
    if row is None or channel is None:
        return Failed(_NO_TELLING)
    if row.paused_at is not None:
        return Again(_PAUSED, "The connection pauses.")
    told = _told(job, connection_id)
    if told is None:
        return Failed("The order, or what happened to it, is not there any more.")
    is_late = dt.datetime.now(dt.UTC) - told.event.occurred_at > GIVES_UP_AFTER
    opened = connections.opened(row)
    release_connection()
    try:
        outcome = channel.tell(opened, told)
    except CallFailed as error:
        _note(job.tenant_id, connection_id, wording.of_failure(error))
        return Failed(str(error)) if is_late else Again(wait(job.tries), str(error))
    except Became as error:
        _note(job.tenant_id, connection_id, error.sentence)
        return Failed(str(error))
    if isinstance(outcome, Done):
        _note(job.tenant_id, connection_id, None)
        return outcome
    _note(job.tenant_id, connection_id, Sentence(_NOT_TAKEN, {"order": told.external_id}))
    if isinstance(outcome, Again):
        if is_late:
            return Failed(outcome.note)
        return Again(max(outcome.after_seconds, wait(job.tries)), outcome.note)
    return outcome


def wait(tries: int) -> int:
    """How many seconds after so many tries."""
    return _WAITS[min(max(tries, 1), len(_WAITS)) - 1]


def newest(row: ChannelConnection) -> list[Job]:
    """What the channel was told last, or is to be told, newest first."""
    connection, of = db.session.connection(), f"channel:{row.id}"
    return jobs.latest(connection, row.tenant_id, TELL, destination=of, most=_SHOWN)


def ask_test(row: ChannelConnection) -> None:
    """Have it tried whether the peer can be reached, beside this request; and commit."""
    row.tested_at, row.test_said = None, None
    db.session.flush()
    of = f"channel:{row.id}"
    jobs.add(db.session.connection(), row.tenant_id, TEST, f"{of}:test", of, {})
    db.session.commit()


def test(job: Job) -> Outcome:
    """Try it, and keep what came of it for the page that asked."""
    connection_id = uuid.UUID(job.destination.removeprefix("channel:"))
    row = connections.by_id(job.tenant_id, connection_id)
    channel = registry.find(row.channel) if row is not None else None
    if row is None or channel is None:
        return Failed(_NO_TELLING)
    opened = connections.opened(row)
    release_connection()
    is_well: bool | None = False
    try:
        sentence, is_well = channel.test(opened), True
    except CallFailed as error:
        sentence = wording.of_failure(error)
    except Became as error:
        sentence, is_well = error.sentence, None if isinstance(error, Nothing) else False
    row = connections.by_id(job.tenant_id, connection_id)
    if row is not None:
        row.tested_at = func.clock_timestamp()
        row.test_said = {"said": sentence.said, "values": dict(sentence.values), "is_well": is_well}
        if is_well is not None:
            connections.works(row) if is_well else connections.fails(row, sentence)
        db.session.flush()
    return Done(sentence.said)


def _orders_of_channels(
    connection: DatabaseConnection, tenant_id: uuid.UUID, order_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[uuid.UUID, str]]:
    """Of these orders those that came from channels: by which connection, and their ids there."""
    query = select(Order.id, Order.idempotency_sender, Order.idempotency_key).where(
        Order.tenant_id == tenant_id,
        Order.id.in_(order_ids),
        Order.idempotency_sender.startswith("channel:"),
    )
    rows: list[Any] = list(connection.execute(query)) if order_ids else []
    return {
        row.id: (uuid.UUID(row.idempotency_sender.removeprefix("channel:")), row.idempotency_key)
        for row in rows
    }


def _opened(tenant_id: uuid.UUID, connection_id: uuid.UUID) -> tuple[Channel, Connection] | None:
    row = connections.by_id(tenant_id, connection_id)
    channel = registry.find(row.channel) if row is not None else None
    return (channel, connections.opened(row)) if row is not None and channel is not None else None


def _told(job: Job, connection_id: uuid.UUID) -> Told | None:
    order_id, external_id = uuid.UUID(job.payload["order"]), job.payload["external_id"]
    order = records.find(job.tenant_id, order_id)
    seq = int(job.payload["seq"])
    events = event_log.events_after(job.tenant_id, seq - 1, 1, order_id=order_id, until=seq)
    if order is None or not events:
        return None
    return Told(external_id, order, events[0], applying.facts_of(job.tenant_id, connection_id, external_id))


def _note(tenant_id: uuid.UUID, connection_id: uuid.UUID, trouble: Sentence | None) -> None:
    """What its page says of it; nothing is written where it works as it did."""
    row = connections.by_id(tenant_id, connection_id)
    if row is None:
        return
    if trouble is not None:
        connections.fails(row, trouble)
    else:
        connections.works(row)
    db.session.flush()


_NOT_TAKEN = marked("It did not take what became of the order %(order)s.")
