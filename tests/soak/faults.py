"""What goes wrong on purpose: workers killed, connections cut, a notification that never comes."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from random import Random
from unittest.mock import patch

from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders import intake
from ordertrack.orders.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from soak.plans.plan import Fault, Strike
from soak.stage import Stage
from soak.writing.attempts import Outcome, PlaceAttempt
from support.database import connect
from support.server import Server, wait_for

_CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = %s AND (application_name = 'listener') = %s
"""


class Faults:
    """Strikes when the writers are so far; `counts` says how often."""

    def __init__(self, settings: Settings, app: Flask, server: Server, seed: int) -> None:
        self._settings = settings
        self._app = app
        self._server = server
        self._random = Random(f"{seed} victims")
        self.counts: Counter[str] = Counter()

    def run(self, strikes: tuple[Strike, ...], stage: Stage, is_over: threading.Event) -> None:
        for strike in strikes:
            while stage.progress < strike.at:
                if is_over.wait(0.02):
                    return
            self._strike(strike.fault, stage)
            self.counts[strike.fault] += 1

    def _strike(self, fault: Fault, stage: Stage) -> None:
        match fault:
            case Fault.WORKER_KILLED:
                os.kill(self._random.choice(wait_for(self._workers, "a worker")), signal.SIGKILL)
            case Fault.LISTENERS_CUT:
                self._cut(listeners=True)
            case Fault.POOL_CUT:
                self._cut(listeners=False)
            case Fault.NOTIFICATION_LOST:
                self._place_unheard(stage)

    def _workers(self) -> list[int]:
        master = self._server._process
        assert master is not None
        children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

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
            patch.object(intake, "EVENTS_CHANNEL", "nobody"),
            tenant_context(self._app, stage.house.tenant_id),
        ):
            attempt.order_id, _ = intake.place(order, by=by)
        attempt.outcome, attempt.ended = Outcome.PLACED, time.monotonic()
