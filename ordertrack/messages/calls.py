"""Calling a provider once: its answer, or whether what was asked may have been done all the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpcore

from ordertrack.messages.transports import MayHaveGone, NotSent
from ordertrack.outgoing import client
from ordertrack.outgoing.client import AddressRefused, Answer, AnswerTooLarge, CallFailed

SECONDS = 15.0
MOST_BYTES = 65_536
_BETWEEN = frozenset({502, 504})  # a gateway that does not know what became of it
_NEVER_CONNECTED = (httpcore.ConnectError, httpcore.ConnectTimeout)


def call(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer | NotSent | MayHaveGone:
    """What was answered, success or not. Nothing is asked a second time."""
    try:
        answer = client.send(
            method,
            url,
            headers=headers,
            content=content,
            seconds=SECONDS,
            most_bytes=MOST_BYTES,
            cuts=True,
        )
    except CallFailed as failure:
        return _failed(failure)
    if answer.status in _BETWEEN:
        return MayHaveGone(f"HTTP {answer.status}")
    return answer


def read_json(answer: Answer) -> dict[str, Any]:
    """The object that was answered; an empty one for anything else."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def is_for_later(answer: Answer) -> bool:
    """Whether a refusal is about this moment, and not about what was asked."""
    return answer.status in (408, 425, 429) or answer.status >= 500


def _failed(failure: CallFailed) -> NotSent | MayHaveGone:
    if isinstance(failure, AddressRefused):
        return NotSent(str(failure), for_good=True)
    cause = failure.__cause__ or failure.__context__
    was_connected = isinstance(failure, AnswerTooLarge) or (
        isinstance(cause, httpcore.TimeoutException | httpcore.NetworkError | httpcore.ProtocolError)
        and not isinstance(cause, _NEVER_CONNECTED)
    )
    return MayHaveGone(str(failure)) if was_connected else NotSent(str(failure))
