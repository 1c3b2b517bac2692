"""What was decided in reading a log, each in a sentence, and what passed while it was read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ordertrack.i18n import formats, names
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.importing import steps
from ordertrack.importing.columns import CONTENT
from ordertrack.importing.logged_order import LoggedOrder
from ordertrack.importing.restaurants import Restaurants
from ordertrack.importing.roles import COLUMN_OF
from ordertrack.importing.time_formats import NumberKind
from ordertrack.importing.understanding import Understood
from ordertrack.restaurants import naming
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


@dataclass
class Seen:
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


def sentences(found: Understood, counts: Counter[str], seen: Seen, restaurants: Restaurants) -> Iterator[str]:
    """What was decided, each in a sentence."""
    yield from _notes_on_file(found)
    yield from _notes_on_zones(found, seen, restaurants)
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
    if found.skipped:
        yield ngettext(
            "%(num)s line above the names of the columns was skipped.",
            "%(num)s lines above the names of the columns were skipped.",
            found.skipped,
        )
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


def _notes_on_zones(found: Understood, seen: Seen, restaurants: Restaurants) -> Iterator[str]:
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


def _notes_on_what_is_missing(found: Understood, counts: Counter[str], seen: Seen) -> Iterator[str]:
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
        yield ngettext(
            "The file does not say when %(num)s of %(all)s deliveries left: in reports the driver's trip is"
            " counted as waiting, in %(handover)s, and is missing from %(road)s.",
            "The file does not say when %(num)s of %(all)s deliveries left: in reports the driver's trip is"
            " counted as waiting, in %(handover)s, and is missing from %(road)s.",
            seen.without_leaving,
            num=number(seen.without_leaving),
            all=number(seen.deliveries),
            handover=naming.stage(Stage.HANDOVER),
            road=naming.stage(Stage.ROAD),
        )
    if seen.unknown:
        listed = formats.listed(f"{COLUMN_OF[each]} {number(count)}" for each, count in seen.unknown.items())
        yield _("Times that the file does not have stay unknown, and no figure rests on them: %(listed)s.",
                listed=listed)  # fmt: skip
