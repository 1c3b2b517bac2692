"""Keeping the roll-up of a tenant's log: extended soon after events or made anew, to the same figures.

What is added is a function of the log and of the settings alone. A position says how far the log is in it,
and moves in the transaction that adds the times, so that none is lost and none is counted twice.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
from sqlalchemy import bindparam, select, text

from ordertrack.database import db
from ordertrack.orders import event_log
from ordertrack.orders.models import TenantStream
from ordertrack.sla import cells, estimate_days, settings, shift_names, store
from ordertrack.sla.cells import SLOW, day_number
from ordertrack.sla.channel import ROLLUP_CHANNEL
from ordertrack.sla.fold import MASS_WITHIN, NO_EVENTS, Events, Stories, mass_taps
from ordertrack.sla.judging import Judge, microseconds, moment_at
from ordertrack.sla.log_reading import LogReader, first_at_or_after, has_events
from ordertrack.sla.settings import RestaurantSettings
from ordertrack.sla.stages import Stage
from ordertrack.sla.store import Content, Day
from ordertrack.statements import Confined, Statement

CHUNK = 250_000  # events that are added in one go
_ALL_ANEW = dt.date.min

# Whether nobody is about to write an event with a time before now; asked, and given up at once.
_NOW = Statement("SELECT clock_timestamp() AS now")
_FREE = Confined(
    select(TenantStream.seq)
    .where(TenantStream.tenant_id == bindparam("tenant_id"))
    .with_for_update(read=True, skip_locked=True)
)


def keep_up(tenant_id: uuid.UUID) -> bool:
    """Add what has happened since to the roll-up of the entered tenant; whether there is more to add by now.

    Events of the last five seconds wait, for it is not known yet whether they were mass taps.
    """
    quiet_since = _quiet_since(tenant_id)
    try:
        if not _lock(tenant_id, wait=False):
            return False
        roll_up = RollUp(tenant_id)
        stale = roll_up.stale()
        if any(first == _ALL_ANEW for first in stale.values()):
            roll_up.begin_again()
        elif stale:
            roll_up.renew(stale)
        before = roll_up.position
        while roll_up.extend(quiet_since):
            pass
        if stale or roll_up.position != before:
            _tell_reports(tenant_id)
        db.session.commit()
        return roll_up.position < event_log.head(tenant_id).seq
    finally:
        db.session.rollback()


def rebuild(tenant_id: uuid.UUID, tell: Callable[[int], None] = lambda _: None) -> int:
    """Make the roll-up of the entered tenant anew from its log, in one transaction; how many events it holds.

    `tell` is called with how many were added now. Reports go on reading the old one until it is done.
    """
    quiet_since = _quiet_since(tenant_id)
    try:
        _lock(tenant_id, wait=True)
        roll_up = RollUp(tenant_id)
        roll_up.begin_again()
        while added := roll_up.extend(quiet_since):
            tell(added)
        _tell_reports(tenant_id)
        db.session.commit()
        return roll_up.position
    finally:
        db.session.rollback()


class RollUp:
    """One tenant's roll-up inside one transaction, which sees the settings as they are now."""

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._tenant_id = tenant_id
        stale = db.session.execute(
            text("SELECT restaurant_id, from_date FROM sla_stale WHERE tenant_id = :tenant_id FOR UPDATE"),
            {"tenant_id": tenant_id},
        )
        self._stale = {row.restaurant_id: row.from_date for row in stale}
        settings.forget(tenant_id, None)  # what was saved since is what holds
        self._settings = settings.of_tenant(tenant_id)
        self._position = self._read_position()
        self._prepare()

    @property
    def position(self) -> int:
        """How far into the log it reaches."""
        return self._position

    def stale(self) -> dict[uuid.UUID, dt.date]:
        """From which business day on a restaurant's settings have changed since its days were made."""
        return self._stale

    def begin_again(self) -> None:
        """As if nothing had ever been added."""
        store.clear(self._tenant_id)
        self._forget_stale()
        self._position = 0
        self._prepare()

    def renew(self, stale: dict[uuid.UUID, dt.date]) -> None:
        """Make the days from these dates on anew.

        The day before the first is one of them: where it ends depends on how the first begins.
        """
        first = min(day_number(each) for each in stale.values()) - 1
        for number, restaurant in enumerate(self._settings):
            if restaurant.id in stale:
                self._renew(number, restaurant, day_number(stale[restaurant.id]) - 1)
        store.make_tenant_days(self._tenant_id, first)
        self._forget_stale()

    def extend(self, quiet_since: dt.datetime | None) -> int:
        """Add the next events; how many. None are to come any more that happened before `quiet_since`."""
        read = self._reader.between(self._position, self._position + CHUNK)
        if not len(read):
            self._pass_actions()
            return 0
        last = int(read["at"][-1])
        if len(read) < CHUNK and quiet_since is not None:
            last = max(last, microseconds(quiet_since))
        waits = read["at"] >= last - MASS_WITHIN
        new = read[: waits.argmax()] if waits.any() else read
        if not len(new):
            return 0
        is_mass = self._mass_taps(read)[: len(new)]
        self._add(self._whole(new, is_mass, self._position))
        self._position = int(new["seq"][-1])
        self._write_position()
        return len(new)

    def _pass_actions(self) -> None:
        """Where nothing but actions follows there is nothing to add, and nothing to come back for."""
        head = event_log.head(self._tenant_id).seq
        if head > self._position and not has_events(self._tenant_id, self._position, head):
            self._position = head
            self._write_position()

    def _renew(self, number: int, restaurant: RestaurantSettings, first: int) -> None:
        store.delete(self._tenant_id, restaurant.id, first)
        begins = restaurant.calendar.day_begins(cells.day_at(first))
        before = first_at_or_after(self._tenant_id, begins, self._position) - 1
        ahead = event_log.head(self._tenant_id).seq
        read = self._reader.between(before, ahead, restaurant.id)
        new = read[read["seq"] <= self._position]
        if len(new):
            is_mass = self._mass_taps(read)[: len(new)]
            added = self._days(self._whole(new, is_mass, before))
            store.add_to_restaurants(
                self._tenant_id, {key: content for key, content in added.items() if key.day >= first}
            )

    def _forget_stale(self) -> None:
        """What was marked when this began, and nothing that was saved since: that is for the next turn."""
        db.session.execute(
            text("DELETE FROM sla_stale WHERE tenant_id = :tenant_id AND restaurant_id = ANY (:restaurants)"),
            {"tenant_id": self._tenant_id, "restaurants": list(self._stale)},
        )

    def _mass_taps(self, read: Events) -> Any:
        """Which of the events that were read are mass taps, for which those just before them matter too."""
        earliest = moment_at(int(read["at"][0]) - MASS_WITHIN)
        begin = int(read["seq"][0])
        context = self._reader.between(first_at_or_after(self._tenant_id, earliest, begin) - 1, begin - 1)
        return mass_taps(np.concatenate([context, read]))[len(context) :]

    def _whole(self, new: Events, is_mass: Any, until: int) -> Stories:
        """The stories of the orders of these events, which began at or before `until`."""
        begun = new["order"][new["to"] == 0]
        earlier = self._reader.before(np.setdiff1d(new["order"], begun), until)
        events = np.concatenate([NO_EVENTS, earlier, new])
        is_new = np.arange(len(events)) >= len(earlier)
        return Stories(events, is_new, np.concatenate([np.zeros(len(earlier), bool), is_mass]))

    def _add(self, stories: Stories) -> None:
        store.add(self._tenant_id, self._days(stories))
        estimate_days.learn(self._tenant_id, stories.remaining(), self._settings, self._judges)

    def _days(self, stories: Stories) -> dict[Day, Content]:
        found: dict[Day, Content] = {}
        for stage in Stage:
            times = stories.times(stage)
            for number in np.unique(times.restaurant):
                here = times.where(times.restaurant == number)
                days, keys = self._judges[number].keys(stage, here)
                slow = np.empty(len(keys), SLOW)
                slow["order"], slow["seconds"], slow["key"] = here.order, here.seconds, keys
                for day in np.unique(days):
                    those = days == day
                    found[Day(stage, int(day), self._settings[number].id)] = Content(
                        cells.counted(keys[those]), cells.slowest([slow[those]])
                    )
        return found

    def _prepare(self) -> None:
        numbers = shift_names.numbered(self._tenant_id, self._settings)
        self._judges = [Judge(each, numbers) for each in self._settings]
        self._reader = LogReader(self._tenant_id, [each.id for each in self._settings])

    def _read_position(self) -> int:
        found = db.session.execute(
            text("SELECT seq FROM sla_progress WHERE tenant_id = :tenant_id"), {"tenant_id": self._tenant_id}
        ).scalar()
        return int(found or 0)

    def _write_position(self) -> None:
        db.session.execute(
            text(
                "INSERT INTO sla_progress (tenant_id, seq) VALUES (:tenant_id, :seq)"
                " ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq"
            ),
            {"tenant_id": self._tenant_id, "seq": self._position},
        )


def _tell_reports(tenant_id: uuid.UUID) -> None:
    """Have open reports know, once this transaction is committed, that there are new figures."""
    values = {"channel": ROLLUP_CHANNEL, "tenant": str(tenant_id)}
    db.session.execute(text("SELECT pg_notify(:channel, :tenant)"), values)


def _quiet_since(tenant_id: uuid.UUID) -> dt.datetime | None:
    """A moment before which no event is still to come; None if somebody is writing one at this moment."""
    (row,) = _NOW.rows()
    now: dt.datetime = row.now
    # Who writes an event holds the stream from before its clock is read until it is committed.
    return now if _FREE.rows(tenant_id=tenant_id) else None


def _lock(tenant_id: uuid.UUID, *, wait: bool) -> bool:
    """Be the one that changes this tenant's roll-up until the transaction ends.

    Nobody waits for what is done in it, and a chunk that nobody has read for months takes the disk its time.
    """
    db.session.execute(text("SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min'"))
    verb = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    taken = db.session.execute(
        text(f"SELECT {verb}(hashtextextended('roll-up:' || :tenant, 0))"), {"tenant": str(tenant_id)}
    ).scalar()
    return wait or bool(taken)
