"""The templates that have to be approved before anything is sent: one a kind and language.

What they look like: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates. How
long a message is worth delivering is a property of its template:
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/time-to-live
"""

from __future__ import annotations

from typing import Any

from ordertrack.i18n.translate import LANGUAGES, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages.kinds import WITHIN, Kind

SPOKEN = ("en", "fr", "ar")
_SAMPLE = ("Seven Lemons", "42")
_SAMPLE_TOKEN = "AbC-_0123456789abcdefg"  # noqa: S105 (of no order)


def name_of(prefix: str, kind: Kind) -> str:
    return f"{prefix}{kind.value}"


def text_of(kind: Kind) -> str:
    """In the language spoken; {{1}} is the restaurant, {{2}} the order's number."""
    said = {"restaurant": "{{1}}", "number": "{{2}}"}
    match kind:
        case Kind.CONFIRMED:
            return _("Hello, this is %(restaurant)s: your order %(number)s is confirmed.", **said)
        case Kind.DELAYED:
            return _(
                "Hello, this is %(restaurant)s: your order %(number)s takes longer than promised. We are"
                " sorry that you have to wait.",
                **said,
            )
        case Kind.READY:
            return _("Hello, this is %(restaurant)s: your order %(number)s is ready.", **said)
        case Kind.ON_THE_WAY:
            return _("Hello, this is %(restaurant)s: your order %(number)s is on its way to you.", **said)
        case Kind.CANCELLED:
            return _("Hello, this is %(restaurant)s: your order %(number)s was cancelled.", **said)


def parameters(sender: str, number: str, token: str | None, *, has_link: bool) -> list[dict[str, Any]]:
    """What fills a template for one order; the button leads to its page."""
    body = {"type": "body", "parameters": [{"type": "text", "text": each} for each in (sender, number)]}
    if not has_link:
        return [body]
    button = {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": token}],
    }
    return [body, button]


def definitions(prefix: str, site: str | None) -> list[dict[str, Any]]:
    """What is to be created, as `POST /<account>/message_templates` takes it; with a button if links can be
    made."""
    return [_definition(prefix, site, kind, language) for kind in Kind for language in SPOKEN]


def _definition(prefix: str, site: str | None, kind: Kind, language: str) -> dict[str, Any]:
    with speaking(language):
        text, see = text_of(kind), _("See your order")
    components: list[dict[str, Any]] = [
        {"type": "BODY", "text": text, "example": {"body_text": [list(_SAMPLE)]}}
    ]
    if site:
        url = f"{site}/track/{{{{1}}}}"
        button = {"type": "URL", "text": see, "url": url, "example": [f"{site}/track/{_SAMPLE_TOKEN}"]}
        components.append({"type": "BUTTONS", "buttons": [button]})
    return {
        "name": name_of(prefix, kind),
        "language": LANGUAGES[language].catalogue,
        "category": "UTILITY",
        "message_send_ttl_seconds": int(WITHIN[kind].total_seconds()),
        "components": components,
    }
