"""A writer does its part of the plan against the real server, and writes down what it was told."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Sequence
from random import Random
from typing import Any

from ordertrack.rules.state_machine import ADDED, TRANSITIONS, OrderStatus, RuleSet, allowed
from soak.plans.planning import FIRST_ORDERS
from soak.plans.steps import Acknowledge, Change, Delay, Hands, Kind, Move, Place
from soak.stage import Stage
from soak.writing import ledger
from soak.writing.attempts import MoveAttempt, Outcome, PlaceAttempt
from soak.writing.changing import Changer
from soak.writing.sender import PAUSE, TRIES, Sender
from support.http_client import Answer, Caller

_HANDS = (Hands.NOUR, Hands.KARIM)
_KITCHENS = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING)


class Writer:
    """`number` names it within its house; `stranger` is another house, whose orders it must not reach."""

    def __init__(self, stage: Stage, stranger: Stage, number: int, seed: str) -> None:
        self.stage = stage
        self.stranger = stranger
        self.number = number
        self.name = f"{stage.house.slug} writer {number}"
        self._random = Random(f"{seed} {number}")  # for the pauses between steps, which no answer depends on
        self._sender = Sender(stage, self.name)
        self._changer = Changer(self._sender, stranger)

    def run(self) -> None:
        for step in self.stage.plan.writers[self.number]:
            match step:
                case Place():
                    self._place(step)
                case Move():
                    self._move(step)
                case Change():
                    self._changer.change(step)
                case Acknowledge():
                    self._changer.acknowledge(step)
                case Delay():
                    self._changer.delay(step)
            self.stage.done.append(None)
            time.sleep(self._random.uniform(0, 0.03))

    def _place(self, step: Place) -> None:
        """Under one key until it is answered, and then as often again as the plan says."""
        tag = self._sender.tag()
        body = self._order(step, tag)
        attempt = PlaceAttempt(tag, None, self.stage.house.program, time.monotonic(), order=body)
        self.stage.attempts.append(attempt)
        caller = self.stage.calls(self.stage.house.bearer | {"Idempotency-Key": tag})
        told: list[Any] = []
        for _ in range(step.times):
            answer = self._insist(caller, body)
            assert answer.status in (200, 201), f"{attempt}: {answer.status} {answer.text[:500]}"
            told.append(answer.json)
            assert answer.status == 200 or len(told) == 1, f"{attempt}: a second order for one key"
        assert len({said["id"] for said in told}) == 1, f"{attempt}: one key, two orders: {told}"
        attempt.order_id = uuid.UUID(told[0]["id"])
        attempt.outcome, attempt.said, attempt.ended = Outcome.PLACED, "placed", time.monotonic()
        self.stage.placed(step, told[0])

    def _insist(self, caller: Caller, body: dict[str, Any]) -> Answer:
        for _ in range(TRIES):
            answer = self._sender.send(caller, "/api/v1/orders", body=body)
            if answer and answer.status != 503:
                return answer
            time.sleep(PAUSE)
        raise AssertionError(f"{self.name}: an order could not be placed in {TRIES} tries")

    def _order(self, step: Place, tag: str) -> dict[str, Any]:
        promised = step.promised_in
        at = None if promised is None else dt.datetime.now(dt.UTC) + dt.timedelta(minutes=promised)
        return {
            "restaurant": self.stage.house.restaurants[step.restaurant],
            "fulfilment": step.fulfilment,
            "items": [{"name": f"Dish {step.order}", "quantity": 1 + step.order % 3, "notes": "no <b>onion"}],
            "promised_at": at and at.isoformat(),
            "metadata": {"attempt": tag},
        }

    def _move(self, step: Move) -> None:
        if step.kind == Kind.FOREIGN:
            order = self.stranger.orders[step.order % FIRST_ORDERS].await_id()
            hands = step.hands if step.hands != Hands.THEIRS else Hands.MAYA
            self._tap(order, hands, OrderStatus.CONFIRMED, OrderStatus.PENDING, None)
            return
        look = self.stage.meet(step.meeting) if step.meeting else self.stage.look(step.order)
        seen = look.status
        hands, to, claimed = self._meant(step, seen)
        order = self.stage.orders[step.order].await_id()
        is_asked = to == OrderStatus.CANCELLED or (claimed or seen, to) in ADDED or step.kind == Kind.BLIND
        is_reasonless = step.kind == Kind.CANCEL_WITHOUT_REASON
        reason = f"because {step.choice:.3f}" if is_asked and not is_reasonless else None
        for _ in range(2 if step.kind == Kind.DOUBLE_TAP else 1):
            for _ in range(TRIES):
                if self._tap(order, hands, to, claimed, reason) != Outcome.UNKNOWN:
                    break
                time.sleep(PAUSE)

    def _meant(self, step: Move, seen: OrderStatus) -> tuple[Hands, OrderStatus, OrderStatus | None]:
        """Whose hands, where to, and what they say they saw, given where the order stood at the last look."""
        fulfilment = self.stage.orders[step.order].fulfilment
        theirs, others = _HANDS if seen in _KITCHENS else _HANDS[::-1]
        hands = theirs if step.hands == Hands.THEIRS else step.hands
        legal = allowed(seen, fulfilment, None, RuleSet.EXTENDED)  # which the house may not go by just now
        match step.kind:
            case Kind.STALE:
                return hands, _pick(TRANSITIONS[RuleSet.EXTENDED][step.seen], step.choice), step.seen
            case Kind.BLIND:
                return Hands.KEY, _pick(legal, step.choice), None
            case Kind.ILLEGAL:
                illegal = [status for status in OrderStatus if status != seen and status not in legal]
                return hands, _pick(illegal, step.choice), seen
            case Kind.WRONG_HANDS:
                return others, _pick(legal, step.choice), seen
            case Kind.CANCEL:
                return hands, OrderStatus.CANCELLED, seen
            case Kind.CANCEL_WITHOUT_REASON:
                return (Hands.MAYA if hands == Hands.KEY else hands), OrderStatus.CANCELLED, seen
            case Kind.CONTENDED:
                return hands, _pick(legal, step.choice), seen
        mine = allowed(seen, fulfilment, self.stage.principals[hands].role, RuleSet.EXTENDED)
        # The usual step far more often than another: orders are to come to their end.
        return (hands if mine else theirs), _pick(mine or legal, max(0.0, step.choice * 10 - 9)), seen

    def _tap(
        self,
        order: uuid.UUID,
        hands: Hands,
        to: OrderStatus,
        seen: OrderStatus | None,
        reason: str | None,
    ) -> Outcome:
        by = self.stage.principals[hands]
        attempt = MoveAttempt(
            self._sender.tag(), order, by, time.monotonic(), to=to, seen=seen, reason=reason
        )
        self.stage.attempts.append(attempt)
        asked: dict[str, Any] = {"to": to} | ({"seen": seen} if seen else {})
        asked |= {"reason": reason} if reason else {}
        if hands == Hands.KEY:
            asked |= {"metadata": {"attempt": attempt.tag}}
            path = f"/api/v1/orders/{order}/transitions"
            answer = self._sender.send(self.stage.program, path, body=asked)
        else:
            answer = self._sender.send(self.stage.callers[hands], f"/orders/{order}/transitions", form=asked)
        attempt.said = str(answer.status) if answer else "nothing"
        if answer is None or answer.status == 503:
            return attempt.outcome  # unknown for ever
        attempt.ended = time.monotonic()
        read = ledger.read_api if hands == Hands.KEY else ledger.read_tap
        self.stage.claims += read(attempt, answer)
        return attempt.outcome


def _pick(statuses: Sequence[OrderStatus], choice: float) -> OrderStatus:
    """The one at this share of the way; any, where the order is at its end."""
    statuses = statuses or tuple(OrderStatus)
    return statuses[int(choice * len(statuses)) % len(statuses)]
