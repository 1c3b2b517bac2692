"""The highest rate at which a town is served in time, and what happens at twice that rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from many.playing import Ground, Result
from table import number

FIRST = 64.0  # entries a second
LEAST, MOST = 4.0, 2048.0
STEP, CLOSE = 2.0, 1.15  # how far the next rate is while one bound is unknown, and how near they come
HOW = """T restaurants with three boards each (two of the kitchen, in two languages, and one of dispatch)
and up to six guests on their orders' pages. Entries come at moments of their own (Poisson) all over the
town: of nine one is a new order over the API, five move one on, three strike a line or assign a rider. Of
all screens 5 in 100 a minute go away and come back. An entry is in time when the last screen that it
concerns has it; the rate is the highest found, within a seventh, at which 99 of 100 come within 100 ms,
none is lost, and no request is refused for good; the line below it is two times that rate. Workers have a
core each from the first on; PostgreSQL, the roll-up and the load client share the last one. CPU is that
of all workers and of all of PostgreSQL's processes, joining and heartbeats among it; *beside* are the
roll-up and the clock. *Lost* counts screens and entries; *drained* is how long after the last second of
the play something still came; *others* is how many processors were busy meanwhile with what is no part of
this."""
_COLUMNS = (
    "restaurants, of a company, screens, workers",
    "entries/s",
    "p50 / p99",
    "answers, p99",
    "worker / database / beside, ms an entry",
    "load client",
    "transactions",
    "reads",
    "renders",
    "lost",
    "refused",
    "drained",
    "others",
)


@dataclass(frozen=True)
class Found:
    """`best` is None if no rate holds; `doubled` was played at two times its rate."""

    best: Result | None
    doubled: Result | None
    worst: Result | None


def search(ground: Ground, seconds: float) -> Found:
    """Play one rate after the other, and at last two times the highest that holds."""

    def play(rate: float) -> Result:
        result = ground.play(rate, seconds)
        verdict = "holds" if result.holds else "does not hold"
        ground.stage.say(f"{rate:.0f}/s {verdict}: {result.said}")
        return result

    best, worst = highest(play)
    return Found(best, play(2 * best.rate) if best else None, worst)


def highest(play: Callable[[float], Result]) -> tuple[Result | None, Result | None]:
    """The result at the highest rate that holds, and at the lowest that does not, as far as was looked."""
    best: Result | None = None
    worst: Result | None = None
    rate = FIRST
    while LEAST <= rate <= MOST:
        result = play(rate)
        if result.holds:
            best = result
        else:
            worst = result
        if best and worst:
            if worst.rate / best.rate <= CLOSE:
                break
            rate = (best.rate * worst.rate) ** 0.5
        else:
            rate = rate * STEP if best else rate / STEP
    return best, worst


def markdown(found: Sequence[Found]) -> str:
    shown = [result for each in found for result in (each.best or each.worst, each.doubled) if result]
    head = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|"
    return "\n".join([head, *map(_line, shown)])


def _line(result: Result) -> str:
    cells = (
        f"{result.restaurants:,}, {result.per_tenant}, {result.streams:,}, {result.workers}",
        f"{number(result.rate)}" + ("" if result.holds else " (not in time)"),
        f"{number(result.p50_ms)} / {number(result.p99_ms)} ms",
        f"{number(result.answer_p99_ms)} ms",
        f"{number(result.worker_ms)} / {number(result.database_ms)} / {number(result.beside_ms)}",
        f"{number(result.client_ms)} ms",
        number(result.transactions),
        number(result.reads),
        number(result.renders),
        f"{result.lost:,}",
        f"{result.busy + result.failed:,}",
        f"{number(result.drained_s)} s",
        number(result.others),
    )
    return "| " + " | ".join(cells) + " |"
