"""Several people at once, each with a name, a place of work and a PIN; all of them or none."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from flask import request

from ordertrack.i18n import names
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.tenants.accounts import AccountError, checked_name
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import people, pins

ROWS = 4


class Row(NamedTuple):
    name: str = ""
    role: str = Role.KITCHEN.value
    pin: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.name and not self.pin


class Problem(NamedTuple):
    """What has to change in one field of a row."""

    field: str
    said: str


def typed() -> list[Row]:
    """What the rows of the form say: as many as there are, up to a bound."""
    said = [request.form.getlist(field)[:50] for field in ("name", "role", "pin")]
    return [Row(name.strip(), role, pin.strip()) for name, role, pin in zip(*said, strict=False)]


def problems_with(rows: list[Row], tenant_id: uuid.UUID) -> dict[int, Problem]:
    """By the place of its row what has to change."""
    taken = {names.key(each.name) for each in people.in_use(tenant_id)}
    twice = Counter(names.key(row.name) for row in rows if not row.is_blank)
    found = {}
    for number, row in enumerate(rows):
        if row.is_blank:
            continue
        if names.key(row.name) in taken or twice[names.key(row.name)] > 1:
            said = _("There is somebody of this name already: add a letter or a second name.")
            found[number] = Problem("name", said)
        elif problem := _problem(row):
            found[number] = problem
    return found


def save(rows: list[Row], *, by: Principal) -> int:
    """How many people there are more; AccountError if somebody was added meanwhile under one of the names."""
    wanted = [row for row in rows if not row.is_blank]
    for row in wanted:
        people.add(by.tenant_id, row.name, Role(row.role), row.pin, by=by)
    return len(wanted)


def _problem(row: Row) -> Problem | None:
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("name", lambda: checked_name(row.name)),
        ("pin", lambda: pins.checked(row.pin)),
    )
    for field, check in checks:
        try:
            check()
        except AccountError as error:
            return Problem(field, str(error))
    if row.role not in [role.value for role in people.WITHOUT_ADDRESS]:
        return Problem("role", _("Choose what the person does: kitchen or dispatch."))
    return None
