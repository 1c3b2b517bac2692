"""What goes to a guest by hand: the link to the order's page, as messages that a device only has to send."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import speaking


@dataclass(frozen=True, slots=True)
class Messages:
    """The addresses by which a device opens its own programs, and the `text` that stands in them."""

    language: str
    text: str
    whatsapp: str
    sms: str
    mail: str


def of_link(
    link: str, *, restaurant: str, number: int, guest: str | None, e164: str | None, language: str
) -> Messages:
    """In this language. Without a number (`e164`) the device asks whom to send it to."""
    with speaking(language):
        subject = _("Your order %(number)s from %(restaurant)s", number=number, restaurant=restaurant)
        hello = _("Hello %(guest)s,", guest=guest) if guest else _("Hello,")
        said = _(
            "this is %(restaurant)s. See here how far your order %(number)s is and when it will be there:",
            restaurant=restaurant,
            number=number,
        )
    # The link stands by itself: what runs from right to left around it would tear it apart.
    text = _without_marks(f"{hello} {said}") + f"\n{link}"
    body = _encoded(text)
    in_mail = _encoded(text.replace("\n", "\r\n"))
    return Messages(
        language,
        text,
        f"https://wa.me/{(e164 or '').removeprefix('+')}?text={body}",
        f"sms:{e164 or ''}?&body={body}",  # some devices read what follows ?, others what follows &
        f"mailto:?subject={_encoded(_without_marks(subject))}&body={in_mail}",
    )


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _without_marks(text: str) -> str:
    """Without the marks that keep names apart on a page: many a telephone shows them as boxes."""
    return text.translate(dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069")))
