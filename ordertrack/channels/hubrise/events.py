"""An event of HubRise's: as it calls with one, and as it answers `GET /callback/events/:id`.

By https://www.hubrise.com/developers/api/callbacks. When it calls, it signs with the client
secret, in hexadecimal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ordertrack.channels.hubrise import wording
from ordertrack.channels.hubrise.values import Fields, member, moment, text
from ordertrack.channels.interface import Nothing, Refused

SIGNATURE = "X-HubRise-Hmac-SHA256"
_LONGEST = 100  # of an id, or of a kind of thing

# A change follows what it changes: where both happened in one second, as far as their times say.
_AFTER_ITS_CREATION = dt.timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Event:
    """Of an order: `state` is all of it, as it was after what happened at `as_of`."""

    id: str
    order_id: str
    as_of: dt.datetime | None
    state: Fields


def is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Whether the call is HubRise's own; an empty secret signs nothing."""
    said = next((value for name, value in headers.items() if name.lower() == SIGNATURE.lower()), "")
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(said.strip().lower().encode(), expected.encode())


def outline(body: bytes) -> tuple[str, str | None, str | None]:
    """What it is about, as `order.update`, and the ids of order and event, as far as they can be told."""
    try:
        said = _parsed(body)
        kind = f"{text(said, 'resource_type', 40) or '?'}.{text(said, 'event_type', 40) or '?'}"
        return kind, text(said, "order_id", _LONGEST), text(said, "id", _LONGEST)
    except Refused:
        return "?", None, None


def read(body: bytes) -> Event:
    """Raises Refused, or Nothing for what tells of no order."""
    said = _parsed(body)
    kind, what = text(said, "resource_type", 40), text(said, "event_type", 40)
    event_id = text(said, "id", _LONGEST)
    if kind is None or what is None or event_id is None:
        raise Refused(wording.NO_EVENT)
    if kind != "order":
        raise Nothing(wording.OTHER_KIND, kind=kind)
    state = member(said, "new_state")
    if not state:
        raise Refused(wording.NO_STATE)
    order_id = text(said, "order_id", _LONGEST)
    told = text(state, "id", _LONGEST) or order_id
    if told is None:
        raise Refused(wording.MISSING, field="order_id")
    if order_id not in (None, told):
        raise Refused(wording.NOT_OURS)
    as_of = moment(said, "created_at")
    if as_of is not None and what != "create":
        as_of += _AFTER_ITS_CREATION
    location = state.get("location_id") or said.get("location_id")
    return Event(event_id, told, as_of, {**state, "id": told, "location_id": location})


def _parsed(body: bytes) -> Fields:
    """Numbers with decimals stay what was written."""
    try:
        said: Any = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused(wording.NOT_JSON) from None
    if not isinstance(said, dict):
        raise Refused(wording.NO_EVENT)
    return said


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")
