"""What one writer does at one time, decided beforehand: pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ordertrack.rules.state_machine import Fulfilment, OrderStatus


class Kind(StrEnum):
    """How a move is meant, whatever comes of it."""

    LEGAL = "legal"
    CONTENDED = "contended"
    DOUBLE_TAP = "double tap"
    STALE = "stale"
    BLIND = "blind"
    ILLEGAL = "illegal"
    WRONG_HANDS = "wrong hands"
    CANCEL = "cancel"
    CANCEL_WITHOUT_REASON = "cancel without reason"
    FOREIGN = "foreign"


class Hands(StrEnum):
    """Who moves: staff tap on a board, the key calls the API; THEIRS is whose board the order stands on."""

    NOUR = "nour"
    KARIM = "karim"
    MAYA = "maya"
    KEY = "key"
    THEIRS = "theirs"


class Meeting(NamedTuple):
    """Several writers tap one order at the same time, having seen the same."""

    number: int
    parties: int


@dataclass(frozen=True)
class Place:
    """Place order number `order` of the house, sent so many times under one Idempotency-Key."""

    order: int
    restaurant: int
    fulfilment: Fulfilment
    promised_in: int | None  # minutes
    times: int


@dataclass(frozen=True)
class Move:
    """`choice` picks among the statuses that fit when the time has come; `seen` is for stale taps."""

    order: int
    kind: Kind
    hands: Hands
    choice: float
    seen: OrderStatus
    meeting: Meeting | None = None


class Deed(StrEnum):
    """A part of a change."""

    ADD = "add a line"
    VOID = "void a line"
    REPLACE = "change a line"
    SET = "set fields"


class Sight(StrEnum):
    """Which revision somebody claims to have seen; LAST_TOLD is the one in the last answer that they had."""

    FRESH = "fresh"
    LAST_TOLD = "last told"
    OUTDATED = "outdated"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Change:
    """Change an order, by the API or by the form; `choice` picks the line and the fields.

    A foreign one is of an order of the other house.
    """

    order: int
    deeds: tuple[Deed, ...]
    sight: Sight
    hands: Hands
    choice: float
    is_foreign: bool = False
    meeting: Meeting | None = None


@dataclass(frozen=True)
class Acknowledge:
    """Say that what was changed of an order, or that it was cancelled, has been seen."""

    order: int
    sight: Sight
    hands: Hands


@dataclass(frozen=True)
class Delay:
    """Say that the order will be so many minutes later, having seen its status now or some time ago."""

    order: int
    minutes: int
    sight: Sight
    hands: Hands


Step = Place | Move | Change | Acknowledge | Delay
