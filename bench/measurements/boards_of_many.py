"""The boards of thousands of companies connect at once, each with somebody's session."""

from __future__ import annotations

from contenders.ours import Served
from many.client import Crowd
from many.costs import so_far
from many.town import EPOCH, SCREENS, Town
from processes import wait_for
from stage import Stage
from table import Row, at_most, number

LIMIT = 5  # seconds


def measure(stage: Stage) -> list[Row]:
    """After a first time, which fills what a worker keeps of who is signed in, all leave and come again."""
    companies = -(-stage.scale.crowd // len(SCREENS))
    first, seconds, worker, database = [], [], [], []
    with stage.database("boards_of_many") as settings:
        town = Town(settings, companies, 1)
        lines = _lines(town)
        with Served(stage, settings) as server:
            for nth in range(stage.scale.rounds + 1):
                before = so_far(stage, server, settings, [])
                with Crowd(stage.folder, server.port, lines) as crowd:
                    took = crowd.ready()
                    used = so_far(stage, server, settings, crowd.pids).since(before)
                (seconds if nth else first).append(took)
                if nth:
                    worker.append(used.worker * 1e6 / len(lines))
                    database.append(used.database * 1e6 / len(lines))
                # Who comes while the others are still leaving finds a full house, and is told to come again.
                wait_for(lambda: server.metric("ordertrack_subscriptions") == 0, "all to have left", 60)
                stage.say(f"boards of many: {took:.2f} s, {used.worker:.2f} s of the worker's CPU")
        town.close()
    what = f"{len(lines):,} boards of {companies:,} companies connect to one core, signed in, again"
    return [
        at_most(what, seconds, "s", f"{number(first[0])} s the first time, when nobody is known", LIMIT),
        Row("— CPU of the worker, a stream", worker, "µs"),
        Row("— CPU of PostgreSQL, a stream", database, "µs"),
    ]


def _lines(town: Town) -> list[str]:
    heads = town.heads()
    return [
        f"{EPOCH}-{heads[place.tenant]}\t/r/{place.slug}/{board}/stream?language={language}\t{cookie}"
        for place in town.places
        for (board, language), cookie in zip(SCREENS, place.cookies, strict=True)
    ]
