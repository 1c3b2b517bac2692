"""Writing the orders of a log into the past: in pieces, each whole, and each order once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import steps as step_room
from ordertrack.importing.logged_order import BadRow, Fault, LoggedOrder
from ordertrack.importing.restaurants import Restaurants
from ordertrack.importing.steps import Step
from ordertrack.orders.imported import IMPORTER, TIME_UNKNOWN
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.past import orders as past
from ordertrack.past.orders import Found, PastOrder, PastStep
from ordertrack.past.other_way import IMPORTED, PLAYED, OtherWay
from ordertrack.past.writer import History
from ordertrack.rules.state_machine import TERMINAL, OrderStatus
from ordertrack.tenants.principal import Principal

ORDERS_AT_ONCE = 1000
EVENTS_AT_ONCE = 2000  # in a transaction
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass
class Tally:
    """What was written. `known` orders were imported before, `replayed` ones were played from the same log:
    they are not written again. `unknown` times are nowhere in the log.
    """

    orders: int = 0
    events: int = 0
    known: int = 0
    replayed: int = 0
    completed: int = 0
    cancelled: int = 0
    left_open: int = 0
    unknown: dict[str, int] = field(default_factory=dict)


@dataclass
class Import:
    """Writes inside the tenant, as the schema's owner. `log` tells one log's numbers from another's.

    `decided` stands in the metadata of every order that is placed: how the log was read.
    """

    log: str
    file: str
    by: Principal
    restaurants: Restaurants
    decided: Mapping[str, Any]
    leave_open: bool = False
    tally: Tally = field(default_factory=Tally)
    refused: list[BadRow] = field(default_factory=list)

    def write(self, orders: Iterable[LoggedOrder]) -> Iterator[int]:
        """Write them; yields after each transaction how many orders are behind it.

        Raises HistoryRefused if the tenant's log has no place for them; what is written by then is sound.
        """
        self._played = OtherWay(self.by.tenant_id, PLAYED)
        waiting = iter(orders)
        while piece := list(islice(waiting, ORDERS_AT_ONCE)):
            yield from self._write(piece)

    def _write(self, piece: list[LoggedOrder]) -> Iterator[int]:
        told: dict[str, tuple[LoggedOrder, PastOrder]] = {}
        for order in piece:
            key = self._key(order)
            if self._played.has(self._slug(order), order.id, order.texts):
                self.tally.replayed += 1
            elif key in told:  # the log has two names for one restaurant
                self._refuse(order, _repeated(order, told[key][0]))
            else:
                told[key] = (order, self._told(order))
        before = past.found(self.by.tenant_id, [each for _order, each in told.values()])
        for key, known in before.items():
            if known.fingerprint != told[key][1].order.fingerprint:
                order = told.pop(key)[0]
                said = _("order %(id)s was imported before, and said something else then", id=order.id)
                self._refuse(order, said)
        history = [each for _order, each in told.values()]
        for _count in History(self.by.tenant_id, history, self._day_of).write(EVENTS_AT_ONCE):
            yield 0
        for key, (_order, each) in told.items():
            self._count(each, before.get(key))
        yield len(piece)

    def _refuse(self, order: LoggedOrder, said: str) -> None:
        self.refused.append(BadRow(order.line, Fault.REFUSED, said))

    def _key(self, order: LoggedOrder) -> str:
        """What an order is known by in whichever file it comes: many begin their numbers anew each day."""
        return f"{IMPORTED}{self.log}:{self._slug(order)}:{order.day}:{order.id}"

    def _slug(self, order: LoggedOrder) -> str:
        slug = self.restaurants.slug_of(order.restaurant)
        assert slug is not None, "restaurants that are missing are made before"
        return slug

    def _day_of(self, slug: str, at: dt.datetime) -> dt.date:
        return self.restaurants.calendars[slug].day_of(at)

    def _told(self, order: LoggedOrder) -> PastOrder:
        steps = step_room.as_logged(order, leave_open=self.leave_open)
        return PastOrder(
            NewOrder(self._slug(order), order.fulfilment, order.items, order.id),
            tuple(
                PastStep(
                    step.status, EPOCH + dt.timedelta(seconds=step.at), self.by, self._metadata(order, step)
                )
                for step in steps
            ),
            self._key(order),
            step_room.rule_set(steps),
        )

    def _metadata(self, order: LoggedOrder, step: Step) -> dict[str, Any]:
        said = step.metadata(self.file)
        if step.status == OrderStatus.PENDING:
            said |= {"line": order.line, "read_as": dict(self.decided)}
            if order.is_doubled:
                said["clock_changed"] = True
        if step.status == OrderStatus.CANCELLED and order.reason:
            said["reason"] = order.reason
        return said

    def _count(self, order: PastOrder, before: Found | None) -> None:
        tally = self.tally
        tally.orders += before is None
        tally.known += before is not None
        last = order.steps[-1].status
        new = order.steps[before.version if before is not None else 0 :]
        tally.events += len(new)
        tally.completed += bool(new) and last == OrderStatus.COMPLETED
        tally.cancelled += bool(new) and last == OrderStatus.CANCELLED
        tally.left_open += last not in TERMINAL
        for step in new:
            if TIME_UNKNOWN in step.metadata:
                tally.unknown[step.status.value] = tally.unknown.get(step.status.value, 0) + 1


def _repeated(order: LoggedOrder, first: LoggedOrder) -> str:
    return _("order %(id)s stands on line %(line)s already", id=order.id, line=first.line)


def importer(by_tenant: Principal) -> Principal:
    """Who is said to have written it."""
    return Principal(by_tenant.tenant_id, IMPORTER, "Import")
