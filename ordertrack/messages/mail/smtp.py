"""One e-mail to one mail server, at an address that was checked, within a time for all of it.

(Source: RFC 5321; https://docs.python.org/3/library/smtplib.html.)
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from contextlib import suppress
from email.message import EmailMessage
from typing import NamedTuple

from ordertrack.messages.transports import MayHaveGone, NotSent, Outcome, Sent
from ordertrack.outgoing import addresses
from ordertrack.outgoing.addresses import Target
from ordertrack.outgoing.failures import AddressRefused, CallFailed

SECONDS = 20.0
NONE, STARTTLS, TLS = "none", "starttls", "tls"


class Server(NamedTuple):
    """`security` is one of the above."""

    host: str
    port: int
    security: str
    user: str
    password: str


def send(server: Server, message: EmailMessage, sender: str, to: str, seconds: float = SECONDS) -> Outcome:
    """Once the server has the end of the text and says nothing more, nobody knows whether it took it."""
    until = time.monotonic() + seconds
    try:
        found = addresses.checked(Target("smtp", server.host, server.port, ""), seconds)
    except AddressRefused as error:
        return NotSent(str(error), for_good=True)
    except CallFailed as error:
        return NotSent(str(error))
    try:
        session = _connected(server, found[0], until)
    except (OSError, smtplib.SMTPException) as error:
        return NotSent(_said(error), for_good=isinstance(error, smtplib.SMTPAuthenticationError))
    return _hand_over(session, message, sender, to, until)


def _hand_over(session: smtplib.SMTP, message: EmailMessage, sender: str, to: str, until: float) -> Outcome:
    try:
        session.ehlo_or_helo_if_needed()
        for ask, address in ((session.mail, sender), (session.rcpt, to)):
            _wait_no_longer(session, until)
            code, said = ask(address)
            if code not in (250, 251):
                session.close()
                return _refused(code, said)
    except (OSError, smtplib.SMTPException) as error:
        session.close()
        return NotSent(_said(error))
    try:
        _wait_no_longer(session, until)
        code, said = session.data(message.as_bytes())
    except smtplib.SMTPDataError as error:  # it did not want the text at all
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        session.close()
        return MayHaveGone(_said(error))
    with suppress(OSError, smtplib.SMTPException):
        session.quit()
    return Sent(str(message["Message-ID"])) if code == 250 else _refused(code, said)


def _connected(server: Server, address: str, until: float) -> smtplib.SMTP:
    """A session that was greeted, is as secure as is asked for, and knows who we are."""
    context = ssl.create_default_context()
    session = _Session(server.host, address, until, context if server.security == TLS else None)
    try:
        session.connect(server.host, server.port)
        if server.security == STARTTLS:
            session.starttls(context=context)
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


class _Session(smtplib.SMTP):
    """Connects to the address that was checked, and calls it by its name where certificates are looked at."""

    def __init__(self, name: str, address: str, until: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname="localhost", timeout=_left(until))
        self._host = name  # whose certificate STARTTLS wants to see
        self._address = address
        self._tls = tls

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self._tls.wrap_socket(plain, server_hostname=host) if self._tls else plain


def _wait_no_longer(session: smtplib.SMTP, until: float) -> None:
    if session.sock is not None:
        session.sock.settimeout(_left(until))


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.1)


def _refused(code: int, said: bytes | str) -> NotSent:
    """What begins with 4 may be taken later, what begins with 5 never will."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return NotSent(f"{code} {' '.join(text.split())}"[:300], for_good=code >= 500)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
