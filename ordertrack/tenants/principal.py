"""Who is asking: the one thing that every rule about permission looks at."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from ordertrack.orders.state_machine import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A staff member, an API key, a customer's link or a program, inside one tenant.

    `actor` is for machines and never changes (`staff:<id>`, `key:<id>`, `customer:<order id>`,
    `program:<name>`); `name` is for people. `role` is None for programs, which no role narrows.
    `session` is a staff member's sign-in on one device (`session:<id>`).
    """

    tenant_id: uuid.UUID
    actor: str
    name: str
    role: Role | None = None
    session: str | None = None

    @property
    def ended_by(self) -> tuple[str, ...]:
        """What may be revoked to end this principal's streams: the actor, or one sign-in of it."""
        return (self.actor,) if self.session is None else (self.actor, self.session)

    @property
    def is_staff(self) -> bool:
        return self.role is not None

    @property
    def is_manager(self) -> bool:
        return self.role in (Role.MANAGER, Role.OWNER)
