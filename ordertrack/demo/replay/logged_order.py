"""One row of an order log: either an order with the times that were logged, or faulty, and why."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ordertrack.demo.replay import local_times, log_statuses
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

LONGEST_TEXT = 100
LONGEST_REASON = 500
MOST_ITEMS = 100
ITEMS_NOT_LOGGED = (NewItem("As in the log", 1),)

# The columns that carry a time, by the status that began then.
COLUMN_OF = {
    OrderStatus.PENDING: "placed",
    OrderStatus.CONFIRMED: "confirmed",
    OrderStatus.PREPARING: "preparing",
    OrderStatus.READY: "ready",
    OrderStatus.DELIVERING: "delivering",
    OrderStatus.COMPLETED: "completed",
    OrderStatus.CANCELLED: "cancelled",
}
_BESIDE_CANCELLED = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.CANCELLED)

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?")
_QUANTITY = re.compile(r"([0-9]{1,3})\s*[x×]\s*")


class Fault(StrEnum):
    MALFORMED = "malformed"
    OUT_OF_ORDER = "out of order"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class FaultyRow(ValueError):
    """A row that cannot be played: carries the `fault`; the message says what is wrong with it."""

    def __init__(self, fault: Fault, message: str) -> None:
        self.fault = fault
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class LoggedOrder:
    """`times` are seconds, in all of a log from the same moment on; `texts` are how the log wrote them.

    `status` is where the log says that the order stood; None where it says nothing of it. `is_doubled`: a
    time of it lies in an hour that a clock showed twice or not at all, and was read as the others allow.
    """

    line: int
    id: str
    restaurant: str | None
    fulfilment: Fulfilment
    items: tuple[NewItem, ...]
    reason: str | None
    times: dict[OrderStatus, float]
    texts: dict[OrderStatus, str]
    status: OrderStatus | None = None
    is_doubled: bool = False

    @property
    def is_cancelled(self) -> bool:
        return OrderStatus.CANCELLED in self.times or self.status == OrderStatus.CANCELLED


def _in_utc(_restaurant: str | None, _day: dt.date) -> dt.tzinfo:
    return dt.UTC


@dataclass
class Reading:
    """How one log is read. Whether its times are moments or numbers, its first good row shows.

    `zone_of` says in which zone the times without an offset of a restaurant (as the log names it) are.
    """

    unit_seconds: float = 1.0
    zone_of: Callable[[str | None, dt.date], dt.tzinfo] = _in_utc
    fulfilment: Fulfilment = Fulfilment.DELIVERY
    writes_moments: bool | None = None

    def order(self, line: int, cells: Mapping[str, str]) -> LoggedOrder:
        """The order that `cells`, by column of ours, tell of (empty: not logged); raises FaultyRow."""
        order_id = _text("order", cells["order"])
        restaurant = _text("restaurant", cells["restaurant"]) if cells.get("restaurant") else None
        texts = {status: cells[name] for status, name in COLUMN_OF.items() if cells.get(name)}
        is_of_moments = self._is_of_moments(texts)
        is_doubled = False
        if is_of_moments:
            moments = {status: self._moment(status, text) for status, text in texts.items()}
            times, is_doubled = local_times.seconds_of(moments, lambda day: self.zone_of(restaurant, day))
        else:
            times = {status: float(text) * self.unit_seconds for status, text in texts.items()}
        fulfilment = self._fulfilment(cells.get("fulfilment", ""))
        ended = _status(cells.get("status", ""))
        _check_story(times, fulfilment, ended)
        reason = _text("reason", cells["reason"], LONGEST_REASON) if cells.get("reason") else None
        items = _items(cells.get("items", ""))
        self.writes_moments = is_of_moments
        return LoggedOrder(
            line, order_id, restaurant, fulfilment, items, reason, times, texts, ended, is_doubled
        )

    def _is_of_moments(self, texts: Mapping[OrderStatus, str]) -> bool:
        """Whether this row's times are moments and not numbers; a log has one kind only."""
        are_moments = {status: not _NUMBER.fullmatch(text) for status, text in texts.items()}
        expected = are_moments[OrderStatus.PENDING] if self.writes_moments is None else self.writes_moments
        for status, is_moment in are_moments.items():
            if is_moment:
                self._moment(status, texts[status])
            if is_moment != expected:
                mixed = "a moment in a log of numbers" if is_moment else "a number in a log of moments"
                raise FaultyRow(Fault.MALFORMED, f"{COLUMN_OF[status]} is {mixed}: {texts[status][:40]!r}")
        return expected

    def _moment(self, status: OrderStatus, text: str) -> dt.datetime:
        """Naive where no offset was logged."""
        try:
            moment = dt.datetime.fromisoformat(text)
            moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()
            return moment
        except (ValueError, OverflowError):
            name = COLUMN_OF[status]
            raise FaultyRow(
                Fault.MALFORMED, f"{name} is neither a number nor an ISO 8601 time: {text[:40]!r}"
            ) from None

    def _fulfilment(self, text: str) -> Fulfilment:
        try:
            return Fulfilment(text) if text else self.fulfilment
        except ValueError:
            raise FaultyRow(
                Fault.MALFORMED, f"fulfilment is not one of {', '.join(Fulfilment)}: {text[:40]!r}"
            ) from None


