"""Which figure is asked about, as an address says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from ordertrack.sla.orders_behind.asking import Asking
from ordertrack.sla.report.selection import Selection


class Which(StrEnum):
    """Of the orders that a bar or a cell counts, or has beside it."""

    COUNTED = "counted"
    LATE = "late"
    LEFT_OUT = "left_out"
    AGAIN = "again"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    DRAWN = "drawn"


class Sort(StrEnum):
    """What comes first: the most late, the longest, the shortest, the newest."""

    LATE = "late"
    LONGEST = "longest"
    SHORTEST = "shortest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure of the selection's stage: of one shift ("": outside of all), weekday (0 Monday) or hour."""

    selection: Selection
    shift: str | None = None
    weekday: int | None = None
    hour: int | None = None
    which: Which = Which.COUNTED
    sort: Sort = Sort.LATE
    page: int = 1

    @property
    def query(self) -> str:
        """The part of an address that asks about it again."""
        asked: dict[str, Any] = {
            "shift": self.shift,
            "weekday": self.weekday,
            "hour": self.hour,
            "which": None if self.which == Which.COUNTED else self.which.value,
            "sort": None if self.sort == Sort.LATE else self.sort.value,
            "page": None if self.page == 1 else self.page,
        }
        said = urlencode({name: value for name, value in asked.items() if value is not None})
        return "&".join(part for part in (self.selection.query, said) if part)

    def but(self, **changes: Any) -> Behind:
        return replace(self, **changes)


def read(args: MultiDict[str, str], selection: Selection) -> Behind:
    """What `shift`, `weekday`, `hour`, `which`, `sort` and `page` ask; raises UnusableChoice."""
    asking = Asking(args)
    found = Behind(
        selection,
        args.get("shift"),
        asking.whole("weekday", 0, 6),
        asking.whole("hour", 0, 23),
        asking.one_of("which", list(Which)) or Which.COUNTED,
        asking.one_of("sort", list(Sort)) or Sort.LATE,
        asking.page(),
    )
    asking.refuse()
    return found
