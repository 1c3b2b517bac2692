"""PINs: which ones may be chosen, and how often one may be tried, in whatever process and hour."""

from __future__ import annotations

import math
import unicodedata
import uuid
from itertools import pairwise

from sqlalchemy import case, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials.passwords import hash_password, verify_password
from ordertrack.tenants.models import PinAttempt
from ordertrack.tenants.throttling.throttle import again_in
from ordertrack.web.problems import Problem, problem_of

SHORTEST, LONGEST = 4, 8  # digits
FREE_TRIES = 5
FIRST_LOCK, LONGEST_LOCK = 60, 900  # seconds
_DOWN_THE_PAD = ("2580", "0852", "1470", "0741", "3690", "0963", "1379", "9731", "1397", "7931")


class PinLocked(Exception):
    """This PIN was tried wrong too often; the next try has to wait for `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(_("Too many wrong PINs. %(when)s", when=again_in(seconds)))


def hash_new(pin: str) -> str:
    """The hash of a PIN that somebody chose; AccountError if it is none, or one that is guessed first."""
    return hash_password(checked(pin))


def checked(pin: str) -> str:
    """Its digits; AccountError as above."""
    digits = as_digits(pin)
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise AccountError(_("A PIN has 4 to 8 digits and nothing else."))
    if is_obvious(digits):
        raise AccountError(_("That PIN is the first that anybody would guess: choose another."))
    return digits


def is_obvious(digits: str) -> bool:
    """One digit over and over, a run, a repeated half, or a line on the pad of keys."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    half = len(digits) // 2
    is_repeated = len(digits) % 2 == 0 and digits[:half] == digits[half:]
    return steps in ({0}, {1}, {9}) or is_repeated or digits in _DOWN_THE_PAD


def as_digits(pin: str) -> str:
    """What was typed, in Western digits and without the spaces around it."""
    return "".join(str(unicodedata.decimal(each, each)) for each in pin.strip())


def is_right(tenant_id: uuid.UUID, staff_id: uuid.UUID, pin_hash: str, pin: str) -> bool:
    """Whether it is the PIN of this staff member of the entered tenant; raises PinLocked."""
    _count(tenant_id, staff_id)
    if not verify_password(pin_hash, as_digits(pin)[: LONGEST + 1]):
        return False
    forget_failures(tenant_id, staff_id)
    db.session.commit()
    return True


def forget_failures(tenant_id: uuid.UUID, staff_id: uuid.UUID) -> None:
    """Part of the caller's transaction."""
    db.session.execute(
        delete(PinAttempt).where(PinAttempt.tenant_id == tenant_id, PinAttempt.staff_id == staff_id)
    )


def _count(tenant_id: uuid.UUID, staff_id: uuid.UUID) -> None:
    """Count a try before the hash is looked at: of many at once, each waits for the row of the one before.

    From the fifth on, each locks the PIN, for twice as long as the one before.
    """
    failures = PinAttempt.failures + 1
    lock = func.least(
        float(LONGEST_LOCK), FIRST_LOCK * func.power(2.0, func.least(failures - FREE_TRIES, 10))
    )
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, lock)
    counted = db.session.scalar(
        insert(PinAttempt)
        .values(tenant_id=tenant_id, staff_id=staff_id, failures=1)
        .on_conflict_do_update(
            index_elements=[PinAttempt.tenant_id, PinAttempt.staff_id],
            set_={"failures": failures, "locked_until": case((failures >= FREE_TRIES, until))},
            where=or_(PinAttempt.locked_until.is_(None), PinAttempt.locked_until <= func.clock_timestamp()),
        )
        .returning(PinAttempt.failures)
    )
    db.session.commit()  # no connection is held while the hash is worked out
    if counted is None:
        raise PinLocked(_seconds_left(tenant_id, staff_id))


def _seconds_left(tenant_id: uuid.UUID, staff_id: uuid.UUID) -> int:
    left = db.session.scalar(
        select(func.extract("epoch", PinAttempt.locked_until - func.clock_timestamp())).where(
            PinAttempt.tenant_id == tenant_id, PinAttempt.staff_id == staff_id
        )
    )
    db.session.commit()
    return max(1, math.ceil(left or 0))


@problem_of.register
def _locked(error: PinLocked) -> Problem:
    return Problem(429, str(error), headers={"Retry-After": str(error.seconds)})
