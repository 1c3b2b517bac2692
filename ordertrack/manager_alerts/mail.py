"""An alert as an e-mail, by the mail server of the company."""

from __future__ import annotations

import datetime as dt
import uuid
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from typing import Any

from ordertrack.database.session import release_connection
from ordertrack.following.jobs import Again, Done, Failed, Job, Outcome, Unknown
from ordertrack.i18n.translate import LANGUAGES, marked, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.manager_alerts import choices
from ordertrack.manager_alerts.kinds import ReportMail
from ordertrack.messages import providers
from ordertrack.messages.mail import smtp
from ordertrack.messages.transports import MayHaveGone, NotSent, Settings, Way
from ordertrack.tenants import company

_AGAIN_AFTER = 60.0  # seconds
_OF_THIS = marked("You asked to be alerted of this. To change that, open:")
_OF_REPORTS = marked("You asked for this mail. To change that, open:")


def is_set_up(tenant_id: uuid.UUID) -> bool:
    """Whether the company said by which server its mail goes."""
    provider = providers.of_tenant(tenant_id).get(Way.MAIL)
    return provider is not None and provider.is_set_up


def send(job: Job) -> Outcome:
    """Work of a mail job."""
    said = job.payload
    if dt.datetime.fromisoformat(said["until"]) <= dt.datetime.now(dt.UTC):
        return Failed("too late")
    found = choices.people(job.tenant_id, [uuid.UUID(said["staff_id"])])
    if not found or found[0].email is None:
        return Done("wanted no more")
    return _send(job, found[0].email, found[0].language, found[0].site, _OF_THIS)


def send_report(job: Job) -> Outcome:
    """Work of a job that tells how it went."""
    said = job.payload
    if dt.datetime.fromisoformat(said["until"]) <= dt.datetime.now(dt.UTC):
        return Failed("too late")
    found = choices.readers(job.tenant_id, ReportMail(said["report"]), [uuid.UUID(said["staff_id"])])
    if not found:
        return Done("wanted no more")
    return _send(job, found[0].email, found[0].language, found[0].site, _OF_REPORTS)


def _send(job: Job, address: str, language: str, site: str, why: str) -> Outcome:
    """`why` is the marked sentence that says why they get it."""
    if not is_set_up(job.tenant_id):
        return Failed("no mail server is set up")
    settings = providers.of_tenant(job.tenant_id)[Way.MAIL].settings
    made = _mail(job, address, language, company.name_of(job.tenant_id) or "ordertrack", settings)
    made.set_content(_body(job.payload, language, site, why), cte="quoted-printable")
    release_connection()
    answer = smtp.send(_server(settings), made, settings["from"], address)
    match answer:
        case MayHaveGone():
            return Unknown(answer.why)
        case NotSent():
            return Failed(answer.why) if answer.for_good else Again(_AGAIN_AFTER, answer.why)
    return Done(answer.reference)


def _server(settings: Settings) -> smtp.Server:
    port = int(settings["port"] or "587")
    return smtp.Server(settings["host"], port, settings["security"], settings["user"], settings["password"])


def _mail(job: Job, address: str, language: str, sender: str, settings: Settings) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = job.payload["title"]
    mail["From"] = Address(sender, addr_spec=settings["from"])
    mail["To"] = Address(addr_spec=address)
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<alert-{job.tenant_id}-{job.id}@{settings['from'].rpartition('@')[2]}>"
    mail["Content-Language"] = LANGUAGES[language].locale.language
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _body(said: dict[str, Any], language: str, site: str, why: str) -> str:
    site = site.removesuffix("/")
    with speaking(language):
        return f"{said['body']}\n\n{site}{said['path']}\n\n{_(why)}\n{site}/account/alerts\n"
