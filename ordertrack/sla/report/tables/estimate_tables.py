"""How often estimates were right: of every order, of each fulfilment, and by how full the kitchen was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.sla.estimates.scoring import BANDS, COUNTS, SUMS, TurnedOut
from ordertrack.sla.measure.cells import FULFILMENTS, LOAD_BANDS
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.tables.table import COUNT, TEXT, Column, Kind, Row, Table, Value


@dataclass(frozen=True, slots=True)
class Part:
    """So many of these orders."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.of else None


class Told(NamedTuple):
    """A range in seconds, on the mean of the orders that it was told for."""

    low: float
    high: float


def _part(part: Part) -> str:
    if not part.of:
        return formats.NOTHING
    return _("%(number)s (%(share)s)", number=number(part.count), share=formats.share(part.share))


def _part_values(part: Part) -> tuple[Value, ...]:
    return part.count, None if part.share is None else round(part.share, 4)


def _told(told: Told | None) -> str:
    if told is None:
        return formats.NOTHING
    low, high = (number(round(seconds / 60)) for seconds in told)
    return _("%(low)s to %(high)s min", low=low, high=high)


def _took(seconds: float | None) -> str:
    if seconds is None:
        return formats.NOTHING
    return _("%(minutes)s min", minutes=number(round(seconds / 60)))


def _whole(seconds: float | None) -> Value:
    return None if seconds is None else round(seconds)


PART = Kind(_part, _part_values, lambda title: (title, _("%(title)s: share", title=title)), look="n")
TOLD = Kind(
    _told,
    lambda told: (None, None) if told is None else (_whole(told.low), _whole(told.high)),
    lambda title: (_("%(title)s: from (s)", title=title), _("%(title)s: to (s)", title=title)),
)
TOOK = Kind(_took, lambda took: (_whole(took),), lambda title: (_("%(title)s (s)", title=title),))


def estimates(report: Report) -> Table:
    """How the ranges that guests read when their order was confirmed turned out."""
    columns = (
        Column(_("Which orders"), TEXT),
        Column(_("Had a range"), COUNT),
        Column(_("Came sooner"), PART),
        Column(_("Came within it"), PART),
        Column(_("Came later"), PART),
        Column(_("Had none"), COUNT),
        Column(_("Told, on average"), TOLD),
        Column(_("Took, on average"), TOOK),
    )
    rows = [_row(said, those) for said, those in _groups(report.outcome) if _orders(those)]
    return Table("estimates", _("How often estimates were right"), columns, rows)


def _groups(outcome: TurnedOut) -> Iterator[tuple[str, TurnedOut]]:
    """Every order; each fulfilment; each load: all kinds that belong to it."""
    yield _("Every order"), outcome
    for place, fulfilment in enumerate(FULFILMENTS):
        yield labels.fulfilment(fulfilment), outcome[outcome["kind"] // BANDS == place]
    for band in range(BANDS):
        yield _load(band), outcome[outcome["kind"] % BANDS == band]


def _load(band: int) -> str:
    """How many orders the kitchen had, as words."""
    if band == len(LOAD_BANDS):
        return _("Kitchen with more than %(number)s orders", number=number(LOAD_BANDS[-1]))
    most = LOAD_BANDS[band]
    if not band:
        return ngettext(
            "Kitchen with up to %(num)s order", "Kitchen with up to %(num)s orders", most, num=number(most)
        )
    return _(
        "Kitchen with %(low)s to %(high)s orders", low=number(LOAD_BANDS[band - 1] + 1), high=number(most)
    )


def _orders(those: TurnedOut) -> int:
    return int(sum(those[name].sum() for name in COUNTS))


def _row(said: str, those: TurnedOut) -> Row:
    sooner, within, later, silent = (int(those[name].sum()) for name in COUNTS)
    given = sooner + within + later
    low, high, took = (those[name].sum() / given if given else None for name in SUMS)
    told = None if low is None or high is None else Told(float(low), float(high))
    parts = (Part(each, given) for each in (sooner, within, later))
    return Row((said, given, *parts, silent, told, took))
