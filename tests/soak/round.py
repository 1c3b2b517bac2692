"""One round: a plan played on the real server by all writers and readers at once, and then checked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import cycle

from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import rule_sets
from ordertrack.rules.state_machine import RuleSet
from ordertrack.server import consistency
from soak.checks import readers as check_readers
from soak.checks import truth
from soak.checks import writers as check_writers
from soak.checks.truth import Truth
from soak.faults import Faults
from soak.plans import planning
from soak.plans.plan import Fault, Plan, Size
from soak.reading.readers import Reader
from soak.reading.watching import READERS
from soak.stage import ROUND, Stage
from soak.writing.writers import Writer
from support.cast import House
from support.programs.valkey import Valkey
from support.server import Server


@dataclass
class World:
    """Where rounds are played: hosts, their database, the bus between them, and how to make houses."""

    settings: Settings
    app: Flask
    servers: list[Server]
    bus: Valkey | None
    make_house: Callable[[str, tuple[str, ...]], House]


@dataclass
class Played:
    """What is left of a round: what everybody was told, and what the database says."""

    plan: Plan
    stages: list[Stage]
    truths: list[Truth]
    readers: list[list[Reader]]
    faults: Counter[str]
    trouble: list[str]

    def findings(self) -> Iterator[str]:
        """Everything that contradicts a promise, a sentence each."""
        yield from self.trouble
        for stage, true, readers in zip(self.stages, self.truths, self.readers, strict=True):
            yield from check_writers.findings(stage.attempts, stage.claims, true)
            for reader in readers:
                yield from check_readers.findings(reader, true)


def play(world: World, seed: int, size: Size, faults: tuple[Fault, ...]) -> Played:
    """Play the plan of this seed in two new houses; raises what no writer or reader could make sense of."""
    made = planning.make(seed, size, faults)
    houses = [
        world.make_house("Cedar", ("hamra", "jounieh")),
        world.make_house("Rival", ("verdun", "badaro")),
    ]
    ports = [server.port for server in world.servers]
    stages = [
        Stage(house, part, ports, world.settings.secret_key, is_disturbed=bool(made.strikes))
        for house, part in zip(houses, made.houses, strict=True)
    ]
    ending = threading.Event()
    readers = [_readers(stage, ending) for stage in stages]
    striking = Faults(world.settings, world.app, world.servers, world.bus, seed)
    jobs = [lambda: striking.run(made.strikes, stages[0], ending)]
    _choose(world.app, houses[1], RuleSet.EXTENDED)
    jobs.append(lambda: _switch(world.app, stages[0], made.switches, ending))
    jobs += [
        Writer(stage, stages[1 - side], n, f"{seed} {side}").run
        for side, stage in enumerate(stages)
        for n in range(len(stage.plan.writers))
    ]
    truths = _perform(world.app, stages, jobs, readers, ending)
    theirs = [house.tenant_id for house in houses]
    broken = [finding.claim for finding in consistency.check(world.settings, theirs) if not finding.holds]
    trouble = [f"`db check` finds it untrue that {claim}." for claim in broken]
    return Played(made, stages, truths, readers, striking.counts, trouble)


def _switch(app: Flask, stage: Stage, moments: Iterable[float], ending: threading.Event) -> None:
    """Change the rule set of a house to the other one when these shares of its steps are done."""
    for at, rule_set in zip(moments, cycle((RuleSet.EXTENDED, RuleSet.STRICT)), strict=False):
        while stage.progress < at and not ending.wait(0.05):
            pass
        _choose(app, stage.house, rule_set)


def _choose(app: Flask, house: House, rule_set: RuleSet) -> None:
    with tenant_context(app, house.tenant_id):
        rule_sets.choose(rule_set, by=house.maya.principal)


def _readers(stage: Stage, ending: threading.Event) -> list[Reader]:
    return [
        READERS[watch.screen](stage, watch, f"{stage.house.slug} {watch.screen} reader {n}", ending)
        for n, watch in enumerate(stage.plan.watches)
    ]


def _perform(
    app: Flask,
    stages: list[Stage],
    jobs: list[Callable[[], None]],
    readers: list[list[Reader]],
    ending: threading.Event,
) -> list[Truth]:
    """Readers first, then writers and faults; when all is written, readers are told where the end is."""
    with ThreadPoolExecutor(len(jobs) + sum(map(len, readers))) as pool:
        try:
            reading = [pool.submit(reader.run) for side in readers for reader in side]
            _finish([pool.submit(job) for job in jobs])
            truths = [truth.read(app, stage.house) for stage in stages]
            for side, true in zip(readers, truths, strict=True):
                for reader in side:
                    reader.end_at(true.entries)
        finally:
            ending.set()
            for stage in stages:
                stage.call_off()
        _finish(reading)
    return truths


def _finish(jobs: list[Future[None]]) -> None:
    """Wait for all; raises what the first of them ran into."""
    done, unfinished = wait(jobs, ROUND, FIRST_EXCEPTION)
    for job in done:
        job.result()
    assert not unfinished, f"not done within {ROUND} s"
