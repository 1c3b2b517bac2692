"""The targets that a report draws: each with whom it is for, and when it held."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.restaurants.targets import Targets
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import TargetSteps
from ordertrack.sla.report.selection import Selection

_MOST_SAID = 6


@dataclass(frozen=True, slots=True)
class _Held:
    """A target (seconds) and when in the range it held; None: from its beginning, to its end."""

    seconds: int
    since: dt.date | None
    until: dt.date | None

    @property
    def when(self) -> str:
        if self.since and self.until:
            since, until = formats.day(self.since), formats.day(self.until)
            return _("from %(since)s until %(until)s", since=since, until=until)
        if self.since:
            return _("from %(day)s", day=formats.day(self.since))
        return _("until %(day)s", day=formats.day(self.until)) if self.until else ""


def of(selection: Selection) -> list[tuple[int, str]]:
    """The targets of the stage in the range, in seconds, with for whom and when ("" for all of it)."""
    fulfilments = [selection.fulfilment] if selection.fulfilment else list(Fulfilment)
    holds: defaultdict[_Held, set[tuple[str, Fulfilment]]] = defaultdict(set)
    for each in selection.restaurants:
        for fulfilment in fulfilments:
            for held in _held(selection, each.targets, fulfilment):
                holds[held].add((each.name, fulfilment))
    everybody = len(selection.restaurants) * len(fulfilments)
    return [
        (held.seconds, _joined("" if len(those) == everybody else _whom(selection, those), held.when))
        for held, those in sorted(
            holds.items(), key=lambda item: (item[0].seconds, item[0].since or dt.date.min)
        )
    ]


def steps(selection: Selection) -> list[TargetSteps]:
    """What held on each day of the range, by whom it is for: each line by its steps, all of them."""
    fulfilments = [selection.fulfilment] if selection.fulfilment else list(Fulfilment)
    holds: defaultdict[tuple[tuple[dt.date, int | None], ...], set[tuple[str, Fulfilment]]] = defaultdict(set)
    for each in selection.restaurants:
        for fulfilment in fulfilments:
            changes = each.targets.changes(selection.stage, fulfilment, selection.first, selection.last)
            holds[tuple(changes)].add((each.name, fulfilment))
    everybody = len(selection.restaurants) * len(fulfilments)
    return [
        TargetSteps("" if len(those) == everybody else _whom(selection, those), changes)
        for changes, those in holds.items()
        if any(seconds is not None for _, seconds in changes)
    ]


def said(targets: Sequence[tuple[int, str]]) -> str:
    """The first of them in words; nothing where there are none."""
    shown = [_joined(whom, wording.target(seconds)) for seconds, whom in targets[:_MOST_SAID]]
    return formats.listed([*shown, "…"] if len(targets) > _MOST_SAID else shown)


def _held(selection: Selection, targets: Targets, fulfilment: Fulfilment) -> Iterator[_Held]:
    changes = targets.changes(selection.stage, fulfilment, selection.first, selection.last)
    ends = [day - dt.timedelta(days=1) for day, _ in changes[1:]]
    for place, ((day, seconds), until) in enumerate(zip(changes, [*ends, None], strict=True)):
        if seconds is not None:
            yield _Held(seconds, day if place else None, until)


def _joined(whom: str, what: str) -> str:
    return _("%(whom)s %(what)s", whom=whom, what=what) if whom and what else whom or what


def _whom(selection: Selection, those: set[tuple[str, Fulfilment]]) -> str:
    names = sorted({name for name, _ in those})
    kinds = [fulfilment for fulfilment in Fulfilment if any(each == fulfilment for _, each in those)]
    said = formats.together(naming.whom(kind) for kind in kinds)
    if len(names) == len(selection.restaurants):
        return said
    restaurants = names[0]
    if len(names) > 1:
        restaurants = ngettext(
            "%(num)s restaurant", "%(num)s restaurants", len(names), num=number(len(names))
        )
    return restaurants if len(kinds) == len(Fulfilment) else formats.listed([restaurants, said])
