"""What held in a restaurant in a past that is brought along: its shifts, day starts, zones and targets.

They become versions as all that is saved of a restaurant does, by the hand of whoever brings them. To be
saved before the orders of that past are written, which are numbered by their business days.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from ordertrack.database.session import db
from ordertrack.orders.imported import IMPORTER
from ordertrack.orders.models import Order
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.cache import RULES, TARGETS, RestaurantSettings
from ordertrack.restaurants.calendar import Calendar, Rules
from ordertrack.restaurants.checks import problems_of_past
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.timeline import Timeline
from ordertrack.restaurants.versioned import AS_SET_UP, SET_UP_BY, Saving, refuse, saving
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

_NEVER = dt.date.max


@dataclass(frozen=True, slots=True)
class PastSettings:
    """Each holds from its `valid_from` on, a day of the past, until the next one of its kind does."""

    rules: Sequence[Rules] = ()
    targets: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """How many versions were added, and how many were left out: of days that the restaurant judged itself."""

    rules: int
    targets: int
    left_out: int


def write(
    restaurant_id: uuid.UUID, wanted: PastSettings, *, by: Principal, targets_seen: int | None = None
) -> Brought:
    """Save what held in the past of a restaurant, and commit; what holds so already is not saved again.

    It ends on the first business day of an order that was not imported: from that day on all is as it was.
    Where there is none, the last of it goes on. Days of it that are in the log are judged anew.
    `targets_seen` is how many targets had been saved when these were thought of. Raises UnusableSettings,
    also if somebody else saved one meanwhile, and LookupError for no restaurant of `by`'s company; then
    nothing is saved.
    """
    with saving(restaurant_id, by) as saved:
        (before,) = cache.read(by.tenant_id, restaurant_id)
        own = first_own_day(by.tenant_id, restaurant_id) or _NEVER
        saved.newest(TARGETS, targets_seen)
        refuse(dict(_problems(wanted, before)))
        rules = [
            each for each in sorted(wanted.rules, key=lambda each: each.valid_from) if each.valid_from < own
        ]
        targets = [each for each in sorted(wanted.targets, key=_by_day) if each.valid_from < own]
        left_out = len(wanted.rules) + len(wanted.targets) - len(rules) - len(targets)
        new_rules = _new_rules(before, rules, own)
        new_targets = _new_targets(before, targets, own)
        _save_rules(saved, before, new_rules, by)
        for target in new_targets:
            saved.add(TARGETS, target)
            save.mark_stale(by.tenant_id, restaurant_id, target.valid_from)
        return Brought(len(new_rules), len(new_targets), left_out)


def _problems(wanted: PastSettings, before: RestaurantSettings) -> Iterator[tuple[str, str]]:
    today = before.calendar.day_of(dt.datetime.now(dt.UTC))
    held: tuple[Rules | Target, ...] = (*wanted.rules, *wanted.targets)
    for each in held:
        yield from problems_of_past(each, today).items()
    for rules in wanted.rules:
        yield from save.problem_of_postgresql(rules.timezone).items()


def _new_rules(before: RestaurantSettings, wanted: Sequence[Rules], own: dt.date) -> list[Rules]:
    """What has to be added for these to hold until the restaurant's own days, in the order of adding."""
    held = list(before.calendar.rules)
    again = [replace(before.calendar.rules_on(own), valid_from=own)] if wanted and own != _NEVER else []
    added: list[Rules] = []
    for rules in (*wanted, *again):
        now = Calendar([*held, *added]).rules_on(rules.valid_from)
        if replace(now, valid_from=rules.valid_from) != rules:
            added.append(rules)
    return added


def _new_targets(before: RestaurantSettings, wanted: Sequence[Target], own: dt.date) -> list[Target]:
    """As of rules, for each stage and fulfilment by itself."""
    added: list[Target] = []
    for stage, fulfilment in dict.fromkeys((each.stage, each.fulfilment) for each in wanted):
        of_kind = [each for each in wanted if (each.stage, each.fulfilment) == (stage, fulfilment)]
        if own != _NEVER:
            of_kind.append(Target(stage, fulfilment, own, before.targets.own_at(stage, fulfilment, own)))
        new: dict[dt.date, int | None] = {}
        for target in of_kind:
            if _held_at(before, new, target) != target.seconds:
                new[target.valid_from] = target.seconds
                added.append(target)
    return added


def _held_at(before: RestaurantSettings, new: dict[dt.date, int | None], target: Target) -> int | None:
    """What holds on the target's day, of what was saved and of what is new."""
    day = target.valid_from
    saved = before.targets.coming(target.stage, target.fulfilment, dt.date.min)
    return Timeline([*saved.items(), *new.items()]).at(day)


def _save_rules(saved: Saving, before: RestaurantSettings, new: Sequence[Rules], by: Principal) -> None:
    if not new:
        return
    latest = before.calendar.rules[-1]
    if saved.newest(RULES) == 0:
        saved.add(RULES, latest, Principal(by.tenant_id, SET_UP_BY, AS_SET_UP))
    for rules in new:
        saved.add(RULES, rules)
    last = max((*before.calendar.rules, *new), key=lambda each: each.valid_from)
    db.session.execute(
        update(Restaurant)
        .where(Restaurant.tenant_id == by.tenant_id, Restaurant.id == before.id)
        .values(timezone=last.timezone, business_day_start=last.day_starts)
    )
    save.mark_stale(by.tenant_id, before.id, save.ALL_DAYS)


def first_own_day(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> dt.date | None:
    """The first business day of an order that the importer did not bring: until then the past may be said."""
    query = select(func.min(Order.business_date)).where(
        Order.tenant_id == tenant_id,
        Order.restaurant_id == restaurant_id,
        Order.idempotency_sender.is_distinct_from(IMPORTER),
    )
    return db.session.scalar(query)


def save_target(
    restaurant_id: uuid.UUID, wanted: Target, *, by: Principal, seen: int | None = None
) -> dt.date | None:
    """Save a target of any day as its day wants it: one of the past holds until the restaurant's own orders.

    Answers the first day that is left as it was, None where it holds on. Raises UnusableSettings, also if
    somebody else saved one meanwhile, and LookupError for no restaurant of `by`'s company.
    """
    restaurant = cache.of_restaurant(by.tenant_id, restaurant_id)
    own = first_own_day(by.tenant_id, restaurant_id)
    today = restaurant.calendar.day_of(dt.datetime.now(dt.UTC))
    if wanted.valid_from < min(own or _NEVER, today):
        write(restaurant_id, PastSettings(targets=(wanted,)), by=by, targets_seen=seen)
        return own
    save.save_target(restaurant_id, wanted, by=by, seen=seen)
    return None


def _by_day(target: Target) -> dt.date:
    return target.valid_from
