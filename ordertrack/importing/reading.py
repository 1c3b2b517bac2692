"""The second look at a log: from the gathered rows to its orders, and to what is wrong with the others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import columns, items, local_times, logged_order, moments, time_formats, words
from ordertrack.importing.gathering import GatheredRow
from ordertrack.importing.logged_order import BadRow, Fault, FaultyRow, LoggedOrder
from ordertrack.importing.moments import Ambiguous, Number, Unreadable, Written
from ordertrack.importing.roles import COLUMN_OF, STATUS_OF
from ordertrack.importing.time_formats import NumberKind
from ordertrack.importing.understanding import Understood
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

ZoneOf = Callable[[str | None, dt.date], dt.tzinfo]
"""In which zone the local times of a restaurant are, as the log names it, on a day."""

OVER_MIDNIGHT = dt.timedelta(hours=12)
"""A time of day before that of the stage before is of the next day, if no more than this lies between."""
EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC).timestamp()


@dataclass(frozen=True, slots=True)
class _Since:
    """So many seconds after the order became `status`."""

    status: OrderStatus
    seconds: float


@dataclass
class _Row:
    line: int
    cells: dict[str, list[str]]
    when: dict[OrderStatus, dt.datetime | _Since]
    texts: dict[OrderStatus, str]
    items: tuple[NewItem, ...]
    fulfilment: Fulfilment | None
    status: OrderStatus | None
    zone: dt.tzinfo | None

    @property
    def placed(self) -> dt.datetime:
        placed = self.when[OrderStatus.PENDING]
        assert isinstance(placed, dt.datetime)
        return placed


@dataclass
class Reading:
    """Reads what was understood. `zone_of` knows the restaurants; nothing lies behind `now`.

    `counts` has how often what was decided, for the summary.
    """

    found: Understood
    zone_of: ZoneOf
    now: dt.datetime
    earliest: float = EARLIEST
    counts: Counter[str] = field(default_factory=Counter)
    bad_rows: list[BadRow] = field(default_factory=list)

    def orders(self) -> Iterator[LoggedOrder]:
        """Each order once, by its first line; what is wrong with others is added to `bad_rows`."""
        made = 0
        for group in self.found.gathered.groups():
            rows = [row for row in map(self._read, group) if row is not None]
            for story in self._stories(rows):
                if (order := self._told(story)) is not None:
                    yield order
                    made += 1
                    if made == self.found.choices.limit:
                        return

    def _refuse(self, line: int, error: FaultyRow) -> None:
        self.bad_rows.append(BadRow(line, error.fault, str(error)))

    def _read(self, gathered: GatheredRow) -> _Row | None:
        try:
            return self._row(gathered.line, dict(zip(self.found.roles, gathered.cells, strict=True)))
        except FaultyRow as error:
            self._refuse(gathered.line, error)
            return None

    def _row(self, line: int, cells: dict[str, list[str]]) -> _Row:
        self._refuse_missing(cells)
        when, texts = self._when(cells)
        ended: OrderStatus | None = _status(_first(cells, "status"))
        if self.found.is_of_events:
            if ended is None or ended not in when:
                raise FaultyRow(
                    Fault.MALFORMED, _("%(column)s is missing", column="at" if ended else "status")
                )
        elif OrderStatus.PENDING not in when:
            raise FaultyRow(Fault.MALFORMED, _("placed is missing"))
        if _is_flagged(cells):
            ended = OrderStatus.CANCELLED
        dishes = items.read(_first(cells, "items"), self.found.item_separator, _first(cells, "quantity"))
        zone = _zone(_first(cells, "timezone"))
        return _Row(line, cells, when, texts, dishes, _fulfilment(_first(cells, "fulfilment")), ended, zone)

    def _refuse_missing(self, cells: Mapping[str, list[str]]) -> None:
        needed = ("order", "restaurant") if self.found.choices.into is None else ("order",)
        for role in needed:
            if not all(cells.get(role, [""])):
                raise FaultyRow(Fault.MALFORMED, _("%(column)s is missing", column=role))

    # Times

    def _when(
        self, cells: Mapping[str, list[str]]
    ) -> tuple[dict[OrderStatus, dt.datetime | _Since], dict[OrderStatus, str]]:
        """What was written of each status, and how."""
        day = self._only_day(cells)
        when: dict[OrderStatus, dt.datetime | _Since] = {}
        texts: dict[OrderStatus, str] = {}
        last: dt.datetime | None = None
        for role in self.found.columns.times:
            filled = cells[role]
            if not filled[-1] or (role == "cancelled" and words.plain(filled[0]) in columns.YES | columns.NO):
                continue
            status = _status(_first(cells, "status")) if role == "at" else STATUS_OF[role]
            told = self._time(role, filled, day, last)
            if status is None or told is None:
                continue
            when[status], texts[status] = told, " ".join(filled)
            if isinstance(told, dt.datetime):
                last = told
        return when, texts

    def _only_day(self, cells: Mapping[str, list[str]]) -> dt.date | None:
        if not _first(cells, "date"):
            return None
        written: Written | _Since | None = self._written("date", cells["date"][0])
        if isinstance(written, Number):
            written = self._of_number("date", written)
        if isinstance(written, dt.datetime):
            return written.date()
        return written if isinstance(written, dt.date) else None

    def _time(
        self, role: str, filled: list[str], day: dt.date | None, last: dt.datetime | None
    ) -> dt.datetime | _Since | None:
        if role in self.found.columns.after:
            return self._since(role, self._written(role, filled[-1]), self.found.columns.after[role])
        written = self._written(role, filled[0])
        if len(filled) == 2:
            return self._joined(role, written, filled, last)
        if isinstance(written, Number) and self.found.kinds[role] == NumberKind.PART_OF_DAY:
            written = dt.timedelta(seconds=round(written.value * 86400))
        elif isinstance(written, dt.timedelta) and self._is_duration(role):
            return _Since(OrderStatus.PENDING, written.total_seconds())
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
        return role != "placed" and self.found.columns.named[self.found.columns.places[role][-1]].is_duration

    def _joined(
        self, role: str, written: Written, filled: list[str], last: dt.datetime | None
    ) -> dt.datetime | _Since | None:
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
            return day + dt.timedelta(seconds=second.value * self.found.units.get(role, 60.0))
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
            self.counts["after 24:00"] += 1
        elif last is not None and last.tzinfo == told.tzinfo and told < last:
            later = told + dt.timedelta(days=1)
            while later < last:  # the stage before was of the next day already
                later += dt.timedelta(days=1)
            if later - last <= OVER_MIDNIGHT:
                self.counts["over midnight"] += 1
                return later
        return told

    def _of_number(self, role: str, number: Number) -> dt.datetime | _Since | None:
        kind = self.found.kinds[role]
        if kind == NumberKind.DURATION:
            return self._since(role, number, "placed")
        try:
            if kind == NumberKind.OFFSET:
                first = self.found.choices.first_day or dt.date(1970, 1, 1)
                seconds = dt.timedelta(seconds=number.value * self.found.units[role])
                return dt.datetime.combine(first, dt.time(), dt.UTC) + seconds
            if number.value == 0:
                return None
            return time_formats.moment(number, kind)
        except (OverflowError, ValueError):
            said = _("its times lie before 1970 or after the year 9999")
            raise FaultyRow(Fault.MALFORMED, said) from None

    def _since(self, role: str, written: Written, base: str) -> _Since:
        if not isinstance(written, Number):
            raise FaultyRow(
                Fault.MALFORMED, _("%(column)s is no number: it counts from another time", column=role)
            )
        return _Since(STATUS_OF[base], written.value * self.found.units.get(role, 60.0))

    def _written(self, role: str, text: str) -> Written:
        if not text:
            return Number(0, 0)
        try:
            written = moments.read(text, self.found.dates)
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

    # Orders

    def _stories(self, rows: list[_Row]) -> list[list[_Row]]:
        """The rows of each order: of one number there may be one a day, and of one order many rows."""
        if self.found.is_of_events:
            return self._by_days(rows)
        stories: dict[dt.datetime, list[_Row]] = {}
        first_of_day: dict[dt.date, dt.datetime] = {}
        for row in rows:
            day, placed = row.placed.date(), row.placed
            first = first_of_day.setdefault(day, placed)
            if first != placed:
                self._refuse_repeated(row, stories[first][0])
                continue
            stories.setdefault(placed, []).append(row)
        self.counts["numbers again"] += max(len(stories) - 1, 0)
        return [self._without_doubles(story) for story in stories.values()]

    def _refuse_repeated(self, row: _Row, first: _Row) -> None:
        said = _("order %(id)s stands on line %(line)s already", id=_id(row), line=first.line)
        self._refuse(row.line, FaultyRow(Fault.DUPLICATE, said))

    def _without_doubles(self, story: list[_Row]) -> list[_Row]:
        """Several rows are several dishes, if they say different ones; else one row stands there again."""
        first = story[0]
        if len({row.items for row in story}) > 1:
            self.counts["several rows"] += 1
            return story
        for row in story[1:]:
            self._refuse_repeated(row, first)
        return [first]

    def _by_days(self, rows: list[_Row]) -> list[list[_Row]]:
        """Events in the order of their times; a number placed again on another day is another order."""

        def at(row: _Row) -> tuple[float, int]:
            (told,) = row.when.values()
            assert isinstance(told, dt.datetime)
            return told.replace(tzinfo=told.tzinfo or dt.UTC).timestamp(), row.line

        stories: list[list[_Row]] = []
        placed_on: dt.date | None = None
        for row in sorted(rows, key=at):
            placed = row.when.get(OrderStatus.PENDING)
            if isinstance(placed, dt.datetime) and placed.date() != placed_on:
                if placed_on is not None:
                    self.counts["numbers again"] += 1
                placed_on = placed.date()
                stories.append([])
            if not stories:
                stories.append([])
            stories[-1].append(row)
        return stories

    def _told(self, rows: list[_Row]) -> LoggedOrder | None:
        try:
            return self._order(rows)
        except FaultyRow as error:
            self._refuse(rows[0].line, error)
            return None

    def _order(self, rows: list[_Row]) -> LoggedOrder:
        first = rows[0]
        cells = first.cells
        when: dict[OrderStatus, dt.datetime | _Since] = {}
        texts: dict[OrderStatus, str] = {}
        for row in rows:
            for status, told in row.when.items():
                if status in when:
                    self.counts["said again"] += when[status] != told
                    continue
                when[status], texts[status] = told, row.texts[status]
        if OrderStatus.PENDING not in when:
            raise FaultyRow(Fault.MALFORMED, _("placed is missing"))
        restaurant = (
            logged_order.text("restaurant", _joined(cells, "restaurant"))
            if _joined(cells, "restaurant")
            else None
        )
        times, is_doubled = self._seconds(when, restaurant, first.zone)
        order_id = logged_order.text("order", _joined(cells, "order"))
        said = next((row.fulfilment for row in rows if row.fulfilment is not None), None)
        fulfilment = said or self.found.choices.fulfilment
        self.counts["fulfilment not said"] += said is None
        ended = self._ended(rows, times)
        logged_order.check_story(times, fulfilment, ended)
        self._refuse_far(times)
        dishes = tuple(item for row in rows for item in row.items)
        items.refuse_too_many(len(dishes))
        reason = next((_first(row.cells, "reason") for row in rows if _first(row.cells, "reason")), "")
        self.counts["doubled"] += is_doubled
        placed = when[OrderStatus.PENDING]
        return LoggedOrder(
            min(row.line for row in rows),
            order_id,
            restaurant,
            fulfilment,
            dishes or items.NOT_LOGGED,
            logged_order.text("reason", reason, logged_order.LONGEST_REASON) if reason else None,
            times,
            texts,
            ended,
            is_doubled,
            placed.date() if isinstance(placed, dt.datetime) else None,
        )

    def _ended(self, rows: list[_Row], times: Mapping[OrderStatus, float]) -> OrderStatus | None:
        """Where the log says that it stood at last."""
        if self.found.is_of_events:
            return max(times, key=lambda each: (times[each], list(OrderStatus).index(each)))
        return next((row.status for row in reversed(rows) if row.status is not None), None)

    def _seconds(
        self, when: Mapping[OrderStatus, dt.datetime | _Since], restaurant: str | None, zone: dt.tzinfo | None
    ) -> tuple[dict[OrderStatus, float], bool]:
        told = {status: at for status, at in when.items() if isinstance(at, dt.datetime)}
        utc = {
            status: at.replace(tzinfo=dt.UTC) if at.tzinfo is None and self._is_utc(status) else at
            for status, at in told.items()
        }

        def zone_on(day: dt.date) -> dt.tzinfo:
            return zone if zone is not None else self.zone_of(restaurant, day)

        try:
            times, is_doubled = local_times.seconds_of(utc, zone_on)
        except (OverflowError, ValueError):
            raise FaultyRow(Fault.MALFORMED, _("its times lie before 1970 or after the year 9999")) from None
        for status in OrderStatus:
            since = when.get(status)
            if isinstance(since, _Since) and since.status in times:
                times[status] = times[since.status] + since.seconds
        return {status: times[status] for status in OrderStatus if status in times}, is_doubled

    def _is_utc(self, status: OrderStatus) -> bool:
        role = "at" if self.found.is_of_events else COLUMN_OF[status]
        places = self.found.columns.places.get(role, ())
        return any(self.found.columns.named[place].is_utc for place in places)

    def _refuse_far(self, times: Mapping[OrderStatus, float]) -> None:
        if min(times.values()) < self.earliest:
            raise FaultyRow(Fault.MALFORMED, _("its times lie before 1970 or after the year 9999"))
        if max(times.values()) > self.now.timestamp():
            raise FaultyRow(Fault.FUTURE, _("its times lie in the future"))


def _first(cells: Mapping[str, list[str]], role: str) -> str:
    return cells[role][0] if role in cells else ""


def _joined(cells: Mapping[str, list[str]], role: str) -> str:
    return "-".join(cells.get(role, ()))


def _id(row: _Row) -> str:
    return _joined(row.cells, "order")


def _is_flagged(cells: Mapping[str, list[str]]) -> bool:
    return words.plain(_first(cells, "cancelled")) in columns.YES


def _status(text: str) -> OrderStatus | None:
    if not text:
        return None
    if (found := words.status(text)) is None:
        said = _(
            "status is not a word that is known: %(what)s",
            what=repr(text[:40]),
        )
        raise FaultyRow(Fault.MALFORMED, said)
    return found


def _fulfilment(text: str) -> Fulfilment | None:
    if not text:
        return None
    if (found := words.fulfilment(text)) is None:
        said = _(
            "fulfilment is not a word that is known: %(what)s",
            what=repr(text[:40]),
        )
        raise FaultyRow(Fault.MALFORMED, said)
    return found


def _zone(text: str) -> dt.tzinfo | None:
    if not text:
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FaultyRow(
            Fault.MALFORMED, _("timezone is no time zone: %(what)s", what=repr(text[:40]))
        ) from None
