"""Codes that stand in an address and open something once: 130 bits, in letters that a person can copy."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.throttling import throttle
from ordertrack.web.client_address import asking
from ordertrack.web.problems import Problem, problem_of

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # without those that are taken for others (Crockford's base 32)
_LENGTH = 26  # of five bits each
_TAKEN_FOR = str.maketrans("oil", "011")


class NoSuchCode(LookupError):
    """The code opens nothing: it was never made, was used, is too old, or was withdrawn."""


class TriedTooOften(Exception):
    """Too many codes that open nothing came from there; the next has to wait for `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(_("That was a wrong code too often. %(when)s", when=throttle.again_in(seconds)))


def new() -> str:
    return _spelled(secrets.randbits(5 * _LENGTH))


def derived(secret_key: str, of: str) -> str:
    """The one code that whoever has the secret key makes of this."""
    return _spelled(int.from_bytes(hmac.digest(secret_key.encode(), of.encode(), "sha256")))


def digest(code: str) -> str:
    """Under which a code is kept; also of one that was copied by hand."""
    return hash_key(code.strip().lower().translate(_TAKEN_FOR)[: _LENGTH + 1])


def _spelled(number: int) -> str:
    return "".join(_LETTERS[number >> 5 * place & 31] for place in range(_LENGTH))


@contextmanager
def trying() -> Iterator[None]:
    """One try of a code by the network address that asks: it counts unless what is done within goes well."""
    tried = throttle.CodeTry(asking())
    if tried.wait:
        raise TriedTooOften(tried.wait)
    yield
    tried.was_right()


@problem_of.register
def _opens_nothing(_error: NoSuchCode) -> Problem:
    said = _(
        "This address opens nothing: it was used already, is too old, or was not copied whole."
        " Ask for a new one where you had it from."
    )
    return Problem(404, said)


@problem_of.register
def _too_often(error: TriedTooOften) -> Problem:
    return Problem(429, str(error), headers={"Retry-After": str(error.seconds)})
