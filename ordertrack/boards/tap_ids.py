"""A tap whose answer got lost is sent again: it is not done twice, nor refused for having been done."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request
from sqlalchemy import exists, or_, select

from ordertrack.database.session import db
from ordertrack.orders.models import ActionEvent, StatusEvent

_LONGEST = 40


def metadata() -> dict[str, Any]:
    """What the log keeps of the tap: its id, field `tap`; and `waited`, the seconds that it was not sent."""
    tap, seconds = request.form.get("tap", ""), waited()
    kept: dict[str, Any] = {}
    if _is_id(tap):
        kept["tap"] = tap
    if seconds is not None:
        kept["waited"] = seconds
    return kept


def waited() -> int | None:
    """For how many seconds the tap was not sent, where it says so."""
    said = request.form.get("waited", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 7 else None


def was_done(tenant_id: uuid.UUID, order_id: uuid.UUID) -> bool:
    """Whether the log already has this tap, which says in `again` that it may have been sent before."""
    tap = request.form.get("tap", "")
    if not (request.form.get("again") and _is_id(tap)):
        return False
    moved, acted = (
        exists().where(log.tenant_id == tenant_id, log.order_id == order_id, metadata["tap"].astext == tap)
        for log, metadata in (
            (StatusEvent, StatusEvent.event_metadata),
            (ActionEvent, ActionEvent.action_metadata),
        )
    )
    return bool(db.session.scalar(select(or_(moved, acted))))


def _is_id(tap: str) -> bool:
    return 0 < len(tap) <= _LONGEST and tap.isascii() and tap.isalnum()
