"""An oracle that reads a log's events one by one and works every time out anew, to hold a roll-up against."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import select, text

from ordertrack.database.session import db
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.restaurants.cache import of_tenant
from ordertrack.rules.stages import SPANS, TAPPED_ONE_BY_ONE, WORKED, LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, LEFT_OUT
from support.cast import House


class Time(NamedTuple):
    """One time as the oracle tells it, or an order that was cancelled late in the stage."""

    stage: Stage
    restaurant: str
    day: dt.date
    shift: str | None
    hour: int
    fulfilment: Fulfilment
    left_out: LeftOut | None
    verdict: int
    again: bool
    cancelled: bool
    walked: bool
    drawn: bool
    seconds: float


def exact_times(house: House) -> list[Time]:
    """Every time that ended in the house's log, worked out one by one."""
    restaurants = {restaurant.id: restaurant for restaurant in of_tenant(house.tenant_id)}
    rows = db.session.execute(
        select(StatusEvent, Order.fulfilment)
        .join(Order, (Order.tenant_id == StatusEvent.tenant_id) & (Order.id == StatusEvent.order_id))
        .where(StatusEvent.tenant_id == house.tenant_id)
        .order_by(StatusEvent.seq)
    ).all()
    db.session.rollback()
    mass = mass_taps([row[0] for row in rows])
    stories: defaultdict[uuid.UUID, list[StatusEvent]] = defaultdict(list)
    fulfilments = {}
    for event, fulfilment in rows:
        stories[event.order_id].append(event)
        fulfilments[event.order_id] = fulfilment
    found = []
    for order_id, story in stories.items():
        settings = restaurants[story[0].restaurant_id]
        for stage, ended, again in _ends(story):
            beginning = next(event for event in story if event.to_status == SPANS[stage].begins)
            began = beginning.occurred_at
            day, shift = settings.calendar.day_of(began), settings.calendar.shift_at(began)
            seconds = (ended.occurred_at - began).total_seconds()
            cancelled = ended.to_status == OrderStatus.CANCELLED
            walked = not cancelled and (_is_skipped(beginning) or _is_skipped(ended))
            nothing = cancelled or walked
            drawn = not cancelled and (_is_drawn(beginning) or _is_drawn(ended))
            target = None if nothing else settings.targets.at(stage, fulfilments[order_id], day)
            doubt = _doubt(stage, seconds, settings.calendar.rules_on(day), ended.seq in mass)
            found.append(
                Time(
                    stage,
                    settings.slug,
                    day,
                    shift.name if shift else None,
                    settings.calendar.local(began).hour,
                    fulfilments[order_id],
                    None if nothing else doubt,
                    cells.UNJUDGED
                    if target is None
                    else cells.BREACH
                    if seconds > target
                    else cells.IN_TARGET,
                    again,
                    cancelled,
                    walked,
                    drawn,
                    seconds,
                )
            )
    return found


def _ends(story: list[StatusEvent]) -> Iterator[tuple[Stage, StatusEvent, bool]]:
    """Of one order: each stage that it left for an end, the last such move, and whether it had come again.

    And each that ran when the order was cancelled, once somebody had begun to prepare it.
    """
    ways = [event.to_status for event in story]
    for stage, span in SPANS.items():
        places = [
            place
            for place, status in enumerate(ways)
            if status in span.ends and story[place].from_status in span.through
        ]
        if span.begins in ways and places:
            yield stage, story[places[-1]], len(places) > 1 or ways[: places[-1]].count(span.begins) > 1
        if ways[-1] == OrderStatus.CANCELLED and ways[-2] in span.through and OrderStatus.PREPARING in ways:
            yield stage, story[-1], False


def _is_skipped(event: StatusEvent) -> bool:
    """Whether a channel told a later status only."""
    way = event.event_metadata.get("walked")
    return event.actor.startswith("channel:") and bool(way) and way[-1] != event.to_status


def _is_drawn(event: StatusEvent) -> bool:
    """Whether a replay drew its time."""
    return event.actor == "program:replay" and "drawn" in event.event_metadata


def _doubt(stage: Stage, seconds: float, rules: Any, is_mass: bool) -> LeftOut | None:
    if seconds > rules.forgotten_after:
        return LeftOut.FORGOTTEN
    if is_mass:
        return LeftOut.MASS
    return LeftOut.EARLY if stage in WORKED and seconds < rules.early_before else None


def mass_taps(events: list[StatusEvent]) -> set[int]:
    """The positions of events of which three alike lie within five seconds."""
    alike: defaultdict[tuple[Any, ...], list[StatusEvent]] = defaultdict(list)
    for event in events:
        if event.to_status in TAPPED_ONE_BY_ONE and not _is_skipped(event):
            alike[event.to_status, event.actor, event.restaurant_id].append(event)
    found: set[int] = set()
    for several in alike.values():
        in_time = sorted(several, key=lambda event: event.occurred_at)
        for place, begins in enumerate(in_time):
            ends = begins.occurred_at + dt.timedelta(seconds=5)
            together = list(takewhile(partial(_is_by, ends), in_time[place:]))
            found |= {event.seq for event in together} if len(together) >= 3 else set()
    return found


def _is_by(moment: dt.datetime, event: StatusEvent) -> bool:
    return event.occurred_at <= moment


def told_apart(time: Time) -> tuple[Any, ...]:
    return time[:-1]


def stored(house: House) -> Counter[tuple[Any, ...]]:
    """What the roll-up's rows hold, told apart as the oracle does; both kinds of rows must agree."""
    names: dict[int, str | None] = {0: None}
    names |= dict(db.session.execute(text("SELECT id, name FROM sla_shift_names")).all())  # type: ignore[arg-type]
    slugs = dict(db.session.execute(text("SELECT id, slug FROM restaurants")).all())  # type: ignore[arg-type]
    found: Counter[tuple[Any, ...]] = Counter()
    totals: Counter[tuple[str, dt.date]] = Counter()
    for row in db.session.execute(text("SELECT * FROM sla_restaurant_days")):
        for key, count in cells.read(row.cells).tolist():
            found[
                Stage(row.stage),
                slugs[row.restaurant_id],
                row.business_date,
                names[cells.shift_of(key)],
                cells.hour_of(key),
                FULFILMENTS[cells.fulfilment_of(key)],
                LEFT_OUT[cells.left_out_of(key)],
                cells.target_of(key),
                bool(cells.again_of(key)),
                bool(cells.cancelled_of(key)),
                bool(cells.walked_of(key)),
                bool(cells.drawn_of(key)),
            ] += count
            totals[row.stage, row.business_date] += count
    for row in db.session.execute(text("SELECT * FROM sla_tenant_days")):
        for part in (row.by_shift, row.by_hour):
            assert cells.read(part)["count"].sum() == totals[row.stage, row.business_date]
    db.session.rollback()
    return found
