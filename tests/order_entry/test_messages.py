"""A guest's link as messages that a device has only to send: in the guest's language, to the number."""

from __future__ import annotations

from email import message_from_string, policy
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from ordertrack.messages import wording
from ordertrack.order_entry import messages

LINK = "https://house.example/track/AbC-_0123456789abcdefg"


def made(
    language: str, guest: str | None = "Rima & Co", e164: str | None = "+9613555127"
) -> messages.Messages:
    return messages.of_link(
        LINK, restaurant="L'Étoile 100% ☀", number=1234, guest=guest, e164=e164, language=language
    )


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ar-arab"])
def test_all_three_say_the_same_with_the_link_in_one_piece(language: str) -> None:
    said = made(language)
    assert said.text.endswith(f"\n{LINK}"), "in a line of its own, whichever way the rest runs"
    assert "L'Étoile 100% ☀" in said.text and "Rima & Co" in said.text
    assert not set(said.text) & set("\u2066\u2067\u2068\u2069\u200e\u200f"), "telephones show them as boxes"
    whatsapp = urlsplit(said.whatsapp)
    assert (whatsapp.scheme, whatsapp.netloc, whatsapp.path) == ("https", "wa.me", "/9613555127")
    assert parse_qs(whatsapp.query) == {"text": [said.text]}
    number, _, body = said.sms.removeprefix("sms:").partition("?&body=")
    assert (number, unquote(body)) == ("+9613555127", said.text)
    mail = urlsplit(said.mail)
    fields = {name: unquote(value) for name, value in (each.split("=") for each in mail.query.split("&"))}
    assert fields["body"].replace("\r\n", "\n") == said.text and "\r\n" in fields["body"]
    subject = message_from_string(f"Subject: {fields['subject']}\n\n", policy=policy.default)["Subject"]
    assert "L'Étoile 100% ☀" in subject
    for address in (said.whatsapp, said.sms, said.mail):
        assert address.isascii() and not set(address) & set(' <>"\n')


def test_it_is_in_the_guests_language_with_the_digits_of_the_house() -> None:
    assert made("en").text.startswith("Hello Rima & Co, this is")
    assert made("fr").text.startswith("Bonjour Rima & Co, ")
    assert made("ar").text.startswith("مرحبًا Rima & Co، ") and "1234" in made("ar").text
    assert "١٢٣٤" in made("ar-arab").text
    assert made("en", guest=None).text.startswith("Hello, this is")


def test_without_a_number_the_device_asks_whom_to_send_it_to() -> None:
    said = made("en", e164=None)
    assert said.whatsapp.startswith("https://wa.me/?text=")
    assert said.sms.startswith("sms:?&body=")


@pytest.mark.parametrize(
    ("locale", "languages", "language"),
    [
        ("fr-LB", ("ar", "en"), "fr"),
        ("ar", ("en",), "ar"),
        (None, ("ar", "fr"), "ar"),
        ("de", ("fr",), "fr"),
        (7, ("fr",), "fr"),
        (None, (), "en"),
        (None, ("xx", "fr"), "fr"),
    ],
)
def test_whoever_said_no_language_is_written_to_in_the_first_of_the_company(
    locale: object, languages: tuple[str, ...], language: str
) -> None:
    assert wording.guests_language(locale, languages) == language
