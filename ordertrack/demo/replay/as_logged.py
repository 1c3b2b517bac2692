"""Writing the orders of a log into the past, at the log's own times, instead of playing them now."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ordertrack.demo.replay.replaying import Part, not_imported
from ordertrack.demo.simulation.pace import Clock, Stopped
from ordertrack.demo.simulation.tally import ReplayTally
from ordertrack.importing.logged_order import BadRow, Fault
from ordertrack.past import orders as past
from ordertrack.past.orders import Found, PastOrder, PastStep
from ordertrack.past.writer import DayOf, History
from ordertrack.restaurants import cache
from ordertrack.rules.state_machine import TERMINAL, OrderStatus, RuleSet
from ordertrack.tenants.principal import Principal

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""From here on moments are counted; no log of orders is older."""

AT_ONCE = 2000  # events in a transaction


@dataclass
class AsLogged:
    """Writes a log's parts as the schema's owner, inside the tenant. `begins`: the log's moment 0.

    What it was broken off at, the next one goes on with; what somebody led elsewhere meanwhile is left.
    """

    log: str
    by: Principal
    begins: dt.datetime
    tally: ReplayTally = field(default_factory=ReplayTally)
    refused: list[BadRow] = field(default_factory=list)

    def write(self, parts: list[Part], clock: Clock, expect: Callable[[int], None]) -> Iterator[int]:
        """Write all of it in time's order; `expect` is told how many events, each turn yields its share.

        Ends early when the clock is stopped. Raises HistoryRefused if some of it is still to come.
        """
        parts, self.tally.imported = not_imported(self.by.tenant_id, parts)
        orders = {part.key(self.log): self._told(part) for part in parts}
        before = past.found(self.by.tenant_id, _there(orders.values()))
        for part in parts:
            self._refuse_if_changed(part, orders, before)
        history = History(self.by.tenant_id, _there(orders.values()), self._calendars())
        expect(len(history))
        began = time.monotonic()
        try:
            for count in history.write(AT_ONCE):
                yield count
                clock.wait(0)
        except Stopped:
            self.tally.stopped = True
        finally:
            self.tally.seconds = time.monotonic() - began
            after = past.found(self.by.tenant_id, _there(orders.values()))
            for part in parts:
                key = part.key(self.log)
                if orders[key] is not None and key in after:
                    self._count(part, before.get(key), after[key])

    def _calendars(self) -> DayOf:
        calendars = {each.slug: each.calendar for each in cache.of_tenant(self.by.tenant_id)}
        return lambda slug, at: calendars[slug].day_of(at)

    def _told(self, part: Part) -> PastOrder | None:
        try:
            moments = [self.begins + dt.timedelta(seconds=step.at) for step in part.steps]
        except OverflowError:
            moments = []
        if not moments or moments[0] < EPOCH:
            reason = "its times lie before 1970 or after the year 9999"
            self.refused.append(BadRow(part.order.line, Fault.REFUSED, reason))
            return None
        steps = tuple(
            PastStep(step.status, at, self.by, step.metadata(self.log) | _reason(part, step.status))
            for step, at in zip(part.steps, moments, strict=True)
        )
        return PastOrder(part.new_order(self.log), steps, part.key(self.log), RuleSet.EXTENDED)

    def _refuse_if_changed(
        self, part: Part, orders: dict[str, PastOrder | None], before: dict[str, Found]
    ) -> None:
        key = part.key(self.log)
        order, known = orders[key], before.get(key)
        if order is not None and known is not None and known.fingerprint != order.order.fingerprint:
            self.refused.append(part.said_something_else(self.log))
            orders[key] = None

    def _count(self, part: Part, before: Found | None, after: Found) -> None:
        """Of one order: what was written now, and not before."""
        tally = self.tally
        tally.known += before is not None
        tally.placed += before is None
        tally.without_delivering += before is None and part.skips_delivering
        tally.left_open += after.status not in TERMINAL
        if part.steps[min(after.version, len(part.steps)) - 1].status != after.status:
            tally.moved_by_others += 1
            return
        for step in part.steps[before.version if before else 1 : after.version]:
            tally.count(step.status, moved=True)
            if step.is_unknown:
                tally.unknown[step.status] = tally.unknown.get(step.status, 0) + 1


def _there(orders: Iterable[PastOrder | None]) -> list[PastOrder]:
    return [order for order in orders if order is not None]


def _reason(part: Part, status: OrderStatus) -> dict[str, str]:
    reason = part.order.reason
    return {"reason": reason} if status == OrderStatus.CANCELLED and reason else {}
