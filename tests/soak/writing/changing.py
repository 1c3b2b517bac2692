"""How a writer changes and delays orders, and says that it has seen what others changed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from ordertrack.rules.state_machine import OrderStatus
from soak.plans.planning import FIRST_ORDERS
from soak.plans.steps import Acknowledge, Change, Delay, Hands, Sight
from soak.stage import Look, Stage
from soak.writing import change_ledger, wishes
from soak.writing.attempts import AcknowledgeAttempt, Attempt, ChangeAttempt, Claim, DelayAttempt, Outcome
from soak.writing.sender import PAUSE, TRIES, Sender
from support.http_client import Answer, Caller

A = TypeVar("A", bound=Attempt)
_NOTHING_SEEN = Look(OrderStatus.PENDING, 1, {})


class Changer:
    """Of one writer, and remembers what that was told last; `stranger` is another house."""

    def __init__(self, sender: Sender, stranger: Stage) -> None:
        self.stage = sender.stage
        self.stranger = stranger
        self._sender = sender
        self._told: dict[int, Look] = {}

    def change(self, step: Change) -> None:
        order_id, look = self._order(step)
        is_by_form = step.hands != Hands.KEY
        for _ in range(TRIES):
            tag = self._sender.tag()
            attempt = ChangeAttempt(
                tag,
                order_id,
                self.stage.principals[step.hands],
                time.monotonic(),
                revision=wishes.revision(step.sight, look),
                changes=wishes.changes(step, look, tag, is_by_form=is_by_form),
                is_by_form=is_by_form,
            )
            claims = self._by_form(attempt, step.hands) if is_by_form else self._by_api(attempt)
            self._remember(step.order, claims)
            if attempt.outcome != Outcome.UNKNOWN:
                return
            time.sleep(PAUSE)

    def acknowledge(self, step: Acknowledge) -> None:
        look = self._look(step.order, step.sight)
        order_id = self.stage.orders[step.order].await_id()
        by = self.stage.principals[step.hands]
        for _ in range(TRIES):
            tag, began = self._sender.tag(), time.monotonic()
            seen = None if step.hands == Hands.KEY else wishes.revision(step.sight, look)
            attempt = AcknowledgeAttempt(tag, order_id, by, began, revision=seen)
            claims = self._by_key(attempt) if seen is None else self._by_tap(attempt, step.hands, look)
            self._remember(step.order, claims)
            if attempt.outcome != Outcome.UNKNOWN:
                return
            time.sleep(PAUSE)

    def delay(self, step: Delay) -> None:
        look = self._look(step.order, step.sight)
        order_id = self.stage.orders[step.order].await_id()
        by = self.stage.principals[step.hands]
        for _ in range(TRIES):
            attempt = DelayAttempt(self._sender.tag(), order_id, by, time.monotonic(), minutes=step.minutes)
            wish: dict[str, Any] = {"act": "delay", "seen": look.status, "minutes": step.minutes}
            if step.hands == Hands.KEY:
                path = f"/api/v1/orders/{order_id}/actions"
                body = wish | {"metadata": {"attempt": attempt.tag}}
                claims = self._ask(attempt, change_ledger.read_delay, self.stage.program, path, body=body)
            else:
                caller, path = self.stage.callers[step.hands], f"/orders/{order_id}/actions"
                form = wish | {"tap": attempt.tap}
                claims = self._ask(attempt, change_ledger.read_delayed, caller, path, form=form)
            self._remember(step.order, claims)
            if attempt.outcome != Outcome.UNKNOWN:
                return
            time.sleep(PAUSE)

    def _order(self, step: Change) -> tuple[uuid.UUID, Look]:
        """The order, and what the writer has seen of it."""
        if step.is_foreign:
            return self.stranger.orders[step.order % FIRST_ORDERS].await_id(), _NOTHING_SEEN
        look = self.stage.meet(step.meeting) if step.meeting else self._look(step.order, step.sight)
        return self.stage.orders[step.order].await_id(), look

    def _look(self, number: int, sight: Sight) -> Look:
        if sight == Sight.LAST_TOLD and number in self._told:
            return self._told[number]
        look = self._told[number] = self.stage.look(number)
        return look

    def _remember(self, number: int, claims: list[Claim]) -> None:
        for claim in claims:
            if claim.order is not None:
                self._told[number] = Look.of(claim.order)

    def _by_api(self, attempt: ChangeAttempt) -> list[Claim]:
        body = {
            "revision": attempt.revision,
            "changes": attempt.changes,
            "reason": attempt.tag,
            "metadata": {"attempt": attempt.tag},
        }
        path = f"/api/v1/orders/{attempt.order_id}/changes"
        return self._ask(attempt, change_ledger.read_change, self.stage.program, path, body=body)

    def _by_form(self, attempt: ChangeAttempt, hands: Hands) -> list[Claim]:
        caller = self.stage.callers[hands]
        if hands == Hands.KARIM:  # on the board a sheet, for others a page
            caller = self.stage.calls(caller.headers | {"Sheet": "1"})
        form = wishes.as_form(attempt.changes, attempt.revision, attempt.tag)
        path = f"/orders/{attempt.order_id}/change"
        return self._ask(attempt, change_ledger.read_form, caller, path, form=form)

    def _by_key(self, attempt: AcknowledgeAttempt) -> list[Claim]:
        body = {"act": "acknowledge", "metadata": {"attempt": attempt.tag}}
        path = f"/api/v1/orders/{attempt.order_id}/actions"
        return self._ask(attempt, change_ledger.read_acknowledged, self.stage.program, path, body=body)

    def _by_tap(self, attempt: AcknowledgeAttempt, hands: Hands, look: Look) -> list[Claim]:
        form = {
            "act": "acknowledge",
            "seen": look.status,
            "revision": str(attempt.revision),
            "tap": attempt.tap,
        }
        path = f"/orders/{attempt.order_id}/actions"
        return self._ask(attempt, change_ledger.read_seen, self.stage.callers[hands], path, form=form)

    def _ask(
        self,
        attempt: A,
        read: Callable[[A, Answer], list[Claim]],
        caller: Caller,
        path: str,
        **how: Any,
    ) -> list[Claim]:
        """Send it and write down what was answered; what the answer claims, nothing if there was none."""
        self.stage.attempts.append(attempt)
        answer = self._sender.send(caller, path, **how)
        attempt.said = str(answer.status) if answer else "nothing"
        if answer is None or answer.status == 503:
            return []
        attempt.ended = time.monotonic()
        claims = read(attempt, answer)
        self.stage.claims += claims
        return claims
