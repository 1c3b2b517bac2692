"""When a delivery that failed is tried again, and when an endpoint has failed for too long."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from ordertrack.database.settings_error import SettingsError

WAITS = "ORDERTRACK_WEBHOOK_WAITS"
_BY_STANDARD = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)  # seconds before each try
FAILS_FOR = dt.timedelta(days=5)
_LONGEST = 86_400.0  # that an answer may ask us to wait


def waits() -> tuple[float, ...]:
    """Seconds before each try; raises SettingsError."""
    said = os.environ.get(WAITS, "").replace(",", " ").split()
    try:
        found = tuple(float(each) for each in said) or _BY_STANDARD
        if not all(0 <= each <= _LONGEST for each in found):
            raise ValueError
    except ValueError:
        raise SettingsError(
            f"{WAITS} must be the seconds before each try, such as 0,5,300, and none more than a day."
        ) from None
    return found


def before_next(tries: int, headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Seconds until it is tried again, after so many tries; None: it is given up."""
    planned = waits()
    if tries >= len(planned):
        return None
    return max(planned[tries], retry_after(headers, now) or 0.0)


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """The seconds that an answer asks us to wait (RFC 9110, 10.2.3); None if it says none that are read."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), _LONGEST)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST)
