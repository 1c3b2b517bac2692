"""How stages, times, shares and doubts read on the reports, in words and in numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ordertrack import words
from ordertrack.orders.state_machine import OrderStatus
from ordertrack.sla.stages import LeftOut, Stage

NOTHING = "–"
_HOUR = 3600

STAGES = {
    Stage.ACCEPT: "Accept",
    Stage.QUEUE: "Queue",
    Stage.COOK: "Cook",
    Stage.KITCHEN: "Kitchen",
    Stage.HANDOVER: "Handover",
    Stage.ROAD: "Road",
    Stage.TOTAL: "Total",
}

MEASURES = {
    Stage.ACCEPT: "from the order's coming in until it is confirmed",
    Stage.QUEUE: "from confirmed until somebody starts preparing it",
    Stage.COOK: "from the start of preparing until it is ready",
    Stage.KITCHEN: "from confirmed until it is ready",
    Stage.HANDOVER: "from ready until it leaves, or is handed to the guest",
    Stage.ROAD: "from leaving until it is delivered",
    Stage.TOTAL: "from the order's coming in until it is completed",
}

DOUBTS = {
    LeftOut.FORGOTTEN: "forgotten",
    LeftOut.MASS: "mass",
    LeftOut.EARLY: "early",
}

DOUBTS_EXPLAINED = {
    LeftOut.FORGOTTEN: "took longer than a stage can: nobody tapped when it was done",
    LeftOut.MASS: "tapped together with others within seconds: when each was really done is not known",
    LeftOut.EARLY: "was over too soon to be real: tapped ahead of the work",
}

OPEN = tuple(status for status in OrderStatus if status not in (OrderStatus.COMPLETED, OrderStatus.CANCELLED))
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def time(seconds: float | None) -> str:
    """As `14 min 05 s`; a dash for None."""
    return NOTHING if seconds is None else words.duration(dt.timedelta(seconds=round(seconds)))


def target(seconds: int) -> str:
    """As `15 min` or `1 min 30 s`."""
    return time(seconds) if seconds % 60 or seconds >= _HOUR else f"{seconds // 60} min"


def share(part: float | None) -> str:
    """As `87 %`; never rounded up to all or down to none of it."""
    if part is None:
        return NOTHING
    percent = round(part * 100)
    if percent in (0, 100) and part not in (0, 1):
        return "> 99 %" if percent else "< 1 %"
    return f"{percent} %"


def left_out(counts: Mapping[LeftOut, int]) -> str:
    """As `24: 3 forgotten, 12 mass, 9 early`, without those there are none of."""
    total = sum(counts.values())
    return f"{total:,}: {_reasons(counts)}" if total else "0"


def said_left_out(counts: Mapping[LeftOut, int], are_in: bool = False) -> str:
    """As `24 left out: 3 forgotten, 12 mass, 9 early`; `are_in`: they are counted, doubtful as they are."""
    total = sum(counts.values())
    if not total:
        return "nothing doubtful" if are_in else "nothing left out"
    return f"{total:,} {'doubtful, counted in' if are_in else 'left out'}: {_reasons(counts)}"


def _reasons(counts: Mapping[LeftOut, int]) -> str:
    return ", ".join(f"{counts[reason]:,} {word}" for reason, word in DOUBTS.items() if counts.get(reason))


def day(date: dt.date) -> str:
    return date.strftime(f"%a {date.day} %b")


def days(first: dt.date, last: dt.date) -> str:
    """As `Fri 14 Nov 2025` or `Fri 14 Nov – Thu 20 Nov 2025`."""
    if first == last:
        return f"{day(first)} {first.year}"
    since = day(first) if first.year == last.year else f"{day(first)} {first.year}"
    return f"{since} – {day(last)} {last.year}"


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """The time of day, with its day unless that is today there."""
    local = at.astimezone(zone)
    is_today = local.date() == dt.datetime.now(zone).date()
    return local.strftime("%H:%M:%S") if is_today else f"{day(local.date())}, {local:%H:%M:%S}"


def hour(of_day: int) -> str:
    return f"{of_day:02}:00"


def counted(number: int, what: str) -> str:
    """As `1 day` or `1,204 orders`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
