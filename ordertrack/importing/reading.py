"""The second look at a log: from the gathered rows to its orders, and to what is wrong with the others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import cells as cells_of
from ordertrack.importing import items, local_times, logged_order
from ordertrack.importing.gathering import GatheredRow
from ordertrack.importing.logged_order import BadRow, Fault, FaultyRow, LoggedOrder
from ordertrack.importing.roles import COLUMN_OF
from ordertrack.importing.row_times import RowTimes, Since
from ordertrack.importing.understanding import Understood
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

ZoneOf = Callable[[str | None, dt.date], dt.tzinfo]
"""In which zone the local times of a restaurant are, as the log names it, on a day."""

EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC).timestamp()


@dataclass
class _Row:
    line: int
    cells: dict[str, list[str]]
    when: dict[OrderStatus, dt.datetime | Since]
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

    def __post_init__(self) -> None:
        self._times = RowTimes(self.found, self.counts)

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
        when, texts = self._times.of(cells)
        ended: OrderStatus | None = cells_of.status(cells_of.first(cells, "status"))
        if self.found.is_of_events:
            if ended is None or ended not in when:
                raise FaultyRow(
                    Fault.MALFORMED, _("%(column)s is missing", column="at" if ended else "status")
                )
        elif OrderStatus.PENDING not in when:
            raise FaultyRow(Fault.MALFORMED, _("placed is missing"))
        if cells_of.is_flagged(cells):
            ended = OrderStatus.CANCELLED
        dishes = items.read(
            cells_of.first(cells, "items"), self.found.item_separator, cells_of.first(cells, "quantity")
        )
        zone = cells_of.zone(cells_of.first(cells, "timezone"))
        return _Row(
            line,
            cells,
            when,
            texts,
            dishes,
            cells_of.fulfilment(cells_of.first(cells, "fulfilment")),
            ended,
            zone,
        )

    def _refuse_missing(self, cells: Mapping[str, list[str]]) -> None:
        needed = ("order", "restaurant") if self.found.choices.into is None else ("order",)
        for role in needed:
            if not all(cells.get(role, [""])):
                raise FaultyRow(Fault.MALFORMED, _("%(column)s is missing", column=role))

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
        said = _(
            "order %(id)s stands on line %(line)s already",
            id=cells_of.joined(row.cells, "order"),
            line=first.line,
        )
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
        when: dict[OrderStatus, dt.datetime | Since] = {}
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
            logged_order.text("restaurant", cells_of.joined(cells, "restaurant"))
            if cells_of.joined(cells, "restaurant")
            else None
        )
        times, is_doubled = self._seconds(when, restaurant, first.zone)
        order_id = logged_order.text("order", cells_of.joined(cells, "order"))
        said = next((row.fulfilment for row in rows if row.fulfilment is not None), None)
        fulfilment = said or self.found.choices.fulfilment
        self.counts["fulfilment not said"] += said is None
        ended = self._ended(rows, times)
        logged_order.check_story(times, fulfilment, ended)
        self._refuse_far(times)
        dishes = tuple(item for row in rows for item in row.items)
        items.refuse_too_many(len(dishes))
        reason = next(
            (cells_of.first(row.cells, "reason") for row in rows if cells_of.first(row.cells, "reason")), ""
        )
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
        self, when: Mapping[OrderStatus, dt.datetime | Since], restaurant: str | None, zone: dt.tzinfo | None
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
            if isinstance(since, Since) and since.status in times:
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
