"""Recounting a tenant's log once, and holding any number of its reports against that."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db, enter_tenant
from ordertrack.restaurants import cache
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.audit.comparing import Compared, Recounted, compare
from ordertrack.sla.recount import log, settings
from ordertrack.sla.recount.clock import Clock
from ordertrack.sla.recount.times import Cancelled, Time, cancelled_of, times_of
from ordertrack.sla.report import build
from ordertrack.sla.report.query_string import LONGEST
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.rollup import extend

_POSITION = text("SELECT coalesce(max(seq), 0) FROM sla_progress WHERE tenant_id = :tenant")
_IS_STALE = text("SELECT EXISTS (SELECT FROM sla_stale WHERE tenant_id = :tenant)")
_SEVERAL = 3  # turns in which settings may be saved while the roll-up is brought up to date


class NotReady(Exception):
    """The roll-up is being made anew while it should be audited."""


@dataclass(frozen=True)
class Wanted:
    """Which reports: None is everything there is. `each_alone`: each restaurant by itself as well."""

    first: dt.date | None = None
    last: dt.date | None = None
    restaurants: Sequence[str] = ()
    fulfilments: Sequence[Fulfilment | None] = (None, *Fulfilment)
    stages: Sequence[Stage] = tuple(Stage)
    each_alone: bool = True


class Audit(NamedTuple):
    """`position` is how far into the log its figures reach."""

    position: int
    reports: list[tuple[Selection, Compared]]


def audit(tenant_id: uuid.UUID, wanted: Wanted) -> Audit:
    """Hold these reports of a tenant against its log; NotReady, or LookupError for no such restaurant.

    What the log has and the roll-up does not yet is added first, as a server does; the events of the last
    seconds wait.
    """
    _bring_up_to_date(tenant_id)
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        enter_tenant(tenant_id)
        if db.session.execute(_IS_STALE, {"tenant": tenant_id}).scalar_one():
            raise NotReady("Settings were saved just now, and reports are being made anew: try again.")
        position = db.session.execute(_POSITION, {"tenant": tenant_id}).scalar_one()
        cache.forget(tenant_id, None)
        times, cancelled = recount(tenant_id, position)
        recounted = Recounted(times, cancelled)
        reports = [
            (selection, compare(build.make(selection), recounted))
            for selection in _selections(tenant_id, wanted, [time.day for time in times])
        ]
        return Audit(position, reports)
    finally:
        db.session.rollback()


def recount(tenant_id: uuid.UUID, until: int) -> tuple[list[Time], list[Cancelled]]:
    """Every time of the entered tenant that ended up to this position of its log, and what was called off."""
    times: list[Time] = []
    cancelled: list[Cancelled] = []
    saved = settings.saved(tenant_id)
    clocks = {restaurant_id: Clock(each) for restaurant_id, each in saved.items()}
    for story in log.stories(tenant_id, until):
        times += times_of(story, saved[story.restaurant_id], clocks[story.restaurant_id])
        cancelled += cancelled_of(story, clocks[story.restaurant_id])
    return times, cancelled


def _bring_up_to_date(tenant_id: uuid.UUID) -> None:
    for _ in range(_SEVERAL):
        enter_tenant(tenant_id)
        extend.keep_up(tenant_id)
        enter_tenant(tenant_id)
        is_stale = db.session.execute(_IS_STALE, {"tenant": tenant_id}).scalar_one()
        db.session.rollback()
        if not is_stale:
            return


def _selections(tenant_id: uuid.UUID, wanted: Wanted, days: Sequence[dt.date]) -> Iterator[Selection]:
    restaurants = cache.of_tenant(tenant_id)
    unknown = set(wanted.restaurants) - {each.slug for each in restaurants}
    if unknown:
        raise LookupError(f"There is no restaurant {sorted(unknown)[0]}.")
    chosen = tuple(each for each in restaurants if not wanted.restaurants or each.slug in wanted.restaurants)
    first, last = wanted.first or min(days, default=None), wanted.last or max(days, default=None)
    if first is None or last is None:
        return
    for begins, ends in _in_parts(first, last):
        whole = Selection(tenant_id, begins, ends, chosen, is_all=len(chosen) == len(restaurants))
        yield from _of_each_kind(whole, wanted)
        if wanted.each_alone and len(chosen) > 1:
            for each in chosen:
                yield from (whole.of(each).but(stage=stage) for stage in wanted.stages)


def _in_parts(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """No longer than a report may be."""
    while first <= last:
        ends = min(last, first + dt.timedelta(LONGEST - 1))
        yield first, ends
        first = ends + dt.timedelta(1)


def _of_each_kind(whole: Selection, wanted: Wanted) -> Iterable[Selection]:
    for stage in wanted.stages:
        for fulfilment in wanted.fulfilments:
            for with_left_out in (False, True):
                yield whole.but(stage=stage, fulfilment=fulfilment, with_left_out=with_left_out)
