"""What was understood of a log and what would be written of it, as it is shown before anything is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ordertrack.i18n import formats, names
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.importing import steps
from ordertrack.importing.columns import CONTENT
from ordertrack.importing.logged_order import BadRow, LoggedOrder
from ordertrack.importing.reading import Reading
from ordertrack.importing.restaurants import Restaurants
from ordertrack.importing.roles import COLUMN_OF
from ordertrack.importing.sorting import SortedOrders
from ordertrack.importing.time_formats import EPOCHS, Evidence, NumberKind
from ordertrack.importing.understanding import Understood
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

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
        seen = _Seen()
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
        made.notes = [*found.columns.notes, *_notes(found, reading.counts, seen, self)]
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


@dataclass
class _Seen:
    """What passed, counted."""

    orders: int = 0
    first: float | None = None
    last: float | None = None
    ends: Counter[OrderStatus] = field(default_factory=Counter)
    unknown: Counter[OrderStatus] = field(default_factory=Counter)
    without_leaving: int = 0
    deliveries: int = 0
    unended: int = 0
    restaurants: Counter[str] = field(default_factory=Counter)
    spelled: dict[str, str] = field(default_factory=dict)

    def add(self, order: LoggedOrder, leave_open: bool) -> None:
        way = steps.as_logged(order, leave_open=leave_open)
        self.orders += 1
        placed = order.times[OrderStatus.PENDING]
        self.first = placed if self.first is None else min(self.first, placed)
        self.last = placed if self.last is None else max(self.last, placed)
        end = way[-1]
        self.ends[end.status] += 1
        self.unknown.update(step.status for step in way if step.is_unknown)
        if end.status == OrderStatus.COMPLETED:
            self.unended += end.is_unknown and order.status != OrderStatus.COMPLETED
            has_handover = {OrderStatus.READY, OrderStatus.COMPLETED} <= order.times.keys()
            self.deliveries += has_handover and order.fulfilment == Fulfilment.DELIVERY
            self.without_leaving += has_handover and order.skips_delivering
        key = names.key(order.restaurant or "")
        self.spelled.setdefault(key, order.restaurant or "")
        self.restaurants[key] += 1

    @property
    def days(self) -> tuple[str | None, str | None]:
        def day(at: float | None) -> str | None:
            return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC).date().isoformat()

        return day(self.first), day(self.last)

    def named(self) -> list[tuple[str, int]]:
        return sorted((self.spelled[key], count) for key, count in self.restaurants.items())


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


def _notes(found: Understood, counts: Counter[str], seen: _Seen, looked: Looked) -> Iterator[str]:
    """What was decided, each in a sentence."""
    yield from _notes_on_file(found)
    yield from _notes_on_zones(found, seen, looked.restaurants)
    if found.is_of_events:
        yield _("A row is an event: those of one number are one order.")
    if counts["several rows"]:
        yield ngettext(
            "%(num)s order stands on several rows: it is one order with all of their dishes.",
            "%(num)s orders stand on several rows: each is one order with all of their dishes.",
            counts["several rows"],
        )
    if counts["numbers again"]:
        yield _("Numbers begin anew: the same number on another day is another order (%(count)s times).",
                count=counts["numbers again"])  # fmt: skip
    if counts["over midnight"]:
        yield _("Times of day before that of the stage before are of the next day: %(count)s.",
                count=counts["over midnight"])  # fmt: skip
    if counts["after 24:00"]:
        yield _("Times from 24:00 on are of the next day: %(count)s.", count=counts["after 24:00"])
    if counts["said again"]:
        yield _("A later row of an order says another time for a stage: the first one is kept (%(count)s).",
                count=counts["said again"])  # fmt: skip
    if counts["doubled"]:
        yield ngettext(
            "%(num)s order has a local time that the clock showed twice or jumped over; it is read so that no"
            " step comes before the one before it.",
            "%(num)s orders have a local time that the clock showed twice or jumped over; they are read so"
            " that no step comes before the one before it.",
            counts["doubled"],
        )
    yield from _notes_on_what_is_missing(found, counts, seen)


def _notes_on_file(found: Understood) -> Iterator[str]:
    if not found.encoding.is_told:
        yield _(
            "The file does not say its encoding: by its letters it is %(which)s.", which=found.encoding.label
        )
    if found.dates is not None and found.choices.dates is None:
        first = _("day first") if found.dates == "day-first" else _("month first")
        yield _("Dates are %(which)s: others in the file cannot be read otherwise.", which=first)
    for role, evidence in found.evidence.items():
        if found.kinds.get(role) == NumberKind.EXCEL and evidence.most_decimals < 5:
            exact = max(round(86400 / 10**evidence.most_decimals), 1)
            yield _("%(column)s has %(count)s decimals: its times are exact to %(seconds)s s.", column=role,
                    count=evidence.most_decimals, seconds=exact)  # fmt: skip
    if "items" in found.columns.places and found.item_separator is not None:
        yield _("Several dishes stand in a cell, separated by %(what)s.",
                what=formats.quoted(found.item_separator))  # fmt: skip
    said_by_content = [role for role, how in found.columns.how.items() if how == CONTENT]
    for role in said_by_content:
        name = found.columns.names[found.columns.places[role][0]]
        yield _("%(name)s is taken for %(role)s by what stands in it.", name=formats.quoted(name), role=role)


def _notes_on_zones(found: Understood, seen: _Seen, restaurants: Restaurants) -> Iterator[str]:
    if not found.has_local_times or "timezone" in found.columns.places:
        return
    unsaid = [
        name
        for name, _count in seen.named()
        if restaurants.slug_of(name or None) is None and not restaurants.is_zone_said(name)
    ]
    if unsaid and restaurants.has_shared_zone:
        yield _("Local times of new restaurants are read as %(zone)s, the zone of all your restaurants.",
                zone=restaurants.zone_for_new)  # fmt: skip
    elif unsaid:
        yield _("Local times of new restaurants are read as %(zone)s, for nobody said their zone.",
                zone=restaurants.zone_for_new)  # fmt: skip
    yield _("Local times are read in the zone of their restaurant.")


def _notes_on_what_is_missing(found: Understood, counts: Counter[str], seen: _Seen) -> Iterator[str]:
    if counts["fulfilment not said"]:
        yield _("Orders that do not say how they reach the guest are taken for %(which)s: %(count)s.",
                which=found.choices.fulfilment.value, count=counts["fulfilment not said"])  # fmt: skip
    if seen.unended:
        yield ngettext(
            "Of %(num)s order the file has no end: it is kept as completed at an unknown time.",
            "Of %(num)s orders the file has no end: they are kept as completed at an unknown time.",
            seen.unended,
        )
    if seen.without_leaving:
        yield _(
            "%(count)s of %(all)s deliveries have no time of leaving: their handover holds the road.",
            count=seen.without_leaving,
            all=seen.deliveries,
        )
    if seen.unknown:
        listed = formats.listed(f"{COLUMN_OF[each]} {number(count)}" for each, count in seen.unknown.items())
        yield _("Times that the file does not have stay unknown, and no figure rests on them: %(listed)s.",
                listed=listed)  # fmt: skip
