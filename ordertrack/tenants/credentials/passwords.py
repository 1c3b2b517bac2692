"""Password hashes: argon2id, worked out beside the event loop so that nobody's screen waits for a sign-in."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

import gevent
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ordertrack.i18n.translate import gettext as _
from ordertrack.monitoring import metrics
from ordertrack.web.problems import Problem, problem_of

AT_ONCE = 4  # hashes that are worked out at one time by a process
MOST_WANTED = 32  # with those that wait for their turn; a second's work or so
MOST_OF_ONE = 4  # of them for one asker, so that the others find room

# OWASP's second choice of parameters: 19 MiB and two passes, so that a rush of sign-ins does not fill memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_ONCE)
_wanted: Counter[str] = Counter()
Made = TypeVar("Made")


class TooManyAtOnce(Exception):
    """As many hashes are wanted as this process, or this asker, may want at one time."""


@problem_of.register
def _too_many(_error: TooManyAtOnce) -> Problem:
    said = _("More people are signing in than can be at this moment. Try again in a moment.")
    return Problem(503, said, headers={"Retry-After": "2"})


def hash_password(password: str) -> str:
    """Raises TooManyAtOnce."""
    return _in_turn(lambda: _hasher.hash(password), "")


def verify_password(password_hash: str | None, password: str, asker: str | None = None) -> bool:
    """Whether the password is the hash's; for None it takes as long and says no.

    `asker` is who wants to know: an actor, or a network address where it is known. Raises TooManyAtOnce.
    """
    return _in_turn(lambda: _verify(password_hash, password), asker or "") and password_hash is not None


def _in_turn(work: Callable[[], Made], asker: str) -> Made:
    with _counted(asker), _turns:
        made: Made = gevent.get_hub().threadpool.apply(work)
        return made


@contextmanager
def _counted(asker: str) -> Iterator[None]:
    if _wanted.total() >= MOST_WANTED or (asker and _wanted[asker] >= MOST_OF_ONE):
        metrics.refused_requests.labels("hashes").inc()
        raise TooManyAtOnce
    _wanted[asker] += 1
    try:
        yield
    finally:
        _wanted[asker] -= 1
        if not _wanted[asker]:
            del _wanted[asker]


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
