"""Moments as arrays hold them: microseconds since 1970, exactly."""

from __future__ import annotations

import datetime as dt

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def microseconds(moment: dt.datetime) -> int:
    """Since 1970, exactly."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def moment_at(since_1970: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=int(since_1970))
