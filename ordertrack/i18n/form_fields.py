"""Reads what people type into a form field: the value, or None where it is none."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import TypeVar

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,6}([.,][0-9]{1,2})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_E = TypeVar("_E", bound=StrEnum)
# Arabic and Persian keyboards have digits of their own, and Arabic a mark of its own before decimals.
_KEYS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")


def _western(text: str) -> str:
    return text.translate(_KEYS)


def time_of_day(text: str) -> dt.time | None:
    """From `16:00` or `9:30`."""
    if not _TIME.fullmatch(text := _western(text)):
        return None
    hour, minute = text.split(":")
    return dt.time(int(hour), int(minute))


def whole(text: str) -> int | None:
    """From a whole number, neither negative nor beyond six digits."""
    return int(text) if _WHOLE.fullmatch(text := _western(text)) else None


def minutes(text: str) -> int | None:
    """From minutes with two decimals at most; in whole seconds."""
    if not _DECIMAL.fullmatch(text := _western(text)):
        return None
    return round(float(text.replace(",", ".")) * 60)


def day(text: str) -> dt.date | None:
    """From `2026-11-20`."""
    try:
        return dt.date.fromisoformat(text) if _DAY.fullmatch(text := _western(text)) else None
    except ValueError:
        return None


def member(kind: type[_E], text: str) -> _E | None:
    """The member of an enum with this value."""
    return next((each for each in kind if each.value == text), None)
