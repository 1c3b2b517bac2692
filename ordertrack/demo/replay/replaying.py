"""Playing the orders of a log, in the order of their times, through the same verbs as people's taps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.demo.simulation.pace import Clock, Pace, Say, Stopped
from ordertrack.demo.simulation.tally import ReplayTally
from ordertrack.importing.logged_order import BadRow, Fault, LoggedOrder
from ordertrack.importing.steps import Step
from ordertrack.orders.imported import IMPORTER
from ordertrack.orders.models import Order
from ordertrack.orders.moving import transitions
from ordertrack.orders.moving.transitions import OrderMoved
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.intake import IdempotencyKeyReused
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.past.other_way import IMPORTED, PLAYED, OtherWay
from ordertrack.rules.state_machine import FIRST, TERMINAL, Fulfilment, OrderStatus
from ordertrack.tenants.principal import Principal

ACTOR = IMPORTER


@dataclass(slots=True)
class Part:
    """One order of the log: which steps it takes, and where it stands (None before it is placed)."""

    order: LoggedOrder
    restaurant: str
    steps: tuple[Step, ...]
    id: uuid.UUID | None = None
    status: OrderStatus | None = None

    def key(self, log: str) -> str:
        """What its order is placed under, so that it is placed once however often the log is played."""
        return f"{PLAYED}{log}:{self.order.id}"

    def new_order(self, log: str) -> NewOrder:
        order = self.order
        metadata = self.steps[0].metadata(log)
        return NewOrder(self.restaurant, order.fulfilment, order.items, order.id, metadata=metadata)

    def said_something_else(self, log: str) -> BadRow:
        reason = f"order {self.order.id} was replayed from {log} before, and said something else then"
        return BadRow(self.order.line, Fault.REFUSED, reason)

    @property
    def skips_delivering(self) -> bool:
        """Whether it was delivered, but the log does not know when it left."""
        statuses = [step.status for step in self.steps]
        return (
            self.order.fulfilment == Fulfilment.DELIVERY
            and OrderStatus.COMPLETED in statuses
            and OrderStatus.DELIVERING not in statuses
        )


def not_imported(tenant_id: uuid.UUID, parts: list[Part]) -> tuple[list[Part], int]:
    """Those whose orders were not imported from the same log before, and how many were."""
    imported = OtherWay(tenant_id, IMPORTED)
    db.session.rollback()
    rest = [part for part in parts if not imported.has(part.restaurant, part.order.id, part.order.texts)]
    return rest, len(parts) - len(rest)


@dataclass
class Replay:
    """Plays a log's parts at `speed` times their pace (0: as fast as it goes) inside the tenant's context."""

    log: str
    by: Principal
    speed: float
    clock: Clock
    say: Say
    tally: ReplayTally = field(default_factory=ReplayTally)
    refused: list[BadRow] = field(default_factory=list)

    def play(self, parts: list[Part]) -> Iterator[None]:
        """Take every step of every part; yields after each. Ends early when the clock is stopped."""
        parts, self.tally.imported = not_imported(self.by.tenant_id, parts)
        scenes = [
            (step.at, part.order.line, number, part)
            for part in parts
            for number, step in enumerate(part.steps)
        ]
        scenes.sort(key=lambda scene: scene[:3])
        pace = Pace(self.clock, self.say)
        began = self.clock.now()
        try:
            for at, _, number, part in scenes:
                pace.wait_until((at - scenes[0][0]) / self.speed if self.speed else 0.0)
                self._place(pace, part) if number == 0 else self._move(pace, part, number)
                yield
        except Stopped:
            self.tally.stopped = True
        self.tally.seconds = self.clock.now() - began
        self.tally.left_open = sum(part.status is not None and part.status not in TERMINAL for part in parts)

    def _place(self, pace: Pace, part: Part) -> None:
        new, key = part.new_order(self.log), part.key(self.log)
        try:
            part.id, is_new = pace.surely(lambda: intake.place(new, by=self.by, idempotency_key=key))
        except IdempotencyKeyReused:
            self.refused.append(part.said_something_else(self.log))
            return
        self.tally.placed += is_new
        self.tally.known += not is_new
        self.tally.without_delivering += is_new and part.skips_delivering
        part.status = FIRST if is_new else pace.surely(partial(self._status_of, part.id))

    def _move(self, pace: Pace, part: Part, number: int) -> None:
        """Take the step, if the order stands where the log has it; a person who moved it was right."""
        step = part.steps[number]
        if part.id is None or part.status != part.steps[number - 1].status:
            return
        move = partial(
            transitions.advance,
            part.id,
            step.status,
            by=self.by,
            expected_status=part.status,
            reason=part.order.reason if step.status == OrderStatus.CANCELLED else None,
            metadata=step.metadata(self.log),
        )
        try:
            moved = pace.surely(move).moved
        except OrderMoved as error:
            part.status = error.current
            self.tally.moved_by_others += 1
            return
        part.status = step.status
        self.tally.count(step.status, moved)
        if moved and step.logged is None:
            self.tally.drawn[step.status] = self.tally.drawn.get(step.status, 0) + 1

    def _status_of(self, order_id: uuid.UUID) -> OrderStatus:
        status = db.session.execute(
            select(Order.status).where(Order.tenant_id == self.by.tenant_id, Order.id == order_id)
        ).scalar_one()
        db.session.commit()
        return status
