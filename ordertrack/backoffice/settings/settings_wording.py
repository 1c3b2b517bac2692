"""How settings and what was changed of them read on their pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ordertrack.backoffice.settings import order_handling_form
from ordertrack.i18n import formats, labels, moments
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number, pgettext
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift
from ordertrack.restaurants.operations import MOVES, Asked, OperationSettings
from ordertrack.restaurants.targets import Target, Targets
from ordertrack.restaurants.versioned import SavedVersion
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment


@dataclass(frozen=True, slots=True)
class StageTargets:
    """A stage, what it measures, the targets that hold (a line each), and those that are to."""

    name: str
    measures: str
    holding: tuple[str, ...]
    coming: tuple[str, ...]


def stage_targets(targets: Targets, today: dt.date) -> list[StageTargets]:
    """Every stage with its targets as of a business day."""
    return [
        StageTargets(
            naming.stage(stage),
            naming.measures(stage),
            tuple(_holding(targets, stage, today)),
            tuple(_coming(targets, stage, today)),
        )
        for stage in Stage
    ]


def allowed(seconds: int | None) -> str:
    """As `15 min`, `7 min 30 s` or `no target`."""
    if seconds is None:
        return _("no target")
    minutes, rest = divmod(seconds, 60)
    said = {"minutes": number(minutes), "seconds": rest}
    if not minutes:
        return _("%(seconds)s s", **said)
    return _("%(minutes)s min %(seconds)s s", **said) if rest else _("%(minutes)s min", **said)


def date(day: dt.date) -> str:
    """As `Thu, 20 Nov 2025`; the first of all days is the beginning."""
    return _("the beginning") if day == dt.date.min else formats.days(day, day)


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """As `20 Nov 2025, 16:05`, where the restaurant is."""
    return moments.date_and_clock(at, zone)


def shifts_in_words(shifts: Sequence[Shift]) -> str:
    """As `Lunch 11:00–16:00, Brunch 10:00–14:00 (Sat, Sun)`."""
    return formats.listed(_shift_in_words(shift) for shift in shifts) or pgettext("shifts", "none")


def _shift_in_words(shift: Shift) -> str:
    said = {"shift": naming.shift(shift.name)}
    said |= {"starts": formats.clock(shift.starts), "ends": formats.clock(shift.ends)}
    if shift.weekdays == EVERY_WEEKDAY:
        return _("%(shift)s %(starts)s–%(ends)s", **said)
    names = naming.weekdays()
    weekdays = formats.listed(names[weekday] for weekday in sorted(shift.weekdays))
    return _("%(shift)s %(starts)s–%(ends)s (%(weekdays)s)", weekdays=weekdays, **said)


def _holding(targets: Targets, stage: Stage, today: dt.date) -> Iterator[str]:
    own = {each: targets.own_at(stage, each, today) for each in Fulfilment}
    general = targets.own_at(stage, None, today)
    if general is not None:
        yield _said(general, _("other orders") if any(own.values()) else naming.whom(None))
    for fulfilment, seconds in own.items():
        if seconds is not None:
            yield _said(seconds, naming.whom(fulfilment))


def _said(seconds: int, whom: str) -> str:
    return _("%(allowed)s for %(whom)s", allowed=allowed(seconds), whom=whom)


def _coming(targets: Targets, stage: Stage, today: dt.date) -> Iterator[str]:
    changes = [
        (day, fulfilment, seconds)
        for fulfilment in (None, *Fulfilment)
        for day, seconds in targets.coming(stage, fulfilment, today).items()
    ]
    for day, fulfilment, seconds in sorted(changes, key=lambda change: change[0]):
        said = {"allowed": allowed(seconds), "whom": naming.whom(fulfilment), "day": date(day)}
        yield _("%(allowed)s for %(whom)s from %(day)s", **said)


def of_rules(saved: SavedVersion[Rules]) -> Iterator[str]:
    """A line for each thing that a version says otherwise than the one before, or all that the first says."""
    earlier = _parts(saved.before) if saved.before is not None else {}
    for name, said in _parts(saved.value).items():
        if earlier.get(name) != said:
            yield _("%(name)s: %(value)s", name=name, value=said)


def _parts(rules: Rules) -> dict[str, str]:
    return {
        _("Time zone"): formats.code(rules.timezone),
        _("Business day from"): formats.clock(rules.day_starts),
        _("Shifts"): shifts_in_words(rules.shifts),
        _("Forgotten after"): _("%(minutes)s min", minutes=number(rules.forgotten_after / 60)),
        _("Early below"): _("%(seconds)s s", seconds=number(rules.early_before)),
    }


def of_target(saved: SavedVersion[Target]) -> Iterator[str]:
    """The target, whatever was saved before."""
    yield _(
        "%(stage)s, %(whom)s: %(allowed)s",
        stage=naming.stage(saved.value.stage),
        whom=naming.whom(saved.value.fulfilment),
        allowed=allowed(saved.value.seconds),
    )


def of_operations(saved: SavedVersion[OperationSettings]) -> Iterator[str]:
    """A line for each thing that was changed, the first time of what every restaurant begins with."""
    after, before = saved.value, saved.before or OperationSettings(saved.value.restaurant_id)
    for status in MOVES:
        if (seconds := after.undo_for(status)) != before.undo_for(status):
            yield _("Undo of “%(move)s”: %(seconds)s s", move=labels.move(status), seconds=seconds)
    if after.rest_after != before.rest_after:
        yield _("A tablet asks for a PIN again after %(minutes)s min", minutes=round(after.rest_after / 60))
    if after.arabic_digits != before.arabic_digits:
        yield (
            _("Guests who read Arabic see ١٢٣")
            if after.arabic_digits
            else _("Guests who read Arabic see 123")
        )
    if after.recall_within != before.recall_within:
        yield _("The kitchen recalls within %(minutes)s min", minutes=round(after.recall_within / 60))
    for asked in Asked:
        if (offered := after.reasons.get(asked, ())) != before.reasons.get(asked, ()):
            what = asked_in_words(asked)
            yield _("%(what)s: %(reasons)s", what=what, reasons=", ".join(offered) or _("the usual ones"))
    yield from order_handling_form.changes(before.orders, after.orders)
    yield from _of_stations(before, after)


def asked_in_words(asked: Asked) -> str:
    return {
        Asked.CANCEL: _("Reasons to cancel"),
        Asked.RECALL: _("Reasons to recall"),
        Asked.CAME_BACK: _("Reasons why an order came back"),
        Asked.NOT_DELIVERED: _("Reasons why an order was not delivered"),
    }[asked]


def _of_stations(before: OperationSettings, after: OperationSettings) -> Iterator[str]:
    made = {station.name: station.dishes for station in after.stations}
    held = {station.name: station.dishes for station in before.stations}
    for name, dishes in made.items():
        if dishes != held.get(name):
            yield _("Station %(name)s: %(dishes)s", name=name, dishes=", ".join(dishes) or _("no dish words"))
    for name in (name for name in held if name not in made):
        yield _("Station %(name)s: removed", name=name)
    if list(made) != list(held) and made.keys() == held.keys():
        yield _("Order of the stations: %(names)s", names=", ".join(made))
