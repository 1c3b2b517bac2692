"""What a play costs: CPU of the workers and of all of PostgreSQL, transactions, reads and renders."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from contenders.ours import Served
from ordertrack.database.config import Settings
from processes import TICK, busy_seconds, children, cpu_seconds, descendants
from stage import Stage

COUNTED = 1.2  # seconds after which PostgreSQL's processes have said what they counted
_READS = "ordertrack_event_reads_total"
_RENDERS = tuple(
    f'ordertrack_renders_total{{channel="{channel}"}}' for channel in ("kitchen", "dispatch", "tracking")
)


@dataclass(frozen=True)
class Costs:
    """So far: CPU in seconds, of each worker, of PostgreSQL, of what the server runs `beside` its workers,
    the roll-up and the clock, and of those who are no part of it; the rest counts.
    """

    workers: dict[int, float]
    database: float
    beside: float
    others: float
    transactions: int
    reads: float
    renders: float

    def since(self, before: Costs) -> Costs:
        return Costs(
            {pid: used - before.workers.get(pid, 0) for pid, used in self.workers.items()},
            self.database - before.database,
            self.beside - before.beside,
            self.others - before.others,
            self.transactions - before.transactions,
            self.reads - before.reads,
            self.renders - before.renders,
        )

    @property
    def worker(self) -> float:
        return sum(self.workers.values())


def so_far(stage: Stage, server: Served, settings: Settings, clients: Sequence[int]) -> Costs:
    time.sleep(COUNTED)
    page = server.page_of_metrics()
    workers = {pid: cpu_seconds(pid) for pid in server.workers}
    database = sum(_database(stage.postmaster))
    beside = sum(cpu_seconds(pid) for pid in {server.master, *descendants(server.master)} - workers.keys())
    ours = sum(workers.values()) + database + beside + sum(map(cpu_seconds, [os.getpid(), *clients]))
    return Costs(
        workers,
        database,
        beside,
        busy_seconds() - ours,
        stage.transactions(settings),
        page(_READS),
        sum(map(page, _RENDERS)),
    )


def _database(postmaster: int) -> Iterator[float]:
    """The CPU of all its processes, of those that have ended too."""
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    yield sum(map(int, fields[11:15])) / TICK
    for pid in children(postmaster):
        with suppress(OSError):
            yield cpu_seconds(pid)
