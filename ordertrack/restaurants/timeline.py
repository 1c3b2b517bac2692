"""What holds on which day, of what was saved one after the other."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Timeline(Generic[Value]):
    """Values by the day from which on each holds, in the order of saving: of those from one day the last."""

    def __init__(self, versions: Iterable[tuple[dt.date, Value]] = ()) -> None:
        by_day = dict(versions)
        self.days = sorted(by_day)
        self.values = [by_day[day] for day in self.days]

    def at(self, day: dt.date) -> Value | None:
        """What holds on this day; None before the first."""
        index = bisect_right(self.days, day)
        return self.values[index - 1] if index else None

    def after(self, day: dt.date) -> dict[dt.date, Value]:
        """What begins to hold after this day, by the day from which on."""
        index = bisect_right(self.days, day)
        return dict(zip(self.days[index:], self.values[index:], strict=True))
