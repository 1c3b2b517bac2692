"""A message that somebody sends to see whether it arrives: signed as any is, of no order, and sent once."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.webhooks import follower
from ordertrack.webhooks.kinds import TEST
from ordertrack.webhooks.models import Endpoint

NO_ORDER = uuid.UUID(int=0)


def send(endpoint: Endpoint) -> None:
    """Have a test go out now, beside whatever waits; and commit."""
    said = "This is a test. No order is meant by it."
    body = {"type": TEST, "timestamp": dt.datetime.now(dt.UTC).isoformat(), "data": {"message": said}}
    payload = {
        "endpoint": str(endpoint.id),
        "seq": 0,
        "cursor": f"{TEST}_{uuid.uuid4().hex}",
        "order": str(NO_ORDER),
        "kind": TEST,
        "body": json.dumps(body),
    }
    lane = f"{endpoint.destination}:{TEST}"
    jobs.add(
        db.session.connection(), endpoint.tenant_id, follower.DELIVERY, lane, endpoint.destination, payload
    )
    db.session.commit()
