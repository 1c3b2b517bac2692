"""What pages say of connections and of what came by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ordertrack.channels.interface import Sentence
from ordertrack.channels.payloads import Outcome
from ordertrack.following.models import State
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.outgoing.failures import CallFailed, Why

OUTCOMES = {
    Outcome.RECEIVED: marked("Waits"),
    Outcome.DONE: marked("Taken in"),
    Outcome.NOTHING: marked("Nothing to do"),
    Outcome.REFUSED: marked("Refused"),
}
TOLD = {
    State.QUEUED: marked("Waits"),
    State.WAITING: marked("Waits"),
    State.RUNNING: marked("Waits"),
    State.DONE: marked("Told"),
    State.FAILED: marked("Not told"),
    State.UNKNOWN: marked("Not told"),
}
_FAILURES = {
    Why.REFUSED: marked("Its address is none that may be called from here."),
    Why.UNREACHABLE: marked("Its address cannot be reached."),
    Why.TOO_SLOW: marked("It did not answer in time."),
    Why.TOO_LARGE: marked("It answered with more than can be read at once."),
}


def said(sentence: str | None, values: Mapping[str, Any] | None) -> str:
    """A sentence that was kept, in the language spoken now."""
    if not sentence:
        return ""
    return _(sentence, **(values or {})) if values else _(sentence)


def kept(sentence: Mapping[str, Any] | None) -> str:
    """As `said`, of one that was kept whole."""
    return said(sentence["said"], sentence["values"]) if sentence else ""


def of_failure(error: CallFailed) -> Sentence:
    """Why nobody could be called."""
    return Sentence(_FAILURES[error.why])
