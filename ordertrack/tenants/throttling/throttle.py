"""How often somebody may try to sign in.

A stranger is counted by network address, by address and e-mail together, and by e-mail alone, over longer and
longer spans: whoever goes on waits longer. A device on which this person has signed in before is counted by
itself alone, so that nobody elsewhere, nor beside it, keeps it out.
"""

from __future__ import annotations

import math
import uuid

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from ordertrack.i18n.translate import ngettext
from ordertrack.tenants.throttling import tries

_FROM = (RateLimitItemPerMinute(30, namespace="from"),)
_ON = (RateLimitItemPerMinute(30, namespace="on"),)


def _growing(most: tuple[int, int, int], namespace: str) -> tuple[RateLimitItem, ...]:
    """So many tries within a minute, within ten, within an hour."""
    minute, ten, hour = most
    return (
        RateLimitItemPerMinute(minute, namespace=namespace),
        RateLimitItemPerMinute(ten, 10, namespace=namespace),
        RateLimitItemPerHour(hour, namespace=namespace),
    )


# One address cannot use up what an account has: several together can, and then strangers wait up to an hour.
_PAIR = _growing((10, 20, 30), "pair")
_ACCOUNT = _growing((40, 60, 100), "as")
_DEVICE = _growing((10, 20, 60), "device")
_CODE = _growing((20, 60, 120), "code")
_SIGN_UP = (RateLimitItemPerHour(20, namespace="sign-up"),)


class Try:
    """One try to sign in, counted before the password is looked at: many at once must not slip through.

    `wait` is for how many seconds none is allowed, 0 if this one is.
    """

    def __init__(self, email: str, address: str, device: str | None) -> None:
        email = email[:200]
        of_stranger = [(_FROM, address), (_PAIR, f"{address} {email}"), (_ACCOUNT, email)]
        self._counts = of_stranger if device is None else [(_DEVICE, f"{device} {email}")]
        self.wait = 0
        for number, (items, of) in enumerate(self._counts):
            self.wait = tries.counter().count(items, of)
            if self.wait:
                self._take_back(number)
                return

    def was_right(self) -> None:
        """What was no guess is not counted."""
        self._take_back(len(self._counts))

    def _take_back(self, number: int) -> None:
        for items, of in self._counts[:number]:
            tries.counter().take_back(items, of)


class CodeTry:
    """One try of a code that stands in an address, counted before it is looked up; `wait` as above."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.wait = tries.counter().count(_CODE, address)

    def was_right(self) -> None:
        tries.counter().take_back(_CODE, self._address)


def again_in(seconds: int) -> str:
    """When to try again, in words; not sooner than that."""
    if seconds < 60:
        return ngettext("Try again in %(num)s second.", "Try again in %(num)s seconds.", seconds)
    minutes = math.ceil(seconds / 60)
    return ngettext("Try again in %(num)s minute.", "Try again in %(num)s minutes.", minutes)


def sign_up_waits(address: str) -> int:
    """For how many seconds no company may be founded from there; counts this try, if it is one."""
    return tries.counter().count(_SIGN_UP, address)


def may_try_pin(tablet_id: uuid.UUID) -> bool:
    """Whether another PIN may be tried on this tablet, whoever's; counts it."""
    return not tries.counter().count(_ON, str(tablet_id))
