"""Which process of a run takes which tests: whole files, some whole folders, the crowded ones in a row."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# These folders load the machine: run one after another, first, in one process; others run beside it.
CROWDED = ("dinner", "faults", "soak")
# What these share takes long to make, such as four weeks of orders: one process makes it once.
SHARING = ("demo",)


class WholeFiles(LoadFileScheduling):
    """Gives each process whole files or folders, and one of them all files of the crowded folders.

    A test that ends its process, as one does that cannot even be stopped, has failed: the process that goes
    on with its file does not begin it again, and is not ended too.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self._ended_a_process: set[str] = set()

    def remove_node(self, node: WorkerController) -> str | None:
        pending = (
            test for unit in self.assigned_work[node].values() for test, done in unit.items() if not done
        )
        self._ended_a_process.update(islice(pending, 1))
        return super().remove_node(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        unit = next(iter(self.workqueue.values()))
        unit.update((test, True) for test in self._ended_a_process.intersection(unit))
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        """A process begins a test when it knows the next, or that there is none: who gets the last is told.

        Else one that takes the place of a process that died in the last test would wait for ever.
        """
        super()._reschedule(node)
        if not self.workqueue and not node.shutting_down:
            node.shutdown()

    def _split_scope(self, nodeid: str) -> str:
        folder = Path(nodeid.partition("::")[0]).parts[1]
        if folder in CROWDED:
            return "crowded"
        return folder if folder in SHARING else str(super()._split_scope(nodeid))
