"""An order as it was read: what it shows, what may follow, and what it is after one more step or act."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from ordertrack.rules.order_actions import OrderAction, allowed_acts
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet, allowed


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One line of an order; `position` counts from 1, `station` is where it is made, if anybody said.

    `added_in` and `voided_in` are the revisions of the changes that did so.
    """

    position: int
    name: str
    quantity: int
    notes: str | None
    modifiers: tuple[str, ...]
    station: str | None
    is_done: bool
    added_in: int | None = None
    voided_in: int | None = None
    sku: str | None = None

    @property
    def is_voided(self) -> bool:
        return self.voided_in is not None


@dataclass(frozen=True, slots=True)
class Step:
    """A status that the order has been in, since when, and by whose hand.

    `load` is how many orders the kitchen had then, this one included (99 and more are 99); None where nobody
    counted. Unless it `is_timed`, nobody knows since when: `at` is the next moment that is known.
    """

    status: OrderStatus
    at: dt.datetime
    changed_by: str
    reason: str | None
    load: int | None
    is_timed: bool = True


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as of one moment. All moments are aware, in UTC.

    `version` counts its transitions, `action_count` what was done to it besides. `rule_set` is its tenant's.
    One that `is_masked` says nothing of its guest any more.
    """

    tenant_id: uuid.UUID
    id: uuid.UUID
    restaurant_id: uuid.UUID
    restaurant: str
    restaurant_name: str
    timezone: str
    number: int
    status: OrderStatus
    version: int
    status_since: dt.datetime
    fulfilment: Fulfilment
    placed_at: dt.datetime
    promised_at: dt.datetime | None
    reference: str | None
    customer: dict[str, Any]
    note: str | None
    table: str | None
    channel: str | None
    currency: str | None
    total: int | None
    to_collect: int | None
    follows: uuid.UUID | None
    follows_number: int | None
    follows_due: dt.datetime | None
    action_count: int
    is_rush: bool
    hold_reason: str | None
    rider: str | None
    acknowledged_at: dt.datetime | None
    possible_double_of: int | None
    changed_in: int
    changes_seen_in: int
    unseen_fields: tuple[str, ...]
    delayed_by: int
    delayed_now: int
    start_by: dt.datetime | None
    is_later: bool
    fired_at: dt.datetime | None
    accept_by: dt.datetime | None
    rule_set: RuleSet
    is_masked: bool
    tracking_token: str
    items: tuple[ItemRecord, ...]
    steps: tuple[Step, ...]

    @property
    def due_at(self) -> dt.datetime:
        """When the order must be begun, which without a promise is when it was placed.

        What adds to another order stands where that one does.
        """
        return self.start_by or self.follows_due or self.placed_at

    @property
    def began_at(self) -> dt.datetime:
        """Since when it is on the boards: what was for later begins with its fire."""
        return self.fired_at or self.placed_at

    @property
    def code(self) -> str:
        """By what whoever brings or fetches it calls it: its channel, and its own code there."""
        return " ".join(each for each in (self.channel, self.reference) if each)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def revision(self) -> int:
        """Grows with every change of the order, so that screens never go back."""
        return self.version + self.action_count

    @property
    def lines(self) -> tuple[ItemRecord, ...]:
        """Those that stand: what was voided is no longer wanted."""
        return tuple(item for item in self.items if not item.is_voided)

    @property
    def lines_to_see(self) -> tuple[ItemRecord, ...]:
        """Those that stand, and what was voided as long as nobody in the kitchen has seen it."""
        return tuple(item for item in self.items if not item.is_voided or self.was_just_voided(item))

    @property
    def open_lines(self) -> int:
        """How many lines are not struck off."""
        return sum(not item.is_done for item in self.lines)

    @property
    def has_unseen_changes(self) -> bool:
        """Whether the kitchen has something to take notice of."""
        return self.changes_seen_in < self.changed_in

    def is_new(self, item: ItemRecord) -> bool:
        """Whether the line was added since somebody in the kitchen looked."""
        return not item.is_voided and (item.added_in or 0) > self.changes_seen_in

    def was_just_voided(self, item: ItemRecord) -> bool:
        """Whether the line was voided since somebody in the kitchen looked."""
        return (item.voided_in or 0) > self.changes_seen_in

    @property
    def amounts(self) -> dict[str, Any]:
        """`currency`, and in its minor units `total` and `to_collect`, as far as they are known."""
        said = {"currency": self.currency, "total": self.total, "to_collect": self.to_collect}
        return {name: value for name, value in said.items() if value is not None}

    def acts_allowed(self, role: Role | None = None) -> tuple[OrderAction, ...]:
        return allowed_acts(
            self.status,
            self.fulfilment,
            role,
            is_changed=self.has_unseen_changes,
            is_later=self.is_later,
        )

    def is_already(self, act: OrderAction, line: int | None = None, detail: str | None = None) -> bool:
        """Whether what the act would bring about is so already."""
        match act:
            case OrderAction.STRIKE | OrderAction.UNSTRIKE:
                return any(
                    item.position == line and item.is_done == (act == OrderAction.STRIKE)
                    for item in self.items
                )
            case OrderAction.RUSH | OrderAction.UNRUSH:
                return self.is_rush == (act == OrderAction.RUSH)
            case OrderAction.HOLD | OrderAction.RELEASE:
                return self.hold_reason == (detail if act == OrderAction.HOLD else None)
            case OrderAction.ASSIGN | OrderAction.UNASSIGN:
                return self.rider == (detail if act == OrderAction.ASSIGN else None)
            case OrderAction.ACKNOWLEDGE if self.status == OrderStatus.CANCELLED:
                return self.acknowledged_at is not None
            case OrderAction.ACKNOWLEDGE:
                return not self.has_unseen_changes
            case OrderAction.FIRE:
                return not self.is_later
            case OrderAction.CHANGE | OrderAction.DELAY:
                return False

    def after_act(
        self,
        act: OrderAction,
        at: dt.datetime,
        line: int | None,
        detail: str | None,
        minutes: int | None = None,
    ) -> OrderRecord:
        """The same order once the act is done."""
        done = replace(self, action_count=self.action_count + 1)
        match act:
            case OrderAction.STRIKE | OrderAction.UNSTRIKE:
                is_done = act == OrderAction.STRIKE
                items = (
                    replace(each, is_done=is_done) if each.position == line else each for each in self.items
                )
                return replace(done, items=tuple(items))
            case OrderAction.RUSH | OrderAction.UNRUSH:
                return replace(done, is_rush=act == OrderAction.RUSH)
            case OrderAction.HOLD | OrderAction.RELEASE:
                return replace(done, hold_reason=detail)
            case OrderAction.ASSIGN | OrderAction.UNASSIGN:
                return replace(done, rider=detail)
            case OrderAction.ACKNOWLEDGE if self.status == OrderStatus.CANCELLED:
                return replace(done, acknowledged_at=at)
            case OrderAction.ACKNOWLEDGE:
                return replace(done, changes_seen_in=self.changed_in, unseen_fields=())
            case OrderAction.FIRE:
                return replace(done, is_later=False, fired_at=at)
            case OrderAction.DELAY:
                return done._delayed(minutes or 0)
            case OrderAction.CHANGE:
                raise ValueError("what a change makes of an order is read anew")

    def _delayed(self, minutes: int) -> OrderRecord:
        by = dt.timedelta(minutes=minutes)
        return replace(
            self,
            promised_at=self.promised_at and self.promised_at + by,
            start_by=self.start_by and self.start_by + by,
            delayed_by=self.delayed_by + minutes,
            delayed_now=self.delayed_now + minutes,
        )

    def allowed(self, role: Role | None = None) -> tuple[OrderStatus, ...]:
        return allowed(self.status, self.fulfilment, role, self.rule_set)

    def after(self, step: Step) -> OrderRecord:
        """The same order one step on."""
        return replace(
            self,
            status=step.status,
            version=self.version + 1,
            status_since=step.at,
            delayed_now=0,
            steps=(*self.steps, step),
        )
