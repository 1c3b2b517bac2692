"""When an alert begins, is told and is over: once each, whatever flickers in between."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Protocol

from ordertrack.manager_alerts.kinds import OVER_FOR, STANDS_FOR, AlertKind


class Step(StrEnum):
    """`TELL` and `END` are told to people; `DROP` is of what nobody was told of, and is gone."""

    BEGIN = "begin"
    TELL = "tell"
    GO = "go"
    RETURN = "return"
    END = "end"
    DROP = "drop"


class Known(Protocol):
    """What is kept of an alert."""

    began_at: dt.datetime
    told_at: dt.datetime | None
    gone_at: dt.datetime | None


def step(kind: AlertKind, known: Known | None, is_there: bool, now: dt.datetime) -> Step | None:
    """What happens next to an alert whose trouble is there now, or is not; None for nothing."""
    if known is None:
        return Step.BEGIN if is_there else None
    if is_there:
        if known.gone_at is not None:
            return Step.RETURN
        is_due = known.told_at is None and now - known.began_at >= STANDS_FOR[kind]
        return Step.TELL if is_due else None
    if known.told_at is None:
        return Step.DROP
    if known.gone_at is None:
        return Step.GO
    return Step.END if now - known.gone_at >= OVER_FOR else None
