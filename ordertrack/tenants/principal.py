"""Who is asking: the one thing that every rule about permission looks at."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import NamedTuple

from ordertrack.rules.roles import Role
from ordertrack.rules.scopes import Scope

PICKUP = "pickup"
"""The board for guests, which every staff member may open and no role owns."""


@dataclass(frozen=True, slots=True)
class TabletPlace:
    """Where a shared tablet stands: its restaurant and the one board that it shows."""

    id: uuid.UUID
    restaurant_id: uuid.UUID
    restaurant: str
    restaurant_name: str
    board: str


class BoundTo(NamedTuple):
    """A restaurant that somebody works in, or that an API key is for."""

    id: uuid.UUID
    slug: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A staff member, a shared tablet, an API key, a channel, a customer's link or a program, inside one
    tenant.

    `actor` is for machines and never changes (`staff:<id>`, `tablet:<id>`, `key:<id>`, `channel:<id>`,
    `customer:<order id>`, `program:<name>`); `name` is for people. `role` is None for programs, which no role
    narrows. `session` is the sign-in on one device (`session:<id>`, `tablet:<id>`). `tablet` is the shared
    tablet that asks, or on which a person acts. People and API keys are of `restaurants` (None: of all). An
    API key may do what `scopes` say, and ends at `until`, if that is known.
    """

    tenant_id: uuid.UUID
    actor: str
    name: str
    role: Role | None = None
    session: str | None = None
    tablet: TabletPlace | None = None
    scopes: frozenset[Scope] = frozenset(Scope)
    restaurants: tuple[BoundTo, ...] | None = None
    until: dt.datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until <= dt.datetime.now(dt.UTC)

    @property
    def ended_by(self) -> tuple[str, ...]:
        """What may be revoked to end this principal's streams: the actor, or one sign-in of it."""
        return (self.actor,) if self.session is None else (self.actor, self.session)

    @property
    def staff_id(self) -> uuid.UUID:
        """Of a staff member: which row of the people it is."""
        return uuid.UUID(self.actor.removeprefix("staff:"))

    @property
    def session_id(self) -> uuid.UUID:
        """Of a staff member: which row of the sign-ins it is."""
        return uuid.UUID((self.session or "").removeprefix("session:"))

    @property
    def credential(self) -> str:
        """What it shows to be let in: a sign-in on one device (`session`), a `key`, or a guest's `link`."""
        if self.is_staff:
            return "session"
        return "key" if self.actor.startswith("key:") else "link"

    @property
    def is_staff(self) -> bool:
        return self.role is not None

    @property
    def is_manager(self) -> bool:
        return self.role in (Role.MANAGER, Role.OWNER)

    def may_see(self, restaurant_id: uuid.UUID) -> bool:
        """Whether what belongs to this restaurant of the tenant may be shown: a tablet sees its own only.

        Who is of some, or a key that is for some, sees these.
        """
        if self.tablet is not None and self.tablet.restaurant_id != restaurant_id:
            return False
        return self.restaurants is None or any(each.id == restaurant_id for each in self.restaurants)

    @property
    def slugs(self) -> frozenset[str] | None:
        """Of the restaurants that it is of; None: of all."""
        return None if self.restaurants is None else frozenset(each.slug for each in self.restaurants)

    def may_open(self, board: str, restaurant_id: uuid.UUID) -> bool:
        """Whether this board (`kitchen`, `dispatch`, `pickup`) of the restaurant may be opened."""
        if self.tablet is not None:
            return (board, restaurant_id) == (self.tablet.board, self.tablet.restaurant_id)
        return self.may_see(restaurant_id) and (
            self.is_manager or (self.is_staff and board in (PICKUP, self.role))
        )
