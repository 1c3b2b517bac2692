"""What everybody will do in a round, decided beforehand: pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from soak.plans.steps import Step


class Leave(StrEnum):
    CLOSE = "close"
    RESET = "reset"
    HALF_READ = "half read"


class Back(StrEnum):
    """How a reader comes back: with its last cursor, by loading anew, or with a cursor of no use."""

    RESUME = "last event id"
    RESUME_AFTER = "after"
    RELOAD = "reload"
    OLD = "old"
    FOREIGN_EPOCH = "foreign epoch"
    FUTURE = "future"
    MALFORMED = "malformed"


class Visit(NamedTuple):
    """Stay so many seconds, leave somehow, be away so many seconds, come back somehow."""

    stay: float
    leave: Leave
    away: float
    back: Back


class Screen(StrEnum):
    PROGRAM = "program"
    KITCHEN = "kitchen"
    DISPATCH = "dispatch"
    TRACKING = "tracking"


@dataclass(frozen=True)
class Watch:
    """One reader: what it watches (of one restaurant, of one order, or all), and how it comes and goes.

    A program may ask to be told of actions too.
    """

    screen: Screen
    restaurant: int | None
    order: int | None
    with_actions: bool
    visits: tuple[Visit, ...]


class Fault(StrEnum):
    WORKER_KILLED = "worker killed"
    LISTENERS_CUT = "listeners cut"
    POOL_CUT = "pool cut"
    NOTIFICATION_LOST = "notification lost"
    HOST_KILLED = "host killed"
    BUS_KILLED = "bus killed"


OF_ONE_HOST = (Fault.WORKER_KILLED, Fault.LISTENERS_CUT, Fault.POOL_CUT, Fault.NOTIFICATION_LOST)


class Strike(NamedTuple):
    """A fault, when this share of the first house's steps is done."""

    at: float
    fault: Fault


@dataclass(frozen=True)
class Size:
    """How much happens in the first house; the second is half as busy."""

    writers: int
    beats: int
    crowd: int  # readers of each kind of screen
    strikes: int


SHORT = Size(writers=6, beats=180, crowd=4, strikes=3)
LONG = Size(writers=8, beats=500, crowd=6, strikes=6)


@dataclass(frozen=True)
class HousePlan:
    writers: tuple[tuple[Step, ...], ...]
    watches: tuple[Watch, ...]
    orders: int


@dataclass(frozen=True)
class Plan:
    """`switches` are the shares of the first house's steps after which its rule set is changed to the other.

    The second house goes by the extended one throughout.
    """

    seed: int
    houses: tuple[HousePlan, HousePlan]
    strikes: tuple[Strike, ...]
    switches: tuple[float, ...]
