"""A worker or a listener is killed under load: whoever watched comes back and has missed nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psycopg

from faults.history_of import operator
from faults.load import Load
from ordertrack.database.config import Settings
from support.processes import metric, workers
from support.server import Server, wait_for


def test_a_killed_worker_is_replaced_and_its_watchers_miss_nothing(
    tough: Server, under_load: Callable[[], Load]
) -> None:
    with under_load() as load:
        victim, *others = workers(tough)
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: len(set(workers(tough)) - {victim, *others}) == 1, "another worker")
        load.goes_on()
        load.all_stream()


def test_a_listener_that_was_cut_comes_back_and_has_missed_nothing(
    tough: Server, settings: Settings, under_load: Callable[[], Load]
) -> None:
    with under_load() as load:
        connects = metric(tough, "ordertrack_listener_connects_total")
        with psycopg.connect(operator(settings), autocommit=True) as connection:
            for _ in range(3):
                cut = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'listener' AND datname = current_database()"
                ).fetchall()
                assert len(cut) >= 2
                load.goes_on(5)
                connects += 2
                wait_for(
                    lambda: metric(tough, "ordertrack_listener_connects_total") >= connects,  # noqa: B023
                    "both listeners",
                )
        load.goes_on()
    for crowd in (load.boards, load.programs):
        assert not any(reader.endings for reader in crowd.readers), "no stream had to end for that"
