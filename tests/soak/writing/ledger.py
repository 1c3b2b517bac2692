"""Reading what a move was answered: what came of it, and what the answer claims."""

from __future__ import annotations

import re

from soak.writing.attempts import Attempt, Claim, MoveAttempt, Outcome, claim, claim_order
from support.http_client import Answer

_CONFLICT = re.compile(r"The order is (\w+) by now, moved by ([^;]+); you saw it (\w+)\.")
_ILLEGAL = re.compile(r"order that is (\w+) cannot|move an order from (\w+) to")
_ALREADY = re.compile(r">(\w+) had done that already\.<")
_VERSION = re.compile(r'hx-swap="delete [^"]*version:(\d+)')
_STATUS = re.compile(r'<li id="order-[^>]* data-status="(\w+)"')


def read_api(attempt: MoveAttempt, answer: Answer) -> list[Claim]:
    """Settle what a program's move came to; what the answer claims."""
    said = answer.json
    match answer.status:
        case 200:
            attempt.outcome = Outcome.ACCEPTED
            return [claim_order(attempt, said)]
        case 409:
            attempt.outcome = Outcome.CONFLICT
            assert said["seen"] == attempt.seen and said["current"] not in (attempt.seen, attempt.to), said
            return [claim(attempt, status=said["current"])]
        case 422:
            attempt.outcome = Outcome.ILLEGAL
            assert said["to"] == attempt.to and attempt.to not in said["allowed"], said
            return [claim(attempt, status=said["from"])]
        case 404:
            attempt.outcome = Outcome.NOT_FOUND
            return []
    raise AssertionError(f"{attempt} was answered {answer.status}: {answer.text[:500]}")


def read_tap(attempt: MoveAttempt, answer: Answer) -> list[Claim]:
    """Settle what a tap on a board came to; what the notice and the card claim."""
    if answer.status == 404:
        attempt.outcome = Outcome.NOT_FOUND
        return []
    claims = [card_claim(attempt, answer.text)]
    already, conflict = _ALREADY.search(answer.text), _CONFLICT.search(answer.text)
    match answer.status:
        case 200 if already:
            attempt.outcome = Outcome.ALREADY
            claims.append(claim(attempt, status=attempt.to, changed_by=already[1], ever=True))
        case 200:
            attempt.outcome = Outcome.MOVED
        case 409 if conflict:
            attempt.outcome = Outcome.CONFLICT
            assert conflict[3] == attempt.seen and conflict[1] not in (attempt.seen, attempt.to), conflict[0]
            claims.append(claim(attempt, status=conflict[1], changed_by=conflict[2]))
        case 422:
            attempt.outcome = Outcome.ILLEGAL
            if illegal := _ILLEGAL.search(answer.text):
                claims.append(claim(attempt, status=illegal[1] or illegal[2]))
        case _:
            raise AssertionError(f"{attempt} was answered {answer.status}: {answer.text[:500]}")
    return claims


def card_claim(attempt: Attempt, text: str) -> Claim:
    """What the card in the answer to a tap claims."""
    version, shown = _VERSION.search(text), _STATUS.search(text)
    assert version is not None, f"{attempt}: the answer has no card: {text[:500]}"
    return claim(attempt, status=shown[1] if shown else None, version=int(version[1]))
