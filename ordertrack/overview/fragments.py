"""What the templates of the overview are given, for the page and for what is sent to open ones alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from ordertrack.i18n import formats, labels
from ordertrack.i18n.moments import instant
from ordertrack.i18n.translate import digits
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.due.open_orders import OPEN, OpenOrder
from ordertrack.overview.attention import BOARD_OF, COUNTED_ON, OF_COMPANY, Line, Trouble
from ordertrack.overview.company import Overview
from ordertrack.overview.rows import Row
from ordertrack.overview.shares import Share
from ordertrack.rules.stages import HEADLINE
from ordertrack.tenants.shared_tablets import tablets

NEAR = 0.90  # below this share of a row's orders in target its figure points down
LOW = 0.85  # below this one it has the colour of what is late
_FEWEST = 10  # orders below which no share is called low
_WIDTH, _HEIGHT, _LEAST = 100.0, 36.0, 0.65


def values(overview: Overview) -> dict[str, Any]:
    return {
        "overview": overview,
        "rows": overview.rows,
        "titles": tablets.BOARDS,
        "address_of": address_of,
        "counted_on": COUNTED_ON,
        "share_text": formats.share,
        "verdict_of": verdict,
        "report_of": report_of,
        "report_of_all": report_of_all(overview),
        "line_of": path_through,
        "near_at": _height(NEAR),
        "lasting": lasting,
        "minutes_of": minutes_of,
        "stack_said": stack_said,
        "statuses": OPEN,
        "shift_of_all": shift_of_all(overview),
    }


def address_of(line: Line) -> str:
    """Where somebody can see to it: the order if it is one, else a board or a list."""
    if line.order is not None:
        return f"/orders/{line.order.id}"
    if line.trouble == Trouble.CHANNEL_FAILS:
        return f"/channels/connections/{line.slug}"
    if line.trouble in OF_COMPANY:
        return f"/webhooks/{line.slug}"
    if line.trouble == Trouble.CANCELLED:
        return f"/orders?restaurant={line.slug}"
    if line.trouble == Trouble.FORGOTTEN:
        return f"/r/{line.slug}/open"
    return f"/r/{line.slug}/{line.alarm.board if line.alarm else BOARD_OF[line.trouble]}"


def report_of(day: dt.date, restaurant: str | None = None) -> str:
    """Where the report says the same share, and what is beside it; of all restaurants if none is named."""
    chosen = {"from": day, "to": day, "stage": HEADLINE} | ({"restaurant": restaurant} if restaurant else {})
    return f"/sla?{urlencode(chosen)}"


def report_of_all(overview: Overview) -> str | None:
    """The same of all of them together; None where they are not on the same day."""
    days = {row.share.day for row in overview.rows if row.share.day is not None}
    return report_of(days.pop()) if len(days) == 1 else None


def verdict(share: Share) -> str:
    """`low`, `near` or nothing: a few orders say nothing yet."""
    if share.part is None or share.judged < _FEWEST:
        return ""
    if share.part < LOW:
        return "low"
    return "near" if share.part < NEAR else ""


def path_through(points: Sequence[float]) -> str:
    """The path through these shares, in a drawing of 100 by 36; nothing for a single one."""
    if len(points) < 2:
        return ""
    step = _WIDTH / (len(points) - 1)
    return "M" + "L".join(f"{place * step:.0f} {_height(share)}" for place, share in enumerate(points))


def lasting(since: dt.datetime) -> str:
    """How long something has lasted until now."""
    return labels.lasting(_minutes_since(since))


def minutes_of(order: OpenOrder) -> Markup:
    """The age of an order in whole minutes, which `static/js/overview/ages.js` keeps true."""
    minutes = _minutes_since(order.began_at)
    made = Markup('<span data-minutes-since="{}">{}</span> <small>{}</small>')
    return made.format(instant(order.began_at), digits(minutes), _("min"))


def _minutes_since(since: dt.datetime) -> int:
    return max(0, int((dt.datetime.now(dt.UTC) - since).total_seconds()) // 60)


def stack_said(row: Row) -> str:
    """How many orders are in each state, in words."""
    counted = row.by_status.items()
    return formats.listed(f"{labels.status(status)} {digits(number)}" for status, number in counted)


def shift_of_all(overview: Overview) -> Row | None:
    """A restaurant whose running shift is that of all of them; None if there is no such."""
    running = [row for row in overview.rows if row.is_running]
    shifts = {(row.shift.name, row.shift.ends, row.zone) for row in running if row.shift is not None}
    return running[0] if len(shifts) == 1 and len(running) == len(overview.rows) else None


def _height(share: float) -> str:
    return f"{_HEIGHT - (max(share, _LEAST) - _LEAST) / (1 - _LEAST) * (_HEIGHT - 2):.0f}"
