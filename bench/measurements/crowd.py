"""Ten thousand watchers of one board connect, signed in and checked; and what memory each of them is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial

from contenders.contender import Contender
from contenders.others import NCHAN, Limit, Nchan, Textbook
from contenders.ours import Ordertrack
from house import House
from processes import proportional_bytes
from stage import Stage
from table import Row, at_most, number, ratios, refusals

WARM_UP = 300
CUSTOMERS = 2000


def measure(stage: Stage) -> list[Row]:
    seconds: dict[str, list[float]] = defaultdict(list)
    kilobytes: dict[str, list[float]] = defaultdict(list)
    refused: Counter[str] = Counter()
    with stage.house("crowd") as house:
        house.place(CUSTOMERS)
        for _ in range(stage.scale.rounds):
            for make in _contenders(stage, house):
                with make() as contender:
                    connect, memory, sent_away = _crowd(stage, contender)
                    refused[contender.name] += sent_away
                    seconds[contender.name].append(connect)
                    kilobytes[contender.name].append(memory)
                stage.say(f"crowd: {contender.name}: {connect:.2f} s, {memory:.2f} KB a watcher")
        with Ordertrack(stage, house) as ours, ours.customers(CUSTOMERS) as customers:
            of_customers = [customers.ready()["seconds"]]
    return [*_memory_rows(stage, kilobytes), *_connect_rows(stage, seconds, refused, of_customers)]


def _contenders(stage: Stage, house: House) -> list[Callable[[], Contender]]:
    """New ones each round, one at a time, so that none has memory left over."""
    kinds = [Limit, Textbook, *([Nchan] if NCHAN else [])]
    return [partial(Ordertrack, stage, house), *(partial(kind, stage) for kind in kinds)]


def _crowd(stage: Stage, contender: Contender) -> tuple[float, float, int]:
    """Seconds to the last first frame, KB a watcher, how many were refused; a few watch before."""
    worker = contender.workers[0]
    with contender.watchers(WARM_UP) as first:
        first.ready()
        before = proportional_bytes(worker)
        with contender.watchers(stage.scale.crowd) as crowd:
            said = crowd.ready()
            memory = proportional_bytes(worker) - before
    return said["seconds"], memory / 1024 / stage.scale.crowd, said["refused"]


def _memory_rows(stage: Stage, kilobytes: dict[str, list[float]]) -> list[Row]:
    ours, theirs = kilobytes[Ordertrack.name], kilobytes[Textbook.name]
    what = f"memory a watcher with {stage.scale.crowd:,} of them (PSS of the process, without the kernel's)"
    beside = f"{ratios(ours, theirs):.2f} × {Textbook.name}"
    others = [name for name in (Textbook.name, Nchan.name) if name in kilobytes]
    return [
        at_most(what, ours, "KB", beside, 3),
        *(Row(f"— {name}", kilobytes[name], "KB") for name in others),
    ]


def _connect_rows(
    stage: Stage, seconds: dict[str, list[float]], refused: Counter[str], of_customers: list[float]
) -> list[Row]:
    ours = seconds[Ordertrack.name]
    others = [name for name in seconds if name != Ordertrack.name]
    beside = "; ".join(f"{number(ratios(ours, seconds[name]))} × {name}" for name in others)
    what = f"{stage.scale.crowd:,} watchers connect to one core, signed in and checked, to the last frame"
    customers = f"— ordertrack, {CUSTOMERS:,} customers, each with a token of their own"
    return [
        at_most(what, ours, "s", beside + refusals(refused[Ordertrack.name]), 12),
        *(Row(f"— {name}, without sign-in", seconds[name], "s") for name in others),
        Row(customers, of_customers, "s"),
    ]
