"""Keeping the roll-up of a tenant's log: extended soon after events or made anew, to the same figures.

What is added is a function of the log and of the settings alone. A position says how far the log is in it,
and moves in the transaction that adds the times, so that none is lost and none is counted twice.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable

import numpy as np
from sqlalchemy import text

from ordertrack.database.channels import LEARNED_CHANNEL, ROLLUP_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.orders.log import event_log
from ordertrack.restaurants import cache
from ordertrack.sla.estimates import learn as estimate_days
from ordertrack.sla.estimates.scoring import DAY
from ordertrack.sla.measure import fate_store, shift_names, store
from ordertrack.sla.measure.cells import day_number
from ordertrack.sla.measure.fold import MASS_WITHIN, Events
from ordertrack.sla.measure.histogram import Ints
from ordertrack.sla.measure.log_reading import next_event
from ordertrack.sla.measure.microseconds import microseconds
from ordertrack.sla.rollup.making import Affected, Making

CHUNK = 250_000  # events that are added in one go
_ALL_ANEW = dt.date.min

_NOW = Statement("SELECT clock_timestamp() AS now")


def keep_up(tenant_id: uuid.UUID) -> bool:
    """Add what has happened since to the roll-up of the entered tenant; whether there is more to add by now.

    Events of the last five seconds wait, for it is not known yet whether they were mass taps.
    """
    try:
        if not _lock(tenant_id, wait=False):
            return False
        roll_up = RollUp(tenant_id)
        stale = roll_up.stale()
        if roll_up.is_incomplete or any(first == _ALL_ANEW for first in stale.values()):
            roll_up.begin_again()
        elif stale:
            roll_up.renew(stale)
        before = roll_up.position
        while roll_up.extend():
            pass
        if stale or roll_up.position != before:
            _tell_reports(tenant_id)
        if roll_up.has_learned_of_the_past:
            notify(LEARNED_CHANNEL, str(tenant_id))
        db.session.commit()
        return roll_up.position < event_log.head(tenant_id).seq
    finally:
        db.session.rollback()


def rebuild(tenant_id: uuid.UUID, tell: Callable[[int], None] = lambda _: None) -> int:
    """Make the roll-up of the entered tenant anew from its log, in one transaction; how many events it holds.

    `tell` is called with how many were added now. Reports go on reading the old one until it is done.
    """
    try:
        _lock(tenant_id, wait=True)
        roll_up = RollUp(tenant_id)
        roll_up.begin_again()
        while added := roll_up.extend():
            tell(added)
        _tell_reports(tenant_id)
        notify(LEARNED_CHANNEL, str(tenant_id))
        db.session.commit()
        return roll_up.position
    finally:
        db.session.rollback()


class RollUp:
    """One tenant's roll-up inside one transaction, which sees the settings as they are now.

    `has_learned_of_the_past`: something was added to what estimates of today are made of.
    """

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._tenant_id = tenant_id
        self.has_learned_of_the_past = False
        stale = db.session.execute(
            text("SELECT restaurant_id, from_date FROM sla_stale WHERE tenant_id = :tenant_id FOR UPDATE"),
            {"tenant_id": tenant_id},
        )
        self._stale = {row.restaurant_id: row.from_date for row in stale}
        cache.forget(tenant_id, None)  # what was saved since is what holds
        self._settings = cache.of_tenant(tenant_id)
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
        """Empty the roll-up, and start again at the beginning of the log."""
        store.clear(self._tenant_id)
        fate_store.clear(self._tenant_id)
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
                self._make_anew(number, day_number(stale[restaurant.id]) - 1, None)
        store.make_tenant_days(self._tenant_id, first, None)
        fate_store.make_tenant_days(self._tenant_id, first, None)
        self._forget_stale()

    def extend(self) -> int:
        """Add the next events; how many."""
        read = self._read_next()
        # Figures come out the same without this wait: it only makes it rare that days are made anew.
        waits = np.abs(read["at"] - microseconds(_now())) <= MASS_WITHIN
        new = read[: waits.argmax()] if waits.any() else read
        if not len(new):
            return 0
        stories, affected = self._making.added(new, self._position)
        store.add(self._tenant_id, self._making.days(stories))
        fate_store.add(self._tenant_id, self._making.fates(stories))
        remaining = stories.remaining()
        estimate_days.learn(self._tenant_id, remaining, self._settings, self._making.judges)
        self._note_learned(remaining.ended // DAY, (day for _, day in affected.learned_days))
        self._position = int(new["seq"][-1])
        self._judge_anew(affected)
        self._write_position()
        return len(new)

    def _read_next(self) -> Events:
        """The events of the next entries; where these are actions alone, past all of them."""
        read = self._making.reader.between(self._position, self._position + CHUNK)
        if len(read):
            return read
        head = event_log.head(self._tenant_id).seq
        following = next_event(self._tenant_id, self._position, head)
        if following is None and head > self._position:
            self._position = head
            self._write_position()
        elif following is not None and following > self._position + CHUNK:
            self._position = following - 1
            self._write_position()
            return self._making.reader.between(self._position, self._position + CHUNK)
        return read

    def _note_learned(self, days: Ints, others: Iterable[int]) -> None:
        today = microseconds(_now()) // DAY
        self.has_learned_of_the_past |= bool((days < today).any()) or any(day < today for day in others)

    def _judge_anew(self, affected: Affected) -> None:
        for number, day in sorted(affected.business_days):
            self._make_anew(number, day, day)
        for day in sorted({day for _, day in affected.business_days}):
            store.make_tenant_days(self._tenant_id, day, day)
            fate_store.make_tenant_days(self._tenant_id, day, day)
        for number, day in sorted(affected.learned_days, key=lambda each: each[1]):
            remaining = self._making.learned_anew(number, day, self._position)
            judge = self._making.judges[number]
            estimate_days.learn_anew(self._tenant_id, self._settings[number], day, remaining, judge)

    def _make_anew(self, number: int, first: int, last: int | None) -> None:
        """Make a restaurant's days anew; the caller then makes the tenant's of them."""
        for each in (store, fate_store):
            each.delete(self._tenant_id, self._settings[number].id, first, last)
        made, fates = self._making.anew(number, first, last, self._position)
        store.add_to_restaurants(self._tenant_id, made)
        fate_store.add_to_restaurants(self._tenant_id, fates)

    def _forget_stale(self) -> None:
        """Delete the marks that were read at the beginning; later ones are for the next turn."""
        db.session.execute(
            text("DELETE FROM sla_stale WHERE tenant_id = :tenant_id AND restaurant_id = ANY (:restaurants)"),
            {"tenant_id": self._tenant_id, "restaurants": list(self._stale)},
        )

    def _prepare(self) -> None:
        numbers = shift_names.numbered(self._tenant_id, self._settings)
        self._making = Making(self._tenant_id, self._settings, numbers)

    def _read_position(self) -> int:
        found = db.session.execute(
            text("SELECT seq, orders_seq, reasons_seq FROM sla_progress WHERE tenant_id = :tenant_id"),
            {"tenant_id": self._tenant_id},
        ).first()
        self.is_incomplete = found is not None and {*found} != {found.seq}
        return int(found.seq) if found else 0

    def _write_position(self) -> None:
        db.session.execute(
            text(
                "INSERT INTO sla_progress (tenant_id, seq, orders_seq, reasons_seq)"
                " VALUES (:tenant_id, :seq, :seq, :seq)"
                " ON CONFLICT (tenant_id) DO UPDATE"
                " SET seq = excluded.seq, orders_seq = excluded.seq, reasons_seq = excluded.seq"
            ),
            {"tenant_id": self._tenant_id, "seq": self._position},
        )


def _tell_reports(tenant_id: uuid.UUID) -> None:
    """Have open reports know, once this transaction is committed, that there are new figures."""
    notify(ROLLUP_CHANNEL, str(tenant_id))


def _now() -> dt.datetime:
    (row,) = _NOW.rows()
    now: dt.datetime = row.now
    return now


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
