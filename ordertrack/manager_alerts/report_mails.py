"""A mail each morning, or after each shift, that says how it went: to each once, whoever looks and how often.

The job that sends it is the mark that it was said: jobs are kept for days, and mails are only made of what
has ended within hours.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ARRAY, Text, cast, func, text

from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.following.jobs import NewJob
from ordertrack.i18n.translate import speaking
from ordertrack.manager_alerts import choices, report_words, watch
from ordertrack.manager_alerts.choices import Reader
from ordertrack.manager_alerts.kinds import ReportMail
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import ShiftSpan
from ordertrack.restaurants.wall_clock import to_moment
from ordertrack.sla.measure.reached import reached
from ordertrack.sla.report import build
from ordertrack.sla.report.selection import Grouping, Selection

MAIL = "report_mail"
EVERY = 300.0  # seconds
MORNING = dt.time(7)
SETTLES_WITHIN = dt.timedelta(minutes=10)
"""After its end: who taps late still does, and the roll-up follows."""
WORTH = dt.timedelta(hours=24)
_LATEST = dt.timedelta(hours=3)  # after a shift: later the next one is nearer
_DAY = dt.timedelta(days=1)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('report mails:' || :tenant, 0))")
_SAID = text("SELECT lane FROM jobs WHERE tenant_id = :tenant AND kind = :kind")


class Due(NamedTuple):
    """A mail that somebody is to get: of a business day of some restaurants, or of one shift of one."""

    report: ReportMail
    reader: Reader
    restaurants: tuple[RestaurantSettings, ...]
    day: dt.date
    shift: ShiftSpan | None = None

    @property
    def lane(self) -> str:
        """By which it is known that it was sent."""
        where = f":{self.restaurants[0].id}:{self.shift.name}" if self.shift else ""
        return f"report:{self.reader.staff_id}:{self.report}:{self.day}{where}"


def look(tenant_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Look once in the entered tenant what is to be sent. Commits."""
    now = now or dt.datetime.now(dt.UTC)
    restaurants = cache.of_tenant(tenant_id)
    due = [*_mornings(tenant_id, restaurants, now), *_shifts(tenant_id, restaurants, now)]
    if not due:
        return
    db.session.execute(_ONE_AT_A_TIME, {"tenant": str(tenant_id)})
    said = set(db.session.scalars(_SAID, {"tenant": tenant_id, "kind": MAIL}))
    new = [mail for mail in due if mail.lane not in said]
    if new and _is_complete(tenant_id, max(map(_ended_at, new))):
        made = [job for mail in new for job in _jobs(tenant_id, mail, len(restaurants), now)]
        jobs.add_all(db.session.connection(), tenant_id, made)
    db.session.commit()


def look_everywhere() -> None:
    wanted = cast([each.value for each in ReportMail], ARRAY(Text))
    watch.in_each(func.tenants_that_chose(wanted), look)


def _mornings(
    tenant_id: uuid.UUID, restaurants: Sequence[RestaurantSettings], now: dt.datetime
) -> Iterator[Due]:
    """Of the last business day that is over for everybody whom it is about, once it is morning there."""
    for reader in choices.readers(tenant_id, ReportMail.MORNING):
        if theirs := _theirs(reader, restaurants):
            yield Due(ReportMail.MORNING, reader, theirs, min(_told_day(each, now) for each in theirs))


def _shifts(
    tenant_id: uuid.UUID, restaurants: Sequence[RestaurantSettings], now: dt.datetime
) -> Iterator[Due]:
    """Of those that ended a while ago, and not long ago."""
    for reader in choices.readers(tenant_id, ReportMail.SHIFT):
        for each in _theirs(reader, restaurants):
            today = each.calendar.day_of(now)
            for span in each.calendar.spans(today - _DAY, today):
                if SETTLES_WITHIN <= now - span.ends < _LATEST:
                    yield Due(ReportMail.SHIFT, reader, (each,), span.business_date, span)


def _theirs(reader: Reader, restaurants: Sequence[RestaurantSettings]) -> tuple[RestaurantSettings, ...]:
    return tuple(each for each in restaurants if reader.restaurants is None or each.id in reader.restaurants)


def _told_day(restaurant: RestaurantSettings, now: dt.datetime) -> dt.date:
    """The last business day of which a mail may be sent by now."""
    day = restaurant.calendar.day_of(now) - _DAY
    zone = restaurant.calendar.zone_on(day + _DAY)
    morning = to_moment(dt.datetime.combine(day + _DAY, MORNING), zone)
    return day if now >= max(morning, _day_ended(restaurant, day) + SETTLES_WITHIN) else day - _DAY


def _day_ended(restaurant: RestaurantSettings, day: dt.date) -> dt.datetime:
    return restaurant.calendar.day_begins(day + _DAY)


def _ended_at(mail: Due) -> dt.datetime:
    return mail.shift.ends if mail.shift else max(_day_ended(each, mail.day) for each in mail.restaurants)


def _is_complete(tenant_id: uuid.UUID, moment: dt.datetime) -> bool:
    """Whether reports know everything up to then; if not, the next look finds it."""
    at, is_behind = reached(tenant_id)
    return at is not None and at >= moment and not is_behind


def _jobs(tenant_id: uuid.UUID, mail: Due, restaurants: int, now: dt.datetime) -> Iterator[NewJob]:
    """None where there is nothing to tell of."""
    selection = Selection(
        tenant_id,
        mail.day,
        mail.day,
        mail.restaurants,
        is_all=len(mail.restaurants) == restaurants,
        group=Grouping.SHIFT,
    )
    with speaking(mail.reader.language):
        said = report_words.of_report(build.make(selection), mail.shift.name if mail.shift else None)
    if said is None:
        return
    payload = {
        "title": said.title,
        "body": said.body,
        "path": f"/sla?{selection.query}",
        "until": (now + WORTH).isoformat(),
        "staff_id": str(mail.reader.staff_id),
        "report": mail.report.value,
    }
    yield NewJob(MAIL, mail.lane, MAIL, payload)
