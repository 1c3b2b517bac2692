"""The recurring cast of the tests: a house with its people, and the password they share."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from ordertrack.tenants.principal import Principal

PASSWORD = "cedar-and-salt"


@dataclass(frozen=True)
class Person:
    """A staff member: their e-mail address and who they are to the rules."""

    email: str
    principal: Principal


@dataclass(frozen=True)
class House:
    """A tenant with two restaurants, its staff, and a key of its own."""

    tenant_id: uuid.UUID
    slug: str
    restaurants: tuple[str, ...]
    nour: Person
    karim: Person
    maya: Person
    key: str
    program: Principal

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}
