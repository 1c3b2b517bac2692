"""One house while a round runs: its callers, its orders by their number in the plan, and its ledger."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.principal import Principal
from ordertrack.tracking.positions import Positions
from soak.plans.plan import HousePlan
from soak.plans.steps import Acknowledge, Delay, Hands, Meeting, Place
from soak.writing.attempts import Attempt, Claim
from support.cast import House
from support.http_client import Answer, Caller, sign_in
from support.server import wait_for

PATIENCE = 40.0  # seconds for an answer, or for what must come
ROUND = 150.0  # seconds that a round may take, and so what one may wait for another's part of the plan
LOST = (OSError, http.client.HTTPException)


@dataclass
class Order:
    """What the plan calls order n, once it is placed."""

    fulfilment: Fulfilment = Fulfilment.PICKUP
    restaurant: int = 0
    id: uuid.UUID | None = None
    tracking_path: str = ""
    is_placed: threading.Event = field(default_factory=threading.Event)

    def await_id(self) -> uuid.UUID:
        assert self.is_placed.wait(ROUND), "an order of the plan was never placed"
        assert self.id is not None
        return self.id


class Look(NamedTuple):
    """What somebody saw of an order; `lines` are those that stand, by their place."""

    status: OrderStatus
    revision: int
    lines: dict[int, dict[str, Any]]

    @classmethod
    def of(cls, order: dict[str, Any]) -> Look:
        """From an order as programs are told it."""
        standing = [line["line"] for line in order["lines"] if not line["voided"]]
        lines = {line: order["items"][line - 1] for line in standing}
        return cls(OrderStatus(order["status"]), order["revision"], lines)


class AnyHost(Caller):
    """Calls the hosts in turn: none of them may need to have seen what it did before."""

    def __init__(self, hosts: Iterator[int], headers: dict[str, str]) -> None:
        self._hosts = hosts
        self.headers = headers

    @property
    def port(self) -> int:  # type: ignore[override]
        return next(self._hosts)


class Stage:
    """Shared by the writers and readers of one house; what they tell it is only ever appended."""

    def __init__(
        self, house: House, plan: HousePlan, ports: Sequence[int], secret: str, is_disturbed: bool
    ) -> None:
        self.house = house
        self.plan = plan
        self._hosts = itertools.cycle(ports)
        self.guest_positions = Positions(secret)
        self.is_disturbed = is_disturbed
        self.program = self.calls(house.bearer)
        people = {Hands.NOUR: house.nour, Hands.KARIM: house.karim, Hands.MAYA: house.maya}
        self.callers = {
            hands: self.calls(sign_in(self.port, person).headers) for hands, person in people.items()
        }
        self.principals: dict[Hands, Principal] = {
            Hands.KEY: house.program,
            **{hands: person.principal for hands, person in people.items()},
        }
        self.orders = [Order() for _ in range(plan.orders)]
        self.attempts: list[Attempt] = []
        self.claims: list[Claim] = []
        self.done: list[None] = []
        self._meetings = {
            step.meeting.number: self._meeting(step.order, step.meeting)
            for steps in plan.writers
            for step in steps
            if not isinstance(step, Place | Acknowledge | Delay) and step.meeting
        }
        self._seen: dict[int, Look] = {}

    @property
    def port(self) -> int:
        """Of the host whose turn it is."""
        return next(self._hosts)

    def calls(self, headers: dict[str, str] | None = None) -> Caller:
        return AnyHost(self._hosts, headers or {})

    @property
    def progress(self) -> float:
        """The share of the writers' steps that is done."""
        return len(self.done) / sum(map(len, self.plan.writers))

    def read(self, ask: Callable[[], Answer], expected: int = 200) -> Answer:
        """The answer to a question, asked again while faults stand in its way."""

        def attempt() -> Answer | None:
            try:
                answer = ask()
            except LOST:
                if not self.is_disturbed:
                    raise
                return None
            if answer.status == 503 and self.is_disturbed:
                return None
            assert answer.status == expected, f"{answer.status}: {answer.text[:500]}"
            return answer

        return wait_for(attempt, "an answer", PATIENCE)

    def look(self, number: int) -> Look:
        """How an order stands now, as a program is told; what was told goes into the ledger."""
        order_id = self.orders[number].await_id()
        began = time.monotonic()
        said = self.read(lambda: self.program.call(f"/api/v1/orders/{order_id}")).json
        look = Look.of(said)
        where = f"a look at order {number}"
        self.claims.append(
            Claim(order_id, began, time.monotonic(), where, look.status, look.revision, order=said)
        )
        return look

    def meet(self, meeting: Meeting) -> Look:
        """Wait for all parties of a meeting; what all of them have seen."""
        self._meetings[meeting.number].wait(ROUND)
        return self._seen[meeting.number]

    def call_off(self) -> None:
        """Let nobody wait any longer for one who will not come."""
        for meeting in self._meetings.values():
            meeting.abort()
        for order in self.orders:
            order.is_placed.set()

    def _meeting(self, order: int, meeting: Meeting) -> threading.Barrier:
        def look() -> None:
            self._seen[meeting.number] = self.look(order)

        return threading.Barrier(meeting.parties, look)

    def placed(self, step: Place, said: dict[str, Any]) -> None:
        order = self.orders[step.order]
        order.id = uuid.UUID(said["id"])
        order.fulfilment = step.fulfilment
        order.restaurant = step.restaurant
        order.tracking_path = urlsplit(said["tracking_url"]).path
        order.is_placed.set()
