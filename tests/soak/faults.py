"""What goes wrong on purpose: workers, hosts and the bus killed, connections cut, a notification lost."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections import Counter
from random import Random
from unittest.mock import patch

from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import waking
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from soak.plans.plan import Fault, Strike
from soak.stage import Stage
from soak.writing.attempts import Outcome, PlaceAttempt
from support import processes
from support.database import connect
from support.programs.valkey import Valkey
from support.server import Server, wait_for

LONGEST_AWAY = 3.0  # seconds
_CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = %s AND (application_name = 'listener') = %s
"""


class Faults:
    """Strikes when the writers are so far; `counts` says how often."""

    def __init__(
        self, settings: Settings, app: Flask, servers: list[Server], bus: Valkey | None, seed: int
    ) -> None:
        self._settings = settings
        self._app = app
        self._servers = servers
        self._bus = bus
        self._random = Random(f"{seed} victims")
        self.counts: Counter[str] = Counter()

    def run(self, strikes: tuple[Strike, ...], stage: Stage, is_over: threading.Event) -> None:
        for strike in strikes:
            while stage.progress < strike.at:
                if is_over.wait(0.02):
                    return
            self._strike(strike.fault, stage, is_over)
            self.counts[strike.fault] += 1

    def _strike(self, fault: Fault, stage: Stage, is_over: threading.Event) -> None:
        match fault:
            case Fault.WORKER_KILLED:
                server = self._random.choice(self._servers)
                victims = wait_for(lambda: processes.children_of(server), "a worker")
                os.kill(self._random.choice(victims), signal.SIGKILL)
            case Fault.LISTENERS_CUT:
                self._cut(listeners=True)
                if self._bus is not None:
                    self._bus.cut()
            case Fault.POOL_CUT:
                self._cut(listeners=False)
            case Fault.NOTIFICATION_LOST:
                self._place_unheard(stage)
            case Fault.HOST_KILLED:
                server = self._random.choice(self._servers)
                processes.kill_host(server)
                is_over.wait(self._random.uniform(0, LONGEST_AWAY))
                server.start()
            case Fault.BUS_KILLED:
                assert self._bus is not None, "there is no bus to kill"
                self._bus.kill()
                is_over.wait(self._random.uniform(0, LONGEST_AWAY))
                self._bus.start()

    def _cut(self, *, listeners: bool) -> None:
        with connect(self._settings.operator_url, autocommit=True) as operator:
            operator.execute(_CUT, [self._settings.app_role, listeners])
        with self._app.app_context():
            db.engine.dispose()  # our own connections are cut too, and are not what is tested

    def _place_unheard(self, stage: Stage) -> None:
        """An order whose notification nobody hears: only the log can tell of it."""
        by = stage.house.program
        tag = f"unheard {uuid.uuid4()}"
        sent = {"items": [{"name": "Tea", "quantity": 1}]}
        attempt = PlaceAttempt(tag, None, by, time.monotonic(), said="placed", order=sent)
        stage.attempts.append(attempt)
        order = NewOrder(
            stage.house.restaurants[0], Fulfilment.PICKUP, (NewItem("Tea", 1),), metadata={"attempt": tag}
        )
        with (
            patch.object(waking, "hint"),
            tenant_context(self._app, stage.house.tenant_id),
        ):
            attempt.order_id, _ = intake.place(order, by=by)
        attempt.outcome, attempt.ended = Outcome.PLACED, time.monotonic()
