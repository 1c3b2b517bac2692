"""Transitions a second through the web layer, signed in, with all checks; the obvious handler beside it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from contenders.contender import Contender
from contenders.others import Obvious
from contenders.ours import Ordertrack
from house import Move, api_transition, kitchen_moves
from programs import Posting
from stage import Stage
from table import Row, at_least

CALLERS = 8
BY_KEY = "ordertrack, over the API with a key"


def measure(stage: Stage) -> list[Row]:
    rates: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        # Houses of their own: nobody is to be woken by what the other one does.
        mine, theirs = (stack.enter_context(stage.house(f"transitions_{who}")) for who in ("ours", "obvious"))
        ours = stack.enter_context(Ordertrack(stage, mine))
        obvious = stack.enter_context(Obvious(stage, theirs))

        def by_key(move: Move) -> bytes:
            return api_transition(move, f"Authorization: Bearer {mine.key}")

        for _ in range(stage.scale.rounds):
            for name, contender, house, form in (
                (ours.name, ours, mine, ours.tap),
                (obvious.name, obvious, theirs, ours.tap),
                (BY_KEY, ours, mine, by_key),
            ):
                orders = house.place(stage.scale.tapped)
                rates[name].append(advance(stage, contender, orders, form))
                stage.say(f"transitions: {name}: {rates[name][-1]:.0f} a second")
    what = f"transitions a second through the web layer, one worker, signed in, all checks, {CALLERS} callers"
    return [
        at_least(what, rates[Ordertrack.name], rates[Obvious.name], Obvious.name, 1.5),
        Row(f"— {Obvious.name}, without sign-in, card or listener", rates[Obvious.name], ""),
        Row(f"— {BY_KEY}", rates[BY_KEY], ""),
    ]


def advance(
    stage: Stage, contender: Contender, orders: Sequence[uuid.UUID], form: Callable[[Move], bytes]
) -> float:
    """Every order through the kitchen, its moves one after the other by the same caller; moves a second."""
    requests = [
        form(move)
        for start in range(0, len(orders) - CALLERS + 1, CALLERS)
        for move in kitchen_moves(orders[start : start + CALLERS])
    ]
    result = Posting(stage.folder, contender.port, requests, CALLERS).result()
    return len(requests) / (max(result["answered_ns"]) - min(result["sent_ns"])) * 1e9
