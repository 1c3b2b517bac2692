"""What was understood of a log and what would be written of it, as it is shown before anything is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import steps
from ordertrack.importing.logged_order import BadRow, LoggedOrder
from ordertrack.importing.preview import decisions
from ordertrack.importing.preview.decisions import Seen
from ordertrack.importing.reading import Reading
from ordertrack.importing.restaurants import Restaurants
from ordertrack.importing.roles import COLUMN_OF
from ordertrack.importing.sorting import SortedOrders
from ordertrack.importing.time_formats import EPOCHS, Evidence, NumberKind
from ordertrack.importing.understanding import Understood

FIRST_ORDERS = 5
BAD_ROWS = 50
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


@dataclass
class ColumnSaid:
    """`meaning` is a role, or empty for a column that is not read; `told_by` mapping, name or content."""

    name: str
    meaning: str
    told_by: str
    form: str
    example: str


@dataclass
class RestaurantSaid:
    """`slug` is None for one that will be made."""

    name: str
    slug: str | None
    zone: str
    orders: int


@dataclass
class Preview:
    """JSON throughout. `notes` are what was decided, `questions` what has to be said before writing."""

    file: str
    encoding: str
    separator: str
    rows: int
    orders: int = 0
    first_day: str | None = None
    last_day: str | None = None
    columns: list[ColumnSaid] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[dict[str, str]] = field(default_factory=list)
    restaurants: list[RestaurantSaid] = field(default_factory=list)
    first: list[dict[str, Any]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    bad_rows: list[dict[str, Any]] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    decided: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether a question has to be answered first."""
        return bool(self.questions)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Looked:
    """One log that is looked at, and may then be written.

    After `preview` the orders are in `orders`, by when they were placed, and what is wrong with other rows in
    `bad_rows`, by line.
    """

    def __init__(
        self, name: str, found: Understood, restaurants: Restaurants, now: dt.datetime, *, leave_open: bool
    ) -> None:
        self.found = found
        self.restaurants = restaurants
        self.name = name
        self._now = now
        self._leave_open = leave_open
        self.orders = SortedOrders()
        self.bad_rows: list[BadRow] = []

    @property
    def decided(self) -> dict[str, Any]:
        """How the log was read, for the metadata of its orders."""
        found = self.found
        said: dict[str, Any] = {"encoding": found.encoding.label}
        if found.dates is not None:
            said["dates"] = found.dates.value
        if found.kinds:
            said["numbers"] = {role: kind.value for role, kind in found.kinds.items()}
        if found.skipped:
            said["lines_above"] = found.skipped
        said["columns"] = {
            role: "+".join(found.columns.names[place] for place in places)
            for role, places in found.columns.places.items()
        }
        return said

    def preview(self) -> Preview:
        """Reads all orders once; none where questions are open, for nobody knows what would come of it."""
        found = self.found
        made = Preview(
            self.name,
            found.encoding.label,
            _SEPARATORS.get(found.separator.character, found.separator.character),
            found.rows,
            columns=list(_columns(found)),
            questions=[
                {"asked": each.asked, "sentence": each.sentence, "option": each.option}
                for each in found.questions
            ],
            decided=self.decided,
        )
        reading = Reading(found, self.restaurants.zone_of, self._now)
        bad_rows = self.bad_rows = list(found.bad_rows)
        seen = Seen()
        if not found.questions:
            for order in reading.orders():
                seen.add(order, self._leave_open)
                self.orders.add(order)
                if len(made.first) < FIRST_ORDERS:
                    made.first.append(self._told(order))
            bad_rows += reading.bad_rows
        bad_rows.sort()
        made.orders = seen.orders
        made.first_day, made.last_day = seen.days
        made.ends = {status.value: count for status, count in seen.ends.items()}
        made.unknown = {status.value: count for status, count in seen.unknown.items()}
        made.dropped = dict(Counter(row.fault.value for row in bad_rows))
        made.bad_rows = [
            {"line": row.line, "fault": row.fault.value, "reason": row.reason} for row in bad_rows[:BAD_ROWS]
        ]
        made.restaurants = [
            RestaurantSaid(
                name, self.restaurants.slug_of(name or None), self.restaurants.zone_told(name or None), count
            )
            for name, count in seen.named()
        ]
        made.notes = [
            *found.columns.notes,
            *decisions.sentences(found, reading.counts, seen, self.restaurants),
        ]
        return made

    def _told(self, order: LoggedOrder) -> dict[str, Any]:
        zone = self.restaurants.zone_of(order.restaurant, order.day or self._now.date())
        return {
            "line": order.line,
            "order": order.id,
            "restaurant": order.restaurant or "",
            "fulfilment": order.fulfilment.value,
            "items": [f"{item.quantity} x {item.name}" for item in order.items],
            "times": {
                COLUMN_OF[step.status]: None
                if step.is_unknown
                else dt.datetime.fromtimestamp(step.at, zone).isoformat(sep=" ")
                for step in steps.as_logged(order, leave_open=self._leave_open)
            },
        }


def _columns(found: Understood) -> Iterator[ColumnSaid]:
    for place, name in enumerate(found.columns.names):
        meant = found.columns.role_of(place)
        if not meant:
            if name:
                yield ColumnSaid(name, "", "", "", "")
            continue
        for role in meant:
            evidence = found.evidence.get(role)
            form = _form(found, role, evidence) if evidence is not None else ""
            yield ColumnSaid(name, role, found.columns.how[role], form, evidence.example if evidence else "")


def _form(found: Understood, role: str, evidence: Evidence) -> str:
    """How the times of a column are written, for people."""
    kind = found.kinds.get(role)
    said = []
    if kind == NumberKind.EXCEL:
        said.append(_("Excel’s day numbers"))
    elif kind in EPOCHS:
        unit = {"s": _("seconds"), "ms": _("milliseconds"), "us": _("microseconds"), "ns": _("nanoseconds")}
        said.append(_("%(unit)s since 1970", unit=unit[kind.name.removeprefix("EPOCH_").lower()]))
    elif kind == NumberKind.OFFSET:
        said.append(_("numbers that count %(unit)s", unit=_unit(found.units[role])))
    elif kind == NumberKind.DURATION:
        since = found.columns.after.get(role, "placed")
        said.append(_("%(unit)s after %(which)s", unit=_unit(found.units[role]), which=since))
    forms = evidence.forms
    if forms["moment"]:
        said.append(_("moments with a zone"))
    if forms["local moment"] or forms["ambiguous"]:
        said.append(_("local times"))
    if forms["day"]:
        said.append(_("days"))
    if forms["time of day"]:
        said.append(_("times of day"))
    if forms["unreadable"]:
        said.append(_("%(count)s that are no times", count=forms["unreadable"]))
    if (evidence.orders or evidence.ambiguous_count) and found.dates is not None:
        said.append(_("day first") if found.dates == "day-first" else _("month first"))
    return formats.listed(said)


def _unit(seconds: float) -> str:
    return {1.0: _("seconds"), 60.0: _("minutes"), 3600.0: _("hours")}[seconds]
