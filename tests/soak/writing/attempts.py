"""What the writers asked for, and what they were told: every attempt with what came of it, every claim."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ordertrack.rules.state_machine import FIRST, OrderStatus
from ordertrack.tenants.principal import Principal

NEVER = math.inf


class Outcome(StrEnum):
    """What an attempt was told. ACCEPTED is a 200 that does not say whether it came first."""

    PLACED = "placed"
    MOVED = "moved"
    CHANGED = "changed"
    ALREADY = "already there"
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    ILLEGAL = "illegal"
    NOT_FOUND = "not found"
    UNKNOWN = "unknown"

    @property
    def may_have_written(self) -> bool:
        return self in (*OUTRIGHT, Outcome.ACCEPTED, Outcome.UNKNOWN)


OUTRIGHT = (Outcome.PLACED, Outcome.MOVED, Outcome.CHANGED)
"""Who was told one of these has written something."""


@dataclass
class Attempt:
    """Something that was asked for; `began` and `ended` are monotonic seconds."""

    tag: str
    order_id: uuid.UUID | None
    by: Principal
    began: float
    ended: float = NEVER
    outcome: Outcome = Outcome.UNKNOWN
    said: str = "nothing"

    @property
    def wish(self) -> str:
        """What was asked for, for people."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.tag} ({self.by.name} wanted order {self.order_id} {self.wish}; told: {self.said})"


@dataclass(kw_only=True)
class MoveAttempt(Attempt):
    to: OrderStatus
    seen: OrderStatus | None = None
    reason: str | None = None

    @property
    def wish(self) -> str:
        return self.to + (f", having seen it {self.seen}" if self.seen else "")


@dataclass(kw_only=True)
class PlaceAttempt(MoveAttempt):
    """A new order; `order` is what was sent, as the API takes it."""

    to: OrderStatus = FIRST
    order: dict[str, Any]


@dataclass(kw_only=True)
class ChangeAttempt(Attempt):
    """`changes` as the API takes them; with the form only another change since `revision` is in the way."""

    revision: int
    changes: list[dict[str, Any]]
    is_by_form: bool

    @property
    def wish(self) -> str:
        return f"changed by {self.changes}, having seen revision {self.revision}"


class ActAttempt(Attempt):
    """Something done to an order besides moving or changing it."""

    @property
    def tap(self) -> str:
        """The tag as a tap's id, which has letters and digits only."""
        return self.tag.replace("-", "")


@dataclass(kw_only=True)
class DelayAttempt(ActAttempt):
    minutes: int

    @property
    def wish(self) -> str:
        return f"delayed by {self.minutes} min"


@dataclass(kw_only=True)
class AcknowledgeAttempt(ActAttempt):
    """Of all that was changed, or of what a tap had seen: up to `revision`."""

    revision: int | None

    @property
    def wish(self) -> str:
        return f"acknowledged up to revision {self.revision}"


@dataclass(frozen=True)
class Claim:
    """An answer said that at some moment between `began` and `ended` the order stood there.

    `version` is its revision, `order` the whole order as programs are told it.
    """

    order_id: uuid.UUID
    began: float
    ended: float
    where: str
    status: OrderStatus | None = None
    version: int | None = None
    changed_by: str | None = None
    order: dict[str, Any] | None = None


def claim(attempt: Attempt, *, status: Any = None, ever: bool = False, **said: Any) -> Claim:
    """What the answer to an attempt claims; `ever`: it was so at some time before, perhaps long ago."""
    assert attempt.order_id is not None
    began = -NEVER if ever else attempt.began
    status = OrderStatus(status) if status else None
    return Claim(attempt.order_id, began, attempt.ended, str(attempt), status, **said)


def claim_order(attempt: Attempt, order: dict[str, Any]) -> Claim:
    """The claim of an answer that brings the order."""
    return claim(attempt, status=order["status"], version=order["revision"], order=order)
