"""Whether a process is alive, and whether it is ready: answered in time, whatever the database does."""

from __future__ import annotations

import threading
from typing import Protocol

from flask import Blueprint, Flask, Response, current_app, jsonify

from ordertrack.database import session

PATIENCE = 1.5  # seconds
blueprint = Blueprint("health", __name__)


class Looks(Protocol):
    is_current: bool


class Listens(Protocol):
    """What is asked of this process's listener."""

    is_connected: bool
    may_be_deaf: bool
    lookout: Looks


class Probe:
    """Asks the database whether it answers: once at a time, however many want to know.

    Whoever asks waits for `PATIENCE` seconds and no longer. What takes longer goes on by itself to its end.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._question: _Question | None = None

    def answers(self) -> tuple[bool, str | None]:
        """Whether it answers, and why this code does not work with it, if so."""
        with self._lock:
            question = self._question
            if question is None or question.is_over.is_set():
                question = self._question = _Question()
                threading.Thread(target=self._ask, args=(question,), name="probe", daemon=True).start()
        return question.is_over.wait(PATIENCE) and question.is_answered, question.outgrown

    def _ask(self, question: _Question) -> None:
        try:
            with self._app.app_context():
                question.is_answered, question.outgrown = session.is_reachable()
        finally:
            question.is_over.set()


class _Question:
    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.is_answered = False
        self.outgrown: str | None = None


def init_app(app: Flask) -> None:
    app.extensions["probe"] = Probe(app)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process is alive."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers, this code works with its schema, the listener hears the bus, and the log was
    looked at lately; which of them not, with the `reason` if somebody has to do something.

    A process that may be deaf is ready all the same.
    """
    listener: Listens = current_app.extensions["listener"]
    answers, outgrown = current_app.extensions["probe"].answers()
    checks = {
        "database": answers,
        "schema": outgrown is None,
        "listener": listener.is_connected,
        "log": listener.lookout.is_current,
    }
    is_ready = all(holds or (what == "listener" and listener.may_be_deaf) for what, holds in checks.items())
    said = {
        "status": "ready" if is_ready else "not ready",
        **checks,
        **({"reason": outgrown} if outgrown else {}),
    }
    return jsonify(said), 200 if is_ready else 503
