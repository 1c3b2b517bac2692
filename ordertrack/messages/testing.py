"""A test message: sent as a real one would be, to whoever set the provider up."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Connection

from ordertrack.database.session import db, release_connection
from ordertrack.following import jobs
from ordertrack.following.jobs import Done, Failed, Job, NewJob, Unknown
from ordertrack.i18n import phones
from ordertrack.i18n.translate import current, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages import addresses, providers, transports
from ordertrack.messages.composing import site_of_house
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import Message, NotSent, Sent, Way
from ordertrack.tenants import company
from ordertrack.tenants.principal import Principal

TEST = "message_test"
_NUMBER = 42
_WITHIN = dt.timedelta(minutes=10)


def address_of(way: Way, text: str) -> str | None:
    """What was typed, as this transport takes it."""
    if "\0" in text:
        return None
    return addresses.mail(text) if way == Way.MAIL else phones.read(text, None).e164


def ask(by: Principal, way: Way, to: str) -> None:
    """Have it sent; committed."""
    said = {"way": way.value, "to": to, "language": current().tag}
    job = NewJob(TEST, f"test:{way.value}", f"messages:{way.value}", said)
    jobs.add_all(db.session.connection(), by.tenant_id, [job])
    db.session.commit()


def latest(connection: Connection, tenant_id: uuid.UUID, way: Way) -> Job | None:
    found = jobs.latest(connection, tenant_id, TEST, lane=f"test:{way.value}", most=1)
    return next(iter(found), None)


def send(job: Job) -> Done | Failed | Unknown:
    """The job of a test message; the tenant is entered. It is done once."""
    way = Way(job.payload["way"])
    transport = transports.of(way)
    provider = providers.of_tenant(job.tenant_id).get(way)
    if transport is None or provider is None or not provider.is_set_up:
        return Failed("not set up")
    message = _message(job, provider.hook)
    release_connection()
    match transport.send(message, provider.settings):
        case Sent():
            return Done()
        case NotSent(why=why):
            return Failed(why)
        case other:
            return Unknown(other.why)


def _message(job: Job, hook: str | None) -> Message:
    language = job.payload["language"]
    sender = company.name_of(job.tenant_id) or "ordertrack"
    with speaking(language):
        title = _("A test message")
        text = _("This is how messages of your orders arrive.")
    site = site_of_house()
    return Message(
        tenant_id=job.tenant_id,
        restaurant_id=job.tenant_id,
        order_id=None,
        id=uuid.uuid4(),
        kind=Kind.CONFIRMED,
        address=job.payload["to"],
        language=language,
        sender=sender,
        number=_NUMBER,
        title=title,
        text=text,
        link=None,
        until=dt.datetime.now(dt.UTC) + _WITHIN,
        report_to=f"{site}/hooks/messages/{hook}" if site and hook else None,
    )
