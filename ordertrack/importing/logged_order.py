"""An order as a log tells of it, and what is wrong with a row that tells of none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.importing.roles import COLUMN_OF
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

LONGEST_TEXT = 100
LONGEST_REASON = 500


class Fault(StrEnum):
    MALFORMED = "malformed"
    OUT_OF_ORDER = "out of order"
    DUPLICATE = "duplicate"
    FUTURE = "in the future"
    REFUSED = "refused"


FAULTS = {
    Fault.MALFORMED: marked("cannot be read"),
    Fault.OUT_OF_ORDER: marked("out of order"),
    Fault.DUPLICATE: marked("duplicates"),
    Fault.FUTURE: marked("in the future"),
    Fault.REFUSED: marked("refused"),
}


class FaultyRow(ValueError):
    """A row that tells of no order: carries the `fault`; the message says what is wrong with it."""

    def __init__(self, fault: Fault, message: str) -> None:
        self.fault = fault
        super().__init__(message)


class BadRow(NamedTuple):
    line: int
    fault: Fault
    reason: str


@dataclass(frozen=True, slots=True)
class LoggedOrder:
    """`times` are seconds, in all of a log from the same moment on; `texts` are how the log wrote them.

    `status` is where the log says that the order stood; None where it says nothing of it. `is_doubled`: a
    time of it lies in an hour that a clock showed twice or not at all, and was read as the others allow.
    `day` is the day of its placing by the clock on the wall.
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
    day: dt.date | None = None

    @property
    def is_cancelled(self) -> bool:
        return OrderStatus.CANCELLED in self.times or self.status == OrderStatus.CANCELLED

    @property
    def skips_delivering(self) -> bool:
        """Whether it was delivered, but the log does not know when it left."""
        return (
            self.fulfilment == Fulfilment.DELIVERY
            and OrderStatus.DELIVERING not in self.times
            and not self.is_cancelled
        )


def check_story(
    times: Mapping[OrderStatus, float], fulfilment: Fulfilment, ended: OrderStatus | None
) -> None:
    """Raise FaultyRow unless an order could have lived through these times."""
    logged = [status for status in OrderStatus if status in times]
    if OrderStatus.DELIVERING in times and fulfilment != Fulfilment.DELIVERY:
        raise FaultyRow(
            Fault.MALFORMED, _("delivering has a time, but the fulfilment is %(which)s", which=fulfilment)
        )
    if OrderStatus.CANCELLED in times and OrderStatus.COMPLETED in times:
        raise FaultyRow(Fault.MALFORMED, _("cancelled and completed have a time, but no order was both"))
    if ended == OrderStatus.CANCELLED and OrderStatus.COMPLETED in times:
        raise FaultyRow(
            Fault.MALFORMED, _("status says cancelled and completed has a time, but no order was both")
        )
    if ended == OrderStatus.COMPLETED and OrderStatus.CANCELLED in times:
        raise FaultyRow(
            Fault.MALFORMED, _("status says completed and cancelled has a time, but no order was both")
        )
    for earlier, later in pairwise(logged):
        if times[later] < times[earlier]:
            said = _("%(later)s comes before %(earlier)s", later=COLUMN_OF[later], earlier=COLUMN_OF[earlier])
            raise FaultyRow(Fault.OUT_OF_ORDER, said)


def text(column: str, said: str, longest: int = LONGEST_TEXT) -> str:
    """What stands in a column, as it may be kept; raises FaultyRow."""
    try:
        return plain_text(said, longest)
    except UnusableText as error:
        raise FaultyRow(Fault.MALFORMED, f"{column} {error}") from None
