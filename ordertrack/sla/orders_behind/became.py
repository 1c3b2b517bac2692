"""Which orders stand behind a count of what became of orders, as an address says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.fates import CANCELLED_FROM
from ordertrack.sla.orders_behind.asking import Asking
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.selection import Selection

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class AskedFate:
    """Of the selection's orders those of one fate: cancelled from a status, for a `reason` ("": none was
    said), begun in an `hour`.
    """

    selection: Selection
    fate: Fate = Fate.ALL
    before: OrderStatus | None = None
    reason: str | None = None
    hour: int | None = None
    page: int = 1

    @property
    def query(self) -> str:
        """The part of an address that asks about it again."""
        asked: dict[str, Any] = {
            "fate": self.fate.value,
            "before": self.before and self.before.value,
            "reason": self.reason,
            "hour": self.hour,
            "page": None if self.page == 1 else self.page,
        }
        said = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{self.selection.query}&{said}"

    def but(self, **changes: Any) -> AskedFate:
        return replace(self, **changes)


def read(args: MultiDict[str, str], selection: Selection) -> AskedFate:
    """What `fate`, `before`, `reason`, `hour` and `page` ask; raises UnusableChoice."""
    asking, reason = Asking(args), args.get("reason")
    if reason is not None and ("\0" in reason or len(reason) > _LONGEST_REASON):
        asking.problems["reason"] = _("No order has such a reason.")
    found = AskedFate(
        selection,
        asking.one_of("fate", list(Fate)) or Fate.ALL,
        asking.one_of("before", CANCELLED_FROM),
        reason,
        asking.whole("hour", 0, 23),
        asking.page(),
    )
    asking.refuse()
    return found