def _status(text: str) -> OrderStatus | None:
    if not text:
        return None
    if (found := log_statuses.meaning(text)) is None:
        raise FaultyRow(
            Fault.MALFORMED,
            f"status is not a word that is known: {text[:40]!r}; --columns status= leaves the column out",
        )
    return found


def _check_story(
    times: Mapping[OrderStatus, float], fulfilment: Fulfilment, ended: OrderStatus | None
) -> None:
    """Raise FaultyRow unless an order of the state machine could have lived through these times."""
    logged = [status for status in OrderStatus if status in times]
    if OrderStatus.DELIVERING in times and fulfilment != Fulfilment.DELIVERY:
        raise FaultyRow(Fault.MALFORMED, f"delivering has a time, but the fulfilment is {fulfilment}")
    if OrderStatus.CANCELLED in times:
        for status in logged:
            if status not in _BESIDE_CANCELLED:
                raise FaultyRow(
                    Fault.MALFORMED, f"cancelled and {COLUMN_OF[status]} have a time, but no order was both"
                )
    elif ended == OrderStatus.CANCELLED:
        for status in logged:
            if status not in _BESIDE_CANCELLED:
                raise FaultyRow(
                    Fault.MALFORMED,
                    f"status says cancelled and {COLUMN_OF[status]} has a time, but no order was both",
                )
    if ended == OrderStatus.COMPLETED and OrderStatus.CANCELLED in times:
        raise FaultyRow(
            Fault.MALFORMED, "status says completed and cancelled has a time, but no order was both"
        )
    for earlier, later in pairwise(logged):
        if times[later] < times[earlier]:
            raise FaultyRow(Fault.OUT_OF_ORDER, f"{COLUMN_OF[later]} comes before {COLUMN_OF[earlier]}")


def _items(text: str) -> tuple[NewItem, ...]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) > MOST_ITEMS:
        raise FaultyRow(Fault.MALFORMED, f"items has {len(parts)} dishes; {MOST_ITEMS} are the most")
    return tuple(_item(part) for part in parts) or ITEMS_NOT_LOGGED


def _item(part: str) -> NewItem:
    counted = _QUANTITY.match(part)
    if counted is None:
        return NewItem(_text("items", part), 1)
    if int(counted[1]) == 0:
        raise FaultyRow(Fault.MALFORMED, f"items has a quantity of 0: {part[:40]!r}")
    return NewItem(_text("items", part[counted.end() :]), int(counted[1]))


def _text(column: str, text: str, longest: int = LONGEST_TEXT) -> str:
    try:
        return plain_text(text, longest)
    except UnusableText as error:
        raise FaultyRow(Fault.MALFORMED, f"{column} {error}") from None
