"""make bench-age: what a tenant's pages cost when it is hours old, and with months or years behind it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import psycopg

import table
from age import blocks, pages, tenant
from house import plain_url
from ordertrack import create_app
from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.monitoring import logs
from stage import FULL, Stage

AGES = (10_000, 1_000_000)
A_DAY = 2800  # orders of all restaurants: ten million entries are four hundred days
OPEN = 40
REPEATS = 15
# So many times the blocks of a younger one, and so many more, are flat: an index is a level deeper, another
# one is shorter, a window of two weeks is full. What grows with age has a hundred times as much to read.
TIMES, MORE = 5, 100
HOW = f"""One tenant of {tenant.RESTAURANTS} restaurants that has {A_DAY:,} orders a day, nine entries an
order, and one restaurant that had {tenant.QUIET_ORDERS} orders in all its life; {OPEN} orders are open at the
busy one whose pages are asked for, two at each other one. Age is the only difference. Each page is asked for
by Flask's test client in one process, signed in, by a process that has kept neither settings nor estimates;
the time is the median of {REPEATS} after {blocks.WARM_UP}, the blocks are those of tables and indexes that
PostgreSQL read for it, cached or not. Streams are the reading of the log alone."""


@dataclass(frozen=True)
class Cost:
    """Of one page: milliseconds, and blocks read."""

    ms: float
    blocks: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, action="append", help=f"{AGES} if not said (repeatable)")
    asked = parser.parse_args()
    ages = asked.entries or list(AGES)
    logs.configure(quiet=True)
    with Stage(FULL) as stage:
        import machine  # after the stage, which decides the core that everything begins on

        costs = {entries: _measure(stage, entries) for entries in ages}
        described = machine.describe(stage)
    shown = markdown(costs)
    print(shown)
    if len(ages) < 2:
        print("RESULTS.md is left alone: it is written where there are two ages to compare.")
    else:
        table.write_section(table.AGE, [described, HOW, shown])


def _measure(stage: Stage, entries: int) -> dict[str, Cost]:
    with stage.database(f"age_{entries}") as settings:
        schema.upgrade(settings)
        with psycopg.connect(plain_url(settings.operator_url), autocommit=True) as operator:
            aged = _make(settings, operator, entries)
            operator.execute("VACUUM (ANALYZE)")
            stage.say(f"{aged.entries:,} entries made")
            app = create_app(settings)
            costs = {
                name: Cost(_milliseconds(ask), blocks.read_by(app, operator, ask))
                for name, ask in pages.of(app, aged).items()
            }
            with app.app_context():
                db.engine.dispose()
        stage.say(f"{aged.entries:,} entries measured")
    return costs


def _make(settings: Settings, operator: psycopg.Connection, entries: int) -> tenant.Tenant:
    commands = make_bare_app(settings, as_operator=True)
    try:
        return tenant.make(commands, operator, "aged", entries, OPEN, A_DAY)
    finally:
        with commands.app_context():
            db.engine.dispose()


def _milliseconds(ask: Callable[[], object]) -> float:
    took = []
    for _ in range(blocks.WARM_UP + REPEATS):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return median(took[blocks.WARM_UP :]) * 1000


def is_flat(young: float, old: float, times: float = TIMES) -> bool:
    """Whether these are as good as the same number of blocks."""
    return old <= young * times + MORE


def markdown(costs: dict[int, dict[str, Cost]]) -> str:
    """A line a page: ms and blocks at each age, and whether the oldest reads more than the youngest."""
    ages = sorted(costs)
    young, old = costs[ages[0]], costs[ages[-1]]
    head = ["what", *(f"{age:,} entries: ms / blocks" for age in ages), "oldest to youngest, ms / blocks", ""]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name in young:
        each = [f"{table.number(costs[age][name].ms)} / {costs[age][name].blocks:,.0f}" for age in ages]
        before, after = young[name], old[name]
        growth = f"{after.ms / before.ms:.2f} × / {after.blocks / max(before.blocks, 1):.2f} ×"
        verdict = "flat" if is_flat(before.blocks, after.blocks) else "**grows**"
        lines.append(f"| {' | '.join([name, *each, growth, verdict])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
