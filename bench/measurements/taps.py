"""From a tap to the last of a thousand screens, at a steady pace of taps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from contenders.contender import Contender
from contenders.others import Limit, Textbook
from contenders.ours import Ordertrack
from feeding import capture
from house import kitchen_moves, transition
from programs import Posting, Watchers
from stage import Stage
from table import Row, at_most, number, ratios

PACE = 20  # taps a second
LIMITS = {50: 10, 99: 30}  # milliseconds of a percentile
FINGERS = 4  # connections that take turns, so that one slow answer does not hold up the next tap


def measure(stage: Stage) -> list[Row]:
    taken: dict[str, list[list[float]]] = defaultdict(list)
    with ExitStack() as stack:
        house = stack.enter_context(stage.house("taps"))
        ours = stack.enter_context(Ordertrack(stage, house))
        others: list[Contender] = [stack.enter_context(Limit(stage)), stack.enter_context(Textbook(stage))]
        frames = capture(ours)
        count = PACE * stage.scale.tap_seconds
        for _ in range(stage.scale.rounds):
            moves = kitchen_moves(house.place(count // 3 + 1))[:count]
            taps = [transition(move, ours.sign_ins[0]) for move in moves]
            with ours.watchers(stage.scale.watchers) as watchers:
                watchers.ready()
                taken[ours.name].append(_tap(stage, ours, watchers, taps, house.head().seq + 1))
            for other in others:
                taps = [other.publication(n + 1, frames[n % len(frames)]) for n in range(count)]
                with other.watchers(stage.scale.watchers) as watchers:
                    watchers.ready()
                    taken[other.name].append(_tap(stage, other, watchers, taps, 1))
            stage.say(f"taps: {', '.join(f'{name} {median(one[-1]):.1f} ms' for name, one in taken.items())}")
    return _rows(stage, taken)


def _tap(
    stage: Stage, contender: Contender, watchers: Watchers, taps: Sequence[bytes], first: int
) -> list[float]:
    """For each tap the milliseconds from sending it to its delivery to the last watcher."""
    watchers.expect(first, len(taps))
    posting = Posting(stage.folder, contender.port, taps, FINGERS, PACE)
    watchers.delivered(len(taps) / PACE + 30, in_order=isinstance(contender, Ordertrack))
    sent = posting.result()["sent_ns"]
    return [(last - began) / 1e6 for began, last in zip(sorted(sent), watchers.times(), strict=True)]


def _rows(stage: Stage, taken: dict[str, list[list[float]]]) -> list[Row]:
    rows = []
    for percent, limit in LIMITS.items():
        of = {name: [_percentile(one, percent) for one in rounds] for name, rounds in taken.items()}
        ours = of[Ordertrack.name]
        others = [name for name in of if name != Ordertrack.name]
        beside = "; ".join(f"{number(ratios(ours, of[name]))} × {name}" for name in others)
        what = f"tap to the last of {stage.scale.watchers:,} screens, {PACE} taps a second, p{percent}"
        rows.append(at_most(what, ours, "ms", beside, limit))
        rows += [Row(f"— {name}, p{percent}", of[name], "ms") for name in others]
    rows[0].raw = {"milliseconds": dict(taken)}
    return rows


def _percentile(figures: Sequence[float], percent: int) -> float:
    return sorted(figures)[min(len(figures) - 1, len(figures) * percent // 100)]
