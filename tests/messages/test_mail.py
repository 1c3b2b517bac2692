"""E-mail by a real server: what arrives, what is refused, and what nobody knows."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from flask import Flask

from messages.peers import Mailbox
from messages.test_providers_of_sms import message
from ordertrack.messages.mail import Mail, smtp
from ordertrack.messages.mail.transport import mail_of
from ordertrack.messages.transports import MayHaveGone, Message, NotSent, Sent, Settings


def settings(mailbox: Mailbox | None = None, **more: str) -> Settings:
    blank = {each.name: each.default for each in Mail.fields}
    port = str(mailbox.port) if mailbox else "1"
    mine = {"host": "127.0.0.1", "port": port, "security": "none", "from": "orders@lemons.example"}
    return blank | mine | more


def to_guest(language: str = "en", text: str = "Your order 42 is confirmed.") -> Message:
    return _with(message("rana@example.com", language, text), stop_link="https://orders.example/track/t/stop")


def _with(said: Message, **more: str) -> Message:
    fields = {name: getattr(said, name) for name in Message.__dataclass_fields__}
    return Message(**(fields | more))


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_mail_arrives_in_the_guests_language_with_a_way_out(
    app: Flask, mailbox: Mailbox, language: str
) -> None:
    sent = Mail().send(to_guest(language), settings(mailbox, reply_to="maya@lemons.example"))
    assert isinstance(sent, Sent)
    (envelope,) = mailbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("orders@lemons.example", ["rana@example.com"])
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail["From"] == "Seven Lemons <orders@lemons.example>"
    assert mail["List-Unsubscribe"] == "<https://orders.example/track/t/stop>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Content-Language"] == language and mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "maya@lemons.example" and "Seven Lemons" in mail["Subject"]
    body = mail.get_content().replace("\r\n", "\n")
    assert "https://orders.example/track/AbC-_0123456789abcdefg\n" in body
    assert body.count("\n") > 6 and sent.reference == mail["Message-ID"]


def test_a_name_that_would_end_a_header_ends_nothing(app: Flask, mailbox: Mailbox) -> None:
    evil = _with(to_guest(), sender='Lemons" <x@y.example>, "', title="Hi é 🍋 " + "x" * 300)
    assert isinstance(Mail().send(evil, settings(mailbox)), Sent)
    (envelope,) = mailbox.taken
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=default)
    assert [each.addr_spec for each in mail["From"].addresses] == ["orders@lemons.example"]


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [
        ("451 try later", False),
        ("452 4.2.2 full", False),
        ("550 5.1.1 nobody", True),
        ("554 spam", True),
    ],
)
def test_a_server_refuses_for_the_moment_or_for_good(
    app: Flask, mailbox: Mailbox, answer: str, for_good: bool
) -> None:
    mailbox.refuses = answer
    found = Mail().send(to_guest(), settings(mailbox))
    assert isinstance(found, NotSent) and found.for_good == for_good and answer[:3] in found.why


def test_a_server_that_hangs_up_after_the_text_may_have_taken_it(app: Flask) -> None:
    mailbox = Mailbox(hangs_up=True)
    try:
        assert isinstance(Mail().send(to_guest(), settings(mailbox)), MayHaveGone)
        assert len(mailbox.taken) == 1
    finally:
        mailbox.close()


def test_where_there_is_no_server_or_none_that_encrypts_nothing_has_gone(
    app: Flask, mailbox: Mailbox
) -> None:
    for said in (settings(), settings(mailbox, security="starttls"), settings(mailbox, security="tls")):
        found = Mail().send(to_guest(), said)
        assert isinstance(found, NotSent), found
    assert mailbox.taken == []


@pytest.fixture(params=["silent", "drips"])
def slow(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server that takes connections and says nothing, or never ends to greet."""
    ended = threading.Event()

    def greet() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            while not ended.wait(0.05):
                connection.sendall(b"220-well met\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=greet if request.param == "drips" else ended.wait)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
        thread.join()


def test_one_that_hangs_is_not_waited_for(app: Flask, slow: int) -> None:
    server = smtp.Server("127.0.0.1", slow, smtp.NONE, "", "")
    mail = mail_of(to_guest(), settings())
    began = time.monotonic()
    found = smtp.send(server, mail, "orders@lemons.example", "rana@example.com", seconds=0.5)
    assert isinstance(found, NotSent) and not found.for_good and time.monotonic() - began < 10


def test_a_private_server_is_refused(app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "0")
    found = Mail().send(to_guest(), settings(mailbox))
    assert isinstance(found, NotSent) and found.for_good and mailbox.taken == []


def test_ids_of_mails_are_those_of_their_messages(app: Flask) -> None:
    said = to_guest()
    assert mail_of(said, settings())["Message-ID"] == f"<{said.id}@lemons.example>"
    assert isinstance(said.id, uuid.UUID)
