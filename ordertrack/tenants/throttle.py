"""How often somebody may try to sign in, counted together with all processes and hosts."""

from __future__ import annotations

import uuid

from limits import RateLimitItemPerMinute

from ordertrack.tenants.counting_together import limiter

_TRIES = RateLimitItemPerMinute(10, namespace="as")
_FAILURES = RateLimitItemPerMinute(30, namespace="from")
_PINS = RateLimitItemPerMinute(30, namespace="on")


def may_try(email: str, address: str) -> bool:
    """Whether a try to sign in with this e-mail from this network address is still allowed; counts it.

    Before the password is looked at, right or wrong: many tries at once must not slip through together.
    """
    return limiter().test(_FAILURES, address) and limiter().hit(_TRIES, email[:200])


def failed(address: str) -> None:
    """Count a wrong password from this network address."""
    limiter().hit(_FAILURES, address)


def may_try_pin(tablet_id: uuid.UUID) -> bool:
    """Whether another PIN may be tried on this tablet, whoever's; counts it."""
    return limiter().hit(_PINS, str(tablet_id))
