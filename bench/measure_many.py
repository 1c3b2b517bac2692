"""make bench-many: how many entries a second a machine shows in time where there are many small restaurants.

With --rate it plays that rate and says in a line of JSON, its last, what it came to; without, it looks for
the highest rate at which 99 of 100 entries are on the last screen concerned within 100 ms, into RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import programs
import table
from contenders.ours import Served
from many import searching
from many.playing import Ground
from many.town import Town
from stage import FULL, Stage

TOWNS = (100, 1000, 3000)
PER_TENANT = (1, 20)
BOARDS, GUESTS = 3, 6
# Of the descriptors that a worker may have, those that are not for streams (server/descriptors); and how
# evenly streams fall to several workers.
OTHERS, EVEN = 1700, 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restaurants", type=int, help=f"{TOWNS}, one after the other, if not said")
    parser.add_argument("--rate", type=float, help="entries a second; searched for if not said")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--per-tenant", type=int, help=f"restaurants of one company: {PER_TENANT} if not said"
    )
    parser.add_argument("--seconds", type=float, default=25, help="of a play")
    parser.add_argument("--guests", type=int, default=GUESTS, help="of each restaurant")
    asked = parser.parse_args()
    programs.compile_all()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Stage(FULL) as stage:
        if asked.rate:
            sizes = asked.restaurants or 1000, asked.per_tenant or 1
            with _ground(stage, *sizes, asked.workers, asked.guests) as ground:
                print(json.dumps(ground.play(asked.rate, asked.seconds).said), flush=True)
        else:
            _search(stage, asked)


def _search(stage: Stage, asked: argparse.Namespace) -> None:
    import machine  # after the stage, which decides the core that everything begins on

    found = []
    for restaurants in [asked.restaurants] if asked.restaurants else TOWNS:
        for per_tenant in [asked.per_tenant] if asked.per_tenant else PER_TENANT:
            with _ground(stage, restaurants, per_tenant, asked.workers, asked.guests) as ground:
                found.append(searching.search(ground, asked.seconds))
    paragraphs = [machine.describe(stage), searching.HOW, searching.markdown(found)]
    print(paragraphs[-1])
    if asked.restaurants or asked.per_tenant:
        print("RESULTS.md is left alone: it is written by a search in all towns.")
    else:
        table.write_section(table.MANY, paragraphs)


@contextmanager
def _ground(stage: Stage, restaurants: int, per_tenant: int, workers: int, guests: int) -> Iterator[Ground]:
    room = workers * (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OTHERS) * (EVEN if workers > 1 else 1)
    fitting = min(guests, int(room / restaurants) - BOARDS)
    if fitting < guests:
        stage.say(
            f"{restaurants:,} restaurants have {fitting} guests each: the workers may not open more files"
        )
    with stage.database(f"many_{restaurants}_{per_tenant}") as settings:
        town = Town(settings, restaurants, per_tenant)
        try:
            stage.say(f"{restaurants:,} restaurants, {per_tenant} a company")
            with Served(stage, settings, workers) as server:
                yield Ground(stage, town, server, fitting)
        finally:
            town.close()


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
