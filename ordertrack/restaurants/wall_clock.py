"""The moment at which a clock on the wall shows a time, also where it is set forward or back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def to_moment(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment (UTC) at which a clock on the wall of this zone shows `wall` (naive), never running back.

    Where the clock shows it twice, the first time; where it jumps over it, the moment of the jump.
    """
    first = wall.replace(tzinfo=zone, fold=0)
    offset, other = first.utcoffset(), wall.replace(tzinfo=zone, fold=1).utcoffset()
    assert offset is not None and other is not None
    if offset >= other:
        return first.astimezone(dt.UTC)
    return _jump(wall.replace(tzinfo=dt.UTC) - other, wall.replace(tzinfo=dt.UTC) - offset, zone)


def _jump(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The second between these two moments from which the zone's clock runs ahead of what it was."""
    offset = before.astimezone(zone).utcoffset()
    while (gap := int((after - before).total_seconds())) > 1:
        middle = before + dt.timedelta(seconds=gap // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
