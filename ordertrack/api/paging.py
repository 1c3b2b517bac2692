"""Reading on: the token of the next page of orders, and the position in the feed of events."""

from __future__ import annotations

import datetime as dt
import re
import struct
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from ordertrack.live.cursor import Cursor
from ordertrack.orders.log import event_log
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.web.problems import Problem, Refusal

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAYOUT = struct.Struct(">Q16s")  # microseconds since 1970, the order's id
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


def page_after(order: OrderRecord) -> str:
    """The token of the page that begins below this order; opaque to callers."""
    since = (order.placed_at - _EPOCH) // dt.timedelta(microseconds=1)
    return urlsafe_b64encode(_LAYOUT.pack(since, order.id.bytes)).decode()


def read_page(token: str | None) -> tuple[dt.datetime, uuid.UUID] | None:
    """What `page_after` wrote; raises Refusal (400) on anything else."""
    if token is None:
        return None
    try:
        if not _TOKEN.fullmatch(token):
            raise ValueError(token)
        since, order_id = _LAYOUT.unpack(urlsafe_b64decode(token))
        return _EPOCH + dt.timedelta(microseconds=since), uuid.UUID(bytes=order_id)
    except (ValueError, OverflowError):
        problem = Problem(400, "page is none of ours: pass on the `next` of the answer before, unchanged.")
        raise Refusal(problem) from None


def feed_position(tenant_id: uuid.UUID, after: str | None) -> tuple[Cursor, Cursor]:
    """Where to read on in the feed, at `after`, else at the beginning; and where it ends at this moment.

    Raises MalformedCursor, or Refusal (409, with the `current` cursor) if the log holds no such position.
    """
    head = event_log.head(tenant_id)
    if after is None:
        return Cursor(head.epoch, 0), head
    cursor = Cursor.parse(after)
    if cursor.epoch != head.epoch or cursor.seq > head.seq:
        detail = (
            f"The events have no position {cursor}: their history was replaced, or the cursor is not of this"
            " tenant. Read the orders anew, then go on from `current`."
        )
        raise Refusal(Problem(409, detail, {"current": str(head)}))
    return cursor, head
