"""Messages by e-mail: plain text in the guest's language, with the way out that mail programs offer.

(Sources: RFC 5322; List-Unsubscribe, RFC 2369; its single click, RFC 8058; Auto-Submitted, RFC 3834.)
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime

from ordertrack.i18n.translate import LANGUAGES, marked, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages import addresses
from ordertrack.messages.fields import Field
from ordertrack.messages.mail import smtp
from ordertrack.messages.transports import Message, Outcome, Settings, Way
from ordertrack.orders.reading.order_record import OrderRecord


def _mail_problem(value: str) -> str | None:
    return None if addresses.mail(value) else _("This is no e-mail address.")


def _port_problem(value: str) -> str | None:
    is_port = value.isascii() and value.isdecimal() and 0 < int(value) < 65_536
    return None if is_port else _("A port is a number like 587.")


def _host_problem(value: str) -> str | None:
    is_name = value.isascii() and all(each.isalnum() or each in "-.:" for each in value)
    return None if is_name else _("A server is a name like smtp.example.com.")


class Mail:
    """By the SMTP server of the company."""

    way = Way.MAIL
    name = marked("E-mail")
    fields = (
        Field("host", marked("Mail server"), check=_host_problem),
        Field("port", marked("Port"), default="587", check=_port_problem),
        Field(
            "security",
            marked("Encryption"),
            default=smtp.STARTTLS,
            choices=(
                (smtp.STARTTLS, "STARTTLS (587)"),
                (smtp.TLS, "TLS (465)"),
                (smtp.NONE, marked("none")),
            ),
        ),
        Field("user", marked("User name")),
        Field("password", marked("Password"), is_secret=True),
        Field("from", marked("E-mail address of the sender"), check=_mail_problem),
        Field("reply_to", marked("Where answers go, if elsewhere"), check=_mail_problem),
    )

    def address_of(self, order: OrderRecord) -> str | None:
        return addresses.mail_of(order)

    def is_set_up(self, settings: Settings) -> bool:
        return bool(settings.get("host") and settings.get("from"))

    def send(self, message: Message, settings: Settings) -> Outcome:
        server = smtp.Server(
            settings["host"],
            int(settings["port"] or "587"),
            settings["security"],
            settings["user"],
            settings["password"],
        )
        return smtp.send(server, mail_of(message, settings), settings["from"], message.address)


def mail_of(message: Message, settings: Settings) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    domain = settings["from"].rpartition("@")[2]
    with speaking(message.language):
        mail["Subject"] = _("%(restaurant)s: %(said)s", restaurant=message.sender, said=message.title)
        body = _body(message)
    mail["From"] = Address(message.sender, addr_spec=settings["from"])
    mail["To"] = Address(addr_spec=message.address)
    if settings["reply_to"]:
        mail["Reply-To"] = settings["reply_to"]
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.stop_link:
        mail["List-Unsubscribe"] = f"<{message.stop_link}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(body, cte="quoted-printable")
    mail["Content-Language"] = LANGUAGES[message.language].locale.language
    return mail


def _body(message: Message) -> str:
    parts = [message.text]
    if message.link:
        parts.append(_("See here how far it is:") + f"\n{message.link}")
    parts.append(message.sender)
    if message.stop_link:
        parts.append(_("No more messages about your orders:") + f"\n{message.stop_link}")
    return "\n\n".join(parts) + "\n"
