"""What the writers were told: every attempt with what came of it, every answer with what it claims."""

from __future__ import annotations

import math
import re
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal
from support.http_client import Answer

NEVER = math.inf


class Outcome(StrEnum):
    """What an attempt was told. ACCEPTED is a program's 200, which does not say whether it came first."""

    PLACED = "placed"
    MOVED = "moved"
    ALREADY = "already there"
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    ILLEGAL = "illegal"
    NOT_FOUND = "not found"
    UNKNOWN = "unknown"

    @property
    def may_have_written(self) -> bool:
        return self in (Outcome.PLACED, Outcome.MOVED, Outcome.ACCEPTED, Outcome.UNKNOWN)


@dataclass
class Attempt:
    """One order placed or one move asked for; `began` and `ended` are monotonic seconds."""

    tag: str
    order_id: uuid.UUID | None
    to: OrderStatus
    by: Principal
    began: float
    seen: OrderStatus | None = None
    reason: str | None = None
    ended: float = NEVER
    outcome: Outcome = Outcome.UNKNOWN
    said: str = "nothing"

    def __str__(self) -> str:
        seen = f", having seen it {self.seen}" if self.seen else ""
        return f"{self.tag} ({self.by.name} wanted order {self.order_id} {self.to}{seen}; told: {self.said})"


@dataclass(frozen=True)
class Claim:
    """An answer said that at some moment between `began` and `ended` the order stood there."""

    order_id: uuid.UUID
    began: float
    ended: float
    where: str
    status: OrderStatus | None = None
    version: int | None = None
    changed_by: str | None = None


_CONFLICT = re.compile(r"The order is (\w+) by now, moved by ([^;]+); you saw it (\w+)\.")
_ILLEGAL = re.compile(r"order that is (\w+) cannot|move an order from (\w+) to")
_ALREADY = re.compile(r">(\w+) had done that already\.<")
_VERSION = re.compile(r'hx-swap="delete [^"]*version:(\d+)')
_STATUS = re.compile(r'<li id="order-[^>]* data-status="(\w+)"')


def read_api(attempt: Attempt, answer: Answer) -> list[Claim]:
    """Settle what a program's move came to; what the answer claims."""
    said = answer.json
    match answer.status:
        case 200:
            attempt.outcome = Outcome.ACCEPTED
            return [_claim(attempt, status=said["status"])]
        case 409:
            attempt.outcome = Outcome.CONFLICT
            assert said["seen"] == attempt.seen and said["current"] not in (attempt.seen, attempt.to), said
            return [_claim(attempt, status=said["current"])]
        case 422:
            attempt.outcome = Outcome.ILLEGAL
            assert said["to"] == attempt.to and attempt.to not in said["allowed"], said
            return [_claim(attempt, status=said["from"])]
        case 404:
            attempt.outcome = Outcome.NOT_FOUND
            return []
    raise AssertionError(f"{attempt} was answered {answer.status}: {answer.text[:500]}")


def read_tap(attempt: Attempt, answer: Answer) -> list[Claim]:
    """Settle what a tap on a board came to; what the notice and the card claim."""
    if answer.status == 404:
        attempt.outcome = Outcome.NOT_FOUND
        return []
    claims = [_card(attempt, answer.text)]
    already, conflict = _ALREADY.search(answer.text), _CONFLICT.search(answer.text)
    match answer.status:
        case 200 if already:
            attempt.outcome = Outcome.ALREADY
            claims.append(_claim(attempt, status=attempt.to, changed_by=already[1], ever=True))
        case 200:
            attempt.outcome = Outcome.MOVED
        case 409 if conflict:
            attempt.outcome = Outcome.CONFLICT
            assert conflict[3] == attempt.seen and conflict[1] not in (attempt.seen, attempt.to), conflict[0]
            claims.append(_claim(attempt, status=conflict[1], changed_by=conflict[2]))
        case 422:
            attempt.outcome = Outcome.ILLEGAL
            if illegal := _ILLEGAL.search(answer.text):
                claims.append(_claim(attempt, status=illegal[1] or illegal[2]))
        case _:
            raise AssertionError(f"{attempt} was answered {answer.status}: {answer.text[:500]}")
    return claims


def _card(attempt: Attempt, text: str) -> Claim:
    version, shown = _VERSION.search(text), _STATUS.search(text)
    assert version is not None, f"{attempt}: the answer has no card: {text[:500]}"
    return _claim(attempt, status=shown[1] if shown else None, version=int(version[1]))


def _claim(attempt: Attempt, *, status: Any, ever: bool = False, **said: Any) -> Claim:
    """`ever`: it stood there at some time before, and may have gone on long ago."""
    assert attempt.order_id is not None
    began = -NEVER if ever else attempt.began
    status = OrderStatus(status) if status else None
    return Claim(attempt.order_id, began, attempt.ended, str(attempt), status, **said)
