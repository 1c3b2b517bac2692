"""Password hashes: argon2id, worked out beside the event loop so that nobody's screen waits for a sign-in."""

from __future__ import annotations

from functools import cache

import gevent
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice of parameters: 19 MiB and two passes, so that a rush of sign-ins does not fill memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    return str(gevent.get_hub().threadpool.apply(_hasher.hash, (password,)))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hash's; for None it takes as long and says no."""
    return gevent.get_hub().threadpool.apply(_verify, (password_hash, password)) and password_hash is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
