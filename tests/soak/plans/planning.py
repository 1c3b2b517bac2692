"""Making a plan: a function of its seed, its size and the faults alone."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from ordertrack.rules.state_machine import TRANSITIONS, Fulfilment, RuleSet
from soak.plans.plan import Back, Fault, HousePlan, Leave, Plan, Screen, Size, Strike, Visit, Watch
from soak.plans.steps import Acknowledge, Change, Deed, Delay, Hands, Kind, Meeting, Move, Place, Sight, Step

T = TypeVar("T")
FIRST_ORDERS = 4  # are placed before anybody does anything else, so that strangers need not wait for them
SWITCHES = 5
_SHARES = {
    Kind.LEGAL: 50,
    Kind.DOUBLE_TAP: 8,
    Kind.STALE: 6,
    Kind.BLIND: 6,
    Kind.ILLEGAL: 6,
    Kind.WRONG_HANDS: 5,
    Kind.CANCEL: 4,
    Kind.CANCEL_WITHOUT_REASON: 2,
    Kind.FOREIGN: 3,
}
_DEEDS = {
    (Deed.ADD,): 5,
    (Deed.VOID,): 3,
    (Deed.REPLACE,): 3,
    (Deed.SET,): 4,
    (Deed.ADD, Deed.VOID): 2,
    (Deed.REPLACE, Deed.SET): 1,
    (Deed.ADD, Deed.VOID, Deed.SET): 1,
}
_SIGHTS = {Sight.FRESH: 6, Sight.LAST_TOLD: 4, Sight.OUTDATED: 1, Sight.AHEAD: 1}
_CHANGING_HANDS = {Hands.KEY: 4, Hands.KARIM: 3, Hands.MAYA: 2, Hands.NOUR: 1}
_NOTICING_HANDS = {Hands.NOUR: 4, Hands.KEY: 2, Hands.MAYA: 2, Hands.KARIM: 1}
_DELAYING_HANDS = {Hands.NOUR: 3, Hands.KARIM: 3, Hands.KEY: 3, Hands.MAYA: 1}
_HANDS = {Hands.THEIRS: 5, Hands.KEY: 4, Hands.MAYA: 2, Hands.NOUR: 1, Hands.KARIM: 1}
_BACKS = {
    Back.RESUME: 10,
    Back.RESUME_AFTER: 4,
    Back.RELOAD: 4,
    Back.OLD: 1,
    Back.FOREIGN_EPOCH: 1,
    Back.FUTURE: 1,
    Back.MALFORMED: 1,
}


def make(seed: int, size: Size, faults: tuple[Fault, ...]) -> Plan:
    """The plan of this seed: the same for the same arguments, in every process."""
    half = Size(max(2, size.writers // 2), size.beats // 2, max(1, size.crowd // 2), 0)
    random = Random(f"{seed} faults")
    moments = sorted(random.uniform(0.1, 0.9) for _ in range(size.strikes if faults else 0))
    first = random.randrange(len(faults)) if faults else 0
    return Plan(
        seed,
        (_house(Random(f"{seed} first"), size), _house(Random(f"{seed} second"), half)),
        tuple(Strike(at, faults[(first + n) % len(faults)]) for n, at in enumerate(moments)),
        tuple(sorted(Random(f"{seed} switches").uniform(0, 0.9) for _ in range(SWITCHES))),
    )


def _house(random: Random, size: Size) -> HousePlan:
    """Steps are dealt out along one line of time, so that no writer ever waits for one who waits for it."""
    writers: list[list[Step]] = [[] for _ in range(size.writers)]
    orders = 0
    for beat in range(size.beats):
        if orders < FIRST_ORDERS or random.random() < 0.12:
            random.choice(writers).append(_place(random, orders))
            orders += 1
            continue
        order = random.randrange(max(0, orders - 10), orders)
        if random.random() < 0.1:
            random.choice(writers).append(_acknowledge(random, order))
            continue
        if random.random() < 0.06:
            random.choice(writers).append(_delay(random, order))
            continue
        step = random.choices((_move, _change), (75, 25))[0]
        if random.random() < 0.1:
            parties = random.sample(writers, random.randint(2, len(writers)))
            for writer in parties:
                # Some move the order while the others change it.
                meets = random.choice((step, step, step, _move))
                writer.append(meets(random, order, Meeting(beat, len(parties))))
        else:
            random.choice(writers).append(step(random, order))
    return HousePlan(tuple(map(tuple, writers)), _watches(random, size, orders), orders)


def _place(random: Random, order: int) -> Place:
    return Place(
        order,
        random.randrange(2),
        random.choice(list(Fulfilment)),
        random.choice([None, 0, 10, 25]),
        random.choice([1, 1, 1, 2, 3]),
    )


def _move(random: Random, order: int, meeting: Meeting | None = None) -> Move:
    kind = Kind.CONTENDED if meeting else _choose(random, _SHARES)
    stale = random.choice(
        [status for status, following in TRANSITIONS[RuleSet.EXTENDED].items() if following]
    )
    return Move(order, kind, _choose(random, _HANDS), random.random(), stale, meeting)


def _change(random: Random, order: int, meeting: Meeting | None = None) -> Change:
    return Change(
        order,
        _choose(random, _DEEDS),
        Sight.FRESH if meeting else _choose(random, _SIGHTS),
        _choose(random, _CHANGING_HANDS),
        random.random(),
        meeting is None and random.random() < 0.05,
        meeting,
    )


def _acknowledge(random: Random, order: int) -> Acknowledge:
    return Acknowledge(order, _choose(random, _SIGHTS), _choose(random, _NOTICING_HANDS))


def _delay(random: Random, order: int) -> Delay:
    sight = _choose(random, {Sight.FRESH: 4, Sight.LAST_TOLD: 3})
    return Delay(order, random.choice([1, 5, 10, 240]), sight, _choose(random, _DELAYING_HANDS))


def _choose(random: Random, shares: Mapping[T, int]) -> T:
    return random.choices(list(shares), list(shares.values()))[0]


def _watches(random: Random, size: Size, orders: int) -> tuple[Watch, ...]:
    watches = []
    for screen in Screen:
        for n in range(size.crowd):
            restaurant = n % 2 if screen in (Screen.KITCHEN, Screen.DISPATCH) else None
            order = random.randrange(orders) if screen == Screen.TRACKING else None
            if screen == Screen.PROGRAM and n % 3 == 1:
                restaurant = random.randrange(2)
            if screen == Screen.PROGRAM and n % 3 == 2:
                order = random.randrange(orders)
            watches.append(Watch(screen, restaurant, order, n % 2 == 0, _visits(random)))
    return tuple(watches)


def _visits(random: Random) -> tuple[Visit, ...]:
    """More than a round has time for; some readers hardly ever leave, some hardly stay."""
    patience = random.choice([0.05, 0.3, 0.3, 1.0, 5.0])
    return tuple(
        Visit(
            random.uniform(0, 2 * patience),
            random.choice(list(Leave)),
            random.choice([0.0, random.uniform(0, 0.3), random.uniform(0, 1.5)]),
            _choose(random, _BACKS),
        )
        for _ in range(120)
    )
