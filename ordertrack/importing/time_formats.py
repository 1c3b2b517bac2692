"""How a log writes its times: told by all of its cells together, or asked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from ordertrack.importing import moments
from ordertrack.importing.moments import Ambiguous, DateOrder, Number, Unreadable

EXCEL_DAY_0 = dt.datetime(1899, 12, 30)  # noqa: DTZ001
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class NumberKind(StrEnum):
    """What the numbers of a column count."""

    EPOCH_S = "epoch in seconds"
    EPOCH_MS = "epoch in milliseconds"
    EPOCH_US = "epoch in microseconds"
    EPOCH_NS = "epoch in nanoseconds"
    EXCEL = "Excel day numbers"
    PART_OF_DAY = "Excel parts of a day"
    OFFSET = "since a day"
    DURATION = "since placing"


EPOCHS = {
    NumberKind.EPOCH_S: 1.0,
    NumberKind.EPOCH_MS: 1e3,
    NumberKind.EPOCH_US: 1e6,
    NumberKind.EPOCH_NS: 1e9,
}
_FIRST_SECOND, _LAST_SECOND = 631_152_000, 4_102_444_800  # 1990 and 2100
_FIRST_DAY, _LAST_DAY = 32_874, 73_050  # the same, as Excel counts days


@dataclass
class Evidence:
    """What all cells of one column of times say together."""

    orders: Counter[DateOrder] = field(default_factory=Counter)
    ambiguous: list[str] = field(default_factory=list)
    ambiguous_count: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    numbers: Counter[NumberKind | None] = field(default_factory=Counter)
    fractions: int = 0
    parts: int = 0
    most_decimals: int = 0
    example: str = ""

    def add(self, text: str) -> None:
        self.example = self.example or text
        try:
            written = moments.read(text, None)
        except Ambiguous:
            self.ambiguous_count += 1
            if len(self.ambiguous) < 3:
                self.ambiguous.append(text)
            self.forms["ambiguous"] += 1
            return
        except Unreadable:
            self.forms["unreadable"] += 1
            return
        if isinstance(written, Number):
            self._add_number(written)
        elif isinstance(written, dt.datetime):
            self.forms["moment" if written.tzinfo is not None else "local moment"] += 1
        else:
            self.forms["day" if isinstance(written, dt.date) else "time of day"] += 1
        if text[4:5] != "-" and (told := moments.order_told(text)) is not None:
            self.orders[told] += 1

    def _add_number(self, number: Number) -> None:
        self.forms["number"] += 1
        if 0 < number.value < 1:
            self.parts += 1
        elif number.value:
            self.numbers[_kind(number.value)] += 1
            self.fractions += number.value != int(number.value)
            self.most_decimals = max(self.most_decimals, number.decimals)

    @property
    def has_numbers(self) -> bool:
        return self.forms["number"] > 0

    def number_kind(self, *, is_day: bool, has_day: bool) -> NumberKind | None:
        """What most of them are; None for such as count from anywhere. `is_day`: times stand beside,
        `has_day`: a day."""
        if not self.numbers:
            return NumberKind.PART_OF_DAY if self.parts and has_day else None
        kind, count = self.numbers.most_common(1)[0]
        if count * 2 <= self.numbers.total():
            return None
        return None if kind == NumberKind.EXCEL and not self.fractions and not is_day else kind


def _kind(value: float) -> NumberKind | None:
    for kind, scale in EPOCHS.items():
        if _FIRST_SECOND * scale <= value < _LAST_SECOND * scale:
            return kind
    return NumberKind.EXCEL if _FIRST_DAY <= value < _LAST_DAY else None


def moment(number: Number, kind: NumberKind) -> dt.datetime:
    """The moment that a number stands for, naive for Excel's. Raises OverflowError or ValueError.

    Excel's are fractions of a day: they are as exact as their decimals, and no more exact than a millisecond.
    """
    if kind != NumberKind.EXCEL:
        scale = EPOCHS[kind]
        return EPOCH + dt.timedelta(microseconds=round(number.value * 1e6 / scale))
    seconds = number.value * 86400
    return EXCEL_DAY_0 + dt.timedelta(seconds=round(seconds, 3) if number.decimals >= 9 else round(seconds))
