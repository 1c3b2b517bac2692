"""What WhatsApp reports: what became of messages, and what guests answer.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
and https://developers.facebook.com/docs/graph-api/webhooks/getting-started (the challenge, the signature).
A report may come twice, late, and after one that says more.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ordertrack.messages.models import State

_STATES = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "failed": State.FAILED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the message of this id, as we gave it along, or of this reference."""

    message_id: str
    reference: str
    state: State
    why: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a guest wrote, or which button of ours they pressed."""

    address: str
    text: str


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What is to be sent back where the webhook is set up; None if somebody else asks."""
    is_asked = query.get("hub.mode") == "subscribe" and bool(verify_token)
    is_theirs = hmac.compare_digest(query.get("hub.verify_token", "").encode(), verify_token.encode())
    return query.get("hub.challenge", "") if is_asked and is_theirs else None


def is_signed(app_secret: str, body: bytes, signature: str) -> bool:
    expected = "sha256=" + hmac.digest(app_secret.encode(), body, "sha256").hex()
    return bool(app_secret) and hmac.compare_digest(expected.encode(), signature.encode())


def read(body: bytes) -> Iterator[Report | Answered]:
    """All that is said in it and concerns us; what has another form is passed over."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return
    for entry in _dicts(said, "entry"):
        for change in _dicts(entry, "changes"):
            value = change.get("value")
            yield from map(_report, filter(_is_known, _dicts(value, "statuses")))
            yield from filter(None, map(_answer, _dicts(value, "messages")))


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _is_known(status: dict[str, Any]) -> bool:
    said = status.get("status")
    return isinstance(said, str) and said in _STATES


def _report(status: dict[str, Any]) -> Report:
    error = next(iter(_dicts(status, "errors")), {})
    why = f"{error.get('code')}: {error.get('title') or error.get('message')}"[:300] if error else None
    return Report(
        str(status.get("biz_opaque_callback_data") or ""),
        str(status.get("id") or ""),
        _STATES[status["status"]],
        why,
    )


def _answer(message: dict[str, Any]) -> Answered | None:
    sender = message.get("from")
    if not isinstance(sender, str) or not sender.isdecimal() or not sender.isascii():
        return None
    for holder, name in (("text", "body"), ("button", "text")):
        part = message.get(holder)
        text = part.get(name) if isinstance(part, dict) else None
        if isinstance(text, str):
            return Answered(f"+{sender}", text)
    return None
