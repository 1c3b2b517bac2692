"""The times of one row: what was written of each status, as a moment or as so long after another one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import cells as cells_of
from ordertrack.importing import moments, time_formats, words
from ordertrack.importing.logged_order import Fault, FaultyRow
from ordertrack.importing.moments import Ambiguous, Number, Unreadable, Written
from ordertrack.importing.roles import STATUS_OF
from ordertrack.importing.time_formats import NumberKind
from ordertrack.importing.understanding import Understood
from ordertrack.rules.state_machine import OrderStatus

OVER_MIDNIGHT = dt.timedelta(hours=12)
"""A time of day before that of the stage before is of the next day, if no more than this lies between."""


@dataclass(frozen=True, slots=True)
class Since:
    """So many seconds after the order became `status`."""

    status: OrderStatus
    seconds: float


class RowTimes:
    """Reads them as was understood; `counts` has how often what was decided. Raises FaultyRow."""

    def __init__(self, found: Understood, counts: Counter[str]) -> None:
        self._found = found
        self._counts = counts

    def of(
        self, cells: Mapping[str, list[str]]
    ) -> tuple[dict[OrderStatus, dt.datetime | Since], dict[OrderStatus, str]]:
        """What was written of each status, and how."""
        day = self._only_day(cells)
        when: dict[OrderStatus, dt.datetime | Since] = {}
        texts: dict[OrderStatus, str] = {}
        last: dt.datetime | None = None
        for role in self._found.columns.times:
            filled = cells[role]
            if not filled[-1] or (role == "cancelled" and words.plain(filled[0]) in words.YES | words.NO):
                continue
            status = cells_of.status(cells_of.first(cells, "status")) if role == "at" else STATUS_OF[role]
            told = self._time(role, filled, day, last)
            if status is None or told is None:
                continue
            when[status], texts[status] = told, " ".join(filled)
            if isinstance(told, dt.datetime):
                last = told
        return when, texts

    def _only_day(self, cells: Mapping[str, list[str]]) -> dt.date | None:
        if not cells_of.first(cells, "date"):
            return None
        written: Written | Since | None = self._written("date", cells["date"][0])
        if isinstance(written, Number):
            written = self._of_number("date", written)
        if isinstance(written, dt.datetime):
            return written.date()
        return written if isinstance(written, dt.date) else None

    def _time(
        self, role: str, filled: list[str], day: dt.date | None, last: dt.datetime | None
    ) -> dt.datetime | Since | None:
        if role in self._found.columns.after:
            return self._since(role, self._written(role, filled[-1]), self._found.columns.after[role])
        written = self._written(role, filled[0])
        if len(filled) == 2:
            return self._joined(role, written, filled, last)
        if isinstance(written, Number) and self._found.kinds[role] == NumberKind.PART_OF_DAY:
            written = dt.timedelta(seconds=round(written.value * 86400))
        elif isinstance(written, dt.timedelta) and self._is_duration(role):
            return Since(OrderStatus.PENDING, written.total_seconds())
        if isinstance(written, dt.timedelta):
            return self._of_day(role, written, day, last)
        if isinstance(written, Number):
            return self._of_number(role, written)
        if not isinstance(written, dt.datetime):
            raise FaultyRow(
                Fault.MALFORMED,
                _("%(column)s is a day without a time: %(what)s", column=role, what=repr(filled[0])),
            )
        return written

    def _is_duration(self, role: str) -> bool:
        return (
            role != "placed" and self._found.columns.named[self._found.columns.places[role][-1]].is_duration
        )

    def _joined(
        self, role: str, written: Written, filled: list[str], last: dt.datetime | None
    ) -> dt.datetime | Since | None:
        """A day and a time of day, or a moment and how long after it."""
        if not filled[0]:
            return None
        second = self._written(role, filled[1])
        day = self._of_number(role, written) if isinstance(written, Number) else written
        if isinstance(second, Number) and 0 <= second.value < 1 and isinstance(day, dt.date):
            second = dt.timedelta(seconds=round(second.value * 86400))  # Excel's part of a day
        if isinstance(second, dt.timedelta) and isinstance(day, dt.date):
            return self._of_day(role, second, day.date() if isinstance(day, dt.datetime) else day, last)
        if isinstance(second, Number) and isinstance(day, dt.datetime):
            return day + dt.timedelta(seconds=second.value * self._found.units.get(role, 60.0))
        said = _("%(column)s is no day and time: %(what)s", column=role, what=repr(" ".join(filled)[:60]))
        raise FaultyRow(Fault.MALFORMED, said)

    def _of_day(
        self, role: str, of_day: dt.timedelta, day: dt.date | None, last: dt.datetime | None
    ) -> dt.datetime:
        """A time of day on the day beside it, or on that of the stage before; nothing else tells one."""
        if day is None and last is None:
            raise FaultyRow(Fault.MALFORMED, _("%(column)s is a time without a day", column=role))
        zone = None if last is None or day is not None else last.tzinfo
        on = day if day is not None else last.date()  # type: ignore[union-attr]
        told = dt.datetime.combine(on, dt.time(), zone) + of_day
        if of_day >= dt.timedelta(days=1):
            self._counts["after 24:00"] += 1
        elif last is not None and last.tzinfo == told.tzinfo and told < last:
            later = told + dt.timedelta(days=1)
            while later < last:  # the stage before was of the next day already
                later += dt.timedelta(days=1)
            if later - last <= OVER_MIDNIGHT:
                self._counts["over midnight"] += 1
                return later
        return told

    def _of_number(self, role: str, number: Number) -> dt.datetime | Since | None:
        kind = self._found.kinds[role]
        if kind == NumberKind.DURATION:
            return self._since(role, number, "placed")
        try:
            if kind == NumberKind.OFFSET:
                first = self._found.choices.first_day or dt.date(1970, 1, 1)
                seconds = dt.timedelta(seconds=number.value * self._found.units[role])
                return dt.datetime.combine(first, dt.time(), dt.UTC) + seconds
            if number.value == 0:
                return None
            return time_formats.moment(number, kind)
        except (OverflowError, ValueError):
            said = _("its times lie before 1970 or after the year 9999")
            raise FaultyRow(Fault.MALFORMED, said) from None

    def _since(self, role: str, written: Written, base: str) -> Since:
        if not isinstance(written, Number):
            raise FaultyRow(
                Fault.MALFORMED, _("%(column)s is no number: it counts from another time", column=role)
            )
        return Since(STATUS_OF[base], written.value * self._found.units.get(role, 60.0))

    def _written(self, role: str, text: str) -> Written:
        if not text:
            return Number(0, 0)
        try:
            written = moments.read(text, self._found.dates)
            if isinstance(written, dt.datetime):
                written.replace(tzinfo=written.tzinfo or dt.UTC).timestamp()
            return written
        except Ambiguous:
            said = _(
                "%(column)s may be day first or month first: %(what)s", column=role, what=repr(text[:40])
            )
        except Unreadable as error:
            said = _("%(column)s is no time: %(what)s", column=role, what=repr(text[:40]))
            if str(error):
                said = f"{said} {error}"
        except OverflowError:
            said = _("%(column)s is no time: %(what)s", column=role, what=repr(text[:40]))
        raise FaultyRow(Fault.MALFORMED, said)
