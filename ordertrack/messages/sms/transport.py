"""Short messages: worded for telephones, counted in parts, without a link where a country forbids them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

from ordertrack.i18n import phones
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, speaking
from ordertrack.messages import addresses, wording
from ordertrack.messages.fields import Field
from ordertrack.messages.sms import by_form, segments, twilio
from ordertrack.messages.transports import Message, Outcome, Sent, Settings, Way
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.outgoing import addresses as outgoing
from ordertrack.outgoing.client import AddressRefused

LONGEST_LINES = 2000


def address_problem(value: str) -> str | None:
    try:
        outgoing.read(by_form.without_places(value))
    except AddressRefused:
        return _("An address begins with https://, and is one of the public internet.")
    return _places_problem(value)


def price_problem(value: str) -> str | None:
    try:
        price = Decimal(value)
    except InvalidOperation:
        return _("A price is a number like 0.045.")
    return None if price.is_finite() and 0 <= price < 1000 else _("A price is a number like 0.045.")


def _places_problem(value: str) -> str | None:
    odd = by_form.problem_with_places(value)
    return _("There is no place %(name)s.", name=f"{{{odd}}}") if odd else None


def _countries_problem(value: str) -> str | None:
    odd = [each for each in _countries(value) if not (len(each) == 2 and each.isalpha() and each.isascii())]
    return _("Countries are written like AE, SA, with commas between.") if odd else None


def _countries(value: str) -> list[str]:
    return [each.strip().upper() for each in value.replace(";", ",").split(",") if each.strip()]


class Sms:
    """By Twilio's form, or by one that is described."""

    way = Way.SMS
    name = marked("SMS")
    fields = (
        Field(
            "provider",
            marked("Provider"),
            default="twilio",
            hint=marked("Who sends the short messages. For Twilio, open an account at twilio.com first."),
            choices=(("twilio", "Twilio"), ("form", marked("another provider"))),
        ),
        Field(
            "account",
            marked("Account (Twilio: Account SID)"),
            hint=marked("On the first page of the Twilio console, under Account Info; it begins with AC."),
        ),
        Field(
            "token",
            marked("Token (Twilio: Auth Token)"),
            is_secret=True,
            hint=marked("It stands there too, below the Account SID; show it and copy it."),
        ),
        Field(
            "from",
            marked("From: number, name or messaging service"),
            hint=marked(
                "A number that you have bought there (Phone Numbers, Active numbers), or a name where your"
                " country allows names."
            ),
        ),
        Field(
            "address",
            marked("Address that is called"),
            default=twilio.ADDRESS,
            longest=1000,
            check=address_problem,
            kind="url",
            hint=marked("Stays as it is with Twilio."),
        ),
        Field(
            "no_links_to",
            marked("Countries whose networks forbid links"),
            hint=marked("like AE, SA: guests there get the message without the link"),
            check=_countries_problem,
        ),
        Field(
            "price",
            marked("Price of a part"),
            check=price_problem,
            kind="decimal",
            hint=marked("What the provider charges, to add up what messages cost. May be left empty."),
        ),
        Field(
            "method",
            marked("Method"),
            is_of_another=True,
            default="POST",
            choices=(("POST", "POST"), ("GET", "GET")),
        ),
        Field(
            "body_type",
            marked("The body is"),
            is_of_another=True,
            default="json",
            choices=(("json", "JSON"), ("form", marked("a form")), ("xml", "XML")),
        ),
        Field(
            "body",
            marked("Body"),
            is_of_another=True,
            kind="lines",
            longest=LONGEST_LINES,
            hint=marked("with {to}, {digits}, {text}, {from}, {id} and {secret} in it"),
            check=_places_problem,
        ),
        Field(
            "authorization",
            marked("Header Authorization"),
            is_of_another=True,
            hint=marked("like Bearer {secret}"),
            check=_places_problem,
        ),
        Field(
            "success_path",
            marked("Where the answer says that it was taken"),
            is_of_another=True,
            hint=marked("like messages.0.status; empty: any answer 2xx"),
        ),
        Field(
            "success_value",
            marked("What stands there then"),
            is_of_another=True,
            hint=marked("several with commas between; empty: anything"),
        ),
        Field("reference_path", marked("Where its number of the message stands"), is_of_another=True),
    )

    def address_of(self, order: OrderRecord) -> str | None:
        return addresses.number_of(order)

    def is_set_up(self, settings: Settings) -> bool:
        needed = ("account", "token", "from") if settings.get("provider") == "twilio" else ("address",)
        return all(settings.get(name) for name in needed)

    def send(self, message: Message, settings: Settings) -> Outcome:
        text = text_of(message, settings)
        counted = segments.count(text)
        if settings["provider"] == "twilio":
            left = int((message.until - dt.datetime.now(dt.UTC)).total_seconds())
            sent = twilio.send(settings, message.address, text, left, message.report_to)
        else:
            sent = by_form.send(settings, message.address, text, str(message.id))
        if isinstance(sent, Sent):
            return Sent(sent.reference, cost_of(counted.segments, settings), counted.segments)
        return sent


def text_of(message: Message, settings: Settings) -> str:
    """As a telephone gets it: who tells it, what, and the link where links may be sent."""
    with speaking(message.language):
        text = wording.in_one(message.sender, message.text)
    link = message.link if phones.region_of(message.address) not in no_links_to(settings) else None
    return segments.plain(f"{text} {link}" if link else text)


def no_links_to(settings: Settings) -> frozenset[str]:
    return frozenset(_countries(settings.get("no_links_to", "")))


def cost_of(number: int, settings: Settings) -> Decimal | None:
    price = settings.get("price")
    return Decimal(price) * number if price else None
