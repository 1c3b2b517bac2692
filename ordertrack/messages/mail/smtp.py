"""One e-mail to one mail server, at an address that was checked, within a time for all of it.

(Source: RFC 5321; https://docs.python.org/3/library/smtplib.html.)
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
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
    session = _Session(server, found, sender.rpartition("@")[2], until)
    # One that sends a letter now and then would be waited for as long as it likes.
    watch = threading.Timer(seconds + 1, session.hang_up)
    watch.daemon = True
    watch.start()
    try:
        session.begin()
        return _hand_over(session, message, sender, to, until)
    except (OSError, smtplib.SMTPException) as error:
        return NotSent(_said(error), for_good=isinstance(error, smtplib.SMTPAuthenticationError))
    finally:
        watch.cancel()
        session.close()


def _hand_over(session: smtplib.SMTP, message: EmailMessage, sender: str, to: str, until: float) -> Outcome:
    try:
        session.ehlo_or_helo_if_needed()
        for ask, address in ((session.mail, sender), (session.rcpt, to)):
            _wait_no_longer(session, until)
            code, said = ask(address)
            if code not in (250, 251):
                return _refused(code, said)
        _wait_no_longer(session, until)
    except (OSError, smtplib.SMTPException) as error:
        return NotSent(_said(error))
    try:
        code, said = session.data(message.as_bytes())
    except smtplib.SMTPDataError as error:  # it did not want the text at all
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return MayHaveGone(_said(error))
    with suppress(OSError, smtplib.SMTPException):
        session.quit()
    return Sent(str(message["Message-ID"])) if code == 250 else _refused(code, said)


class _Session(smtplib.SMTP):
    """Connects to an address that was checked, and calls it by its name where certificates are looked at."""

    def __init__(self, server: Server, addresses: Sequence[str], ours: str, until: float) -> None:
        super().__init__(local_hostname=ours, timeout=_left(until))
        self._host = server.host  # whose certificate STARTTLS wants to see
        self._server = server
        self._addresses = addresses
        self._context = ssl.create_default_context()

    def begin(self) -> None:
        """Be greeted, and be as secure and as known as is asked for."""
        self.connect(self._server.host, self._server.port)
        if self._server.security == STARTTLS:
            self.starttls(context=self._context)
        if self._server.user:
            self.login(self._server.user, self._server.password)

    def hang_up(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = self._connected(port, timeout)
        if self._server.security != TLS:
            return plain
        return self._context.wrap_socket(plain, server_hostname=host)

    def _connected(self, port: int, timeout: float) -> socket.socket:
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, port), timeout / 2)
        return socket.create_connection((last, port), timeout)


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
