"""A minute in which nothing happens: what a thousand watchers ask of the database, and one, and none."""

from __future__ import annotations

import time
from contextlib import ExitStack

from contenders.ours import Ordertrack
from stage import Stage
from table import Row

STATISTICS_LAG = 12  # seconds until every idle connection has told PostgreSQL's statistics what it did
A_FEW = 20  # transactions a minute and process


def measure(stage: Stage) -> list[Row]:
    """The same minute for all three: each has a server and a database of its own."""
    crowds = (0, 1, stage.scale.watchers)
    with ExitStack() as stack:
        houses = [stack.enter_context(stage.house(f"silence_{count}")) for count in crowds]
        servers = [stack.enter_context(Ordertrack(stage, house)) for house in houses]
        for server, count in zip(servers, crowds, strict=True):
            if count:
                stack.enter_context(server.watchers(count)).ready()
        time.sleep(STATISTICS_LAG)
        before = _counted(stage, servers)
        time.sleep(stage.scale.idle_seconds)
        after = _counted(stage, servers)
    asked = [late[0] - early[0] for early, late in zip(before, after, strict=True)]
    reads = [late[1] - early[1] for early, late in zip(before, after, strict=True)]
    what = (
        f"{crowds[2]:,} watchers, {stage.scale.idle_seconds} s, nothing happens: transactions in the database"
    )
    met = asked[2] <= asked[1] + 2 and asked[2] <= A_FEW and not reads[2]
    target = "a constant few a process"
    beside = f"{asked[1]:.0f} with one watcher; {asked[0]:.0f} with none"
    return [
        Row(what, [asked[2]], "", beside, target, met),
        Row(
            "— reads of the log meanwhile",
            [reads[2]],
            "",
            f"{reads[1]:.0f} with one; {reads[0]:.0f} with none",
        ),
    ]


def _counted(stage: Stage, servers: list[Ordertrack]) -> list[tuple[float, float]]:
    return [
        (stage.transactions(server.house.settings), server.metric("ordertrack_event_reads_total"))
        for server in servers
    ]
