"""Messages by WhatsApp: approved templates, to whoever agreed to them.

Sending: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages.
What is refused and why: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

import json
import re

from ordertrack.i18n.translate import LANGUAGES, digits, marked, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages import addresses, calls
from ordertrack.messages.fields import Field
from ordertrack.messages.sms.transport import address_problem, cost_of, price_problem
from ordertrack.messages.transports import MayHaveGone, Message, NotSent, Outcome, Sent, Settings, Way
from ordertrack.messages.whatsapp import templates
from ordertrack.orders.reading.order_record import OrderRecord

ADDRESS = "https://graph.facebook.com/v23.0"
_PREFIX = re.compile(r"[a-z0-9_]{0,40}")
_ID = re.compile(r"[0-9]{1,30}")
# Of the account or of the moment: rates, what is not available, a limit of the number, money.
_FOR_LATER = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 131057, 133004})
_STOPPED = 131050  # the guest wants no more of this business


def _prefix_problem(value: str) -> str | None:
    return None if _PREFIX.fullmatch(value) else _("Small letters, digits and _ only.")


def _id_problem(value: str) -> str | None:
    return None if _ID.fullmatch(value) else _("This is a number of many digits.")


class WhatsApp:
    """By the company's own number of the Cloud API."""

    way = Way.WHATSAPP
    name = marked("WhatsApp")
    fields = (
        Field(
            "phone_number_id",
            marked("Phone number ID"),
            check=_id_problem,
            hint=marked(
                "At developers.facebook.com make an app with WhatsApp and open WhatsApp, API Setup: it stands"
                " below the number that sends. It is not the number itself."
            ),
        ),
        Field(
            "token",
            marked("Access token"),
            is_secret=True,
            longest=1000,
            hint=marked(
                "In the settings of your business at Meta, under System users: make one, give it the app, and"
                " generate a token that does not expire. The one of API Setup ends after a day."
            ),
        ),
        Field(
            "app_secret",
            marked("App secret"),
            is_secret=True,
            hint=marked("In the app under App settings, Basic. With it we know that reports come from Meta."),
        ),
        Field(
            "verify_token",
            marked("Verify token of the webhook"),
            is_secret=True,
            hint=marked(
                "Any word that you make up. Save it here first, then enter it in the app under WhatsApp,"
                " Configuration, with the address for reports that stands below."
            ),
        ),
        Field(
            "prefix",
            marked("Names of the templates begin with"),
            default="order_",
            check=_prefix_problem,
            hint=marked("May stay as it is."),
        ),
        Field(
            "price",
            marked("Price of a message"),
            check=price_problem,
            kind="decimal",
            hint=marked("What the provider charges, to add up what messages cost. May be left empty."),
        ),
        Field(
            "address",
            marked("Address that is called"),
            default=ADDRESS,
            longest=1000,
            check=address_problem,
            kind="url",
            hint=marked("May stay as it is."),
        ),
    )

    def address_of(self, order: OrderRecord) -> str | None:
        return addresses.number_of(order)

    def is_set_up(self, settings: Settings) -> bool:
        return bool(settings.get("phone_number_id") and settings.get("token"))

    def send(self, message: Message, settings: Settings) -> Outcome:
        answer = calls.call(
            "POST",
            f"{settings['address'].rstrip('/') or ADDRESS}/{settings['phone_number_id']}/messages",
            {"Authorization": f"Bearer {settings['token']}", "Content-Type": "application/json"},
            json.dumps(_said(message, settings)).encode(),
        )
        if isinstance(answer, NotSent | MayHaveGone):
            return answer
        said = calls.read_json(answer)
        if not answer.is_success:
            return _refused(said, answer.status, for_later=calls.is_for_later(answer))
        messages = said.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else {}
        reference = first.get("id") if isinstance(first, dict) else None
        return Sent(reference if isinstance(reference, str) else None, cost_of(1, settings))


def _said(message: Message, settings: Settings) -> dict[str, object]:
    with speaking(message.language):
        number = digits(message.number)
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.address.removeprefix("+"),
        "type": "template",
        "biz_opaque_callback_data": str(message.id),
        "template": {
            "name": templates.name_of(settings["prefix"], message.kind),
            "language": {"code": LANGUAGES[message.language].catalogue},
            "components": templates.parameters(
                message.sender, number, message.token, has_link=message.link is not None
            ),
        },
    }


def _refused(said: dict[str, object], status: int, *, for_later: bool) -> NotSent:
    error = said.get("error")
    error = error if isinstance(error, dict) else {}
    code = error.get("code")
    why = f"{code or status}: {error.get('message') or 'HTTP'}"[:300]
    return NotSent(why, for_good=code not in _FOR_LATER and not for_later, is_stopped=code == _STOPPED)
