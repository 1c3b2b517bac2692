"""Reading what a change, or an acknowledgement, was answered: what came of it, and what the answer claims."""

from __future__ import annotations

import re

from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from soak.writing.attempts import (
    AcknowledgeAttempt,
    Attempt,
    ChangeAttempt,
    Claim,
    DelayAttempt,
    Outcome,
    claim,
    claim_order,
)
from soak.writing.ledger import card_claim
from support.http_client import Answer

_REVISION = re.compile(r'<input type="hidden" name="revision" value="(\d+)">')


def read_change(attempt: ChangeAttempt, answer: Answer) -> list[Claim]:
    """Of a program's change."""
    said = answer.json
    match answer.status:
        case 200:
            attempt.outcome = Outcome.CHANGED
            return [claim_order(attempt, said)]
        case 409:
            attempt.outcome = Outcome.CONFLICT
            assert said["revision"] == said["order"]["revision"] != attempt.revision, said
            return [claim_order(attempt, said["order"])]
        case 422:
            attempt.outcome = Outcome.ILLEGAL
            return [claim(attempt, status=said["current"])]
    return _not_found(attempt, answer)


def read_form(attempt: ChangeAttempt, answer: Answer) -> list[Claim]:
    """Of a change by the form: 204 ends a sheet, 303 a page."""
    match answer.status:
        case 204 | 303:
            attempt.outcome = Outcome.CHANGED
            return []
        case 409:
            attempt.outcome = Outcome.CONFLICT
            shown = _REVISION.search(answer.text)
            assert shown is not None and int(shown[1]) != attempt.revision, answer.text[:2000]
            return [claim(attempt, version=int(shown[1]))]
        case 403 | 422:
            attempt.outcome = Outcome.ILLEGAL
            return []
    return _not_found(attempt, answer)


def read_acknowledged(attempt: AcknowledgeAttempt, answer: Answer) -> list[Claim]:
    """Of a program's acknowledgement."""
    claims = _acted(attempt, answer, Outcome.ACCEPTED)
    if answer.status == 200:
        said = answer.json
        is_over = said["status"] == OrderStatus.CANCELLED
        assert is_over or OrderAction.ACKNOWLEDGE not in said["allowed_acts"], said
    return claims


def read_delay(attempt: DelayAttempt, answer: Answer) -> list[Claim]:
    """Of a program's delay."""
    return _acted(attempt, answer, Outcome.CHANGED)


def read_seen(attempt: AcknowledgeAttempt, answer: Answer) -> list[Claim]:
    """Of a tap on `Seen`."""
    return _tapped(attempt, answer, Outcome.ACCEPTED)


def read_delayed(attempt: DelayAttempt, answer: Answer) -> list[Claim]:
    """Of a delay on a board."""
    return _tapped(attempt, answer, Outcome.CHANGED)


def _acted(attempt: Attempt, answer: Answer, done: Outcome) -> list[Claim]:
    outcomes = {200: done, 409: Outcome.CONFLICT, 422: Outcome.ILLEGAL}
    if answer.status not in outcomes:
        return _not_found(attempt, answer)
    attempt.outcome, said = outcomes[answer.status], answer.json
    return [claim_order(attempt, said) if answer.status == 200 else claim(attempt, status=said["current"])]


def _tapped(attempt: Attempt, answer: Answer, done: Outcome) -> list[Claim]:
    outcomes = {200: done, 409: Outcome.CONFLICT, 422: Outcome.ILLEGAL}
    if answer.status not in outcomes:
        return _not_found(attempt, answer)
    attempt.outcome = outcomes[answer.status]
    return [card_claim(attempt, answer.text)]


def _not_found(attempt: Attempt, answer: Answer) -> list[Claim]:
    assert answer.status == 404, f"{attempt} was answered {answer.status}: {answer.text[:500]}"
    attempt.outcome = Outcome.NOT_FOUND
    return []
