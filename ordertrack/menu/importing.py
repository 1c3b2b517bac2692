"""Importing a menu from a file: looked at first, then saved as it was looked at, or not at all."""

from __future__ import annotations

import uuid

from ordertrack.menu import files, reading
from ordertrack.menu.csv_menu import Facts
from ordertrack.menu.differences import Difference
from ordertrack.menu.dishes import Menu
from ordertrack.menu.editing import editing
from ordertrack.tenants.company import currency_of, languages_of
from ordertrack.tenants.principal import Principal


def preview(content: bytes, tenant_id: uuid.UUID) -> Difference:
    """What would come of importing a file now; raises UnusableFile."""
    return files.difference_of(content, reading.read(tenant_id) or Menu(), facts_of(tenant_id))


def save(content: bytes, *, by: Principal, seen: int | None = None) -> Difference:
    """Have the file be the menu of `by`'s company, and commit.

    `seen` is the version of the menu that the preview was of. Raises UnusableFile or MenuChanged; then
    nothing is saved.
    """
    with editing(by, seen) as edit:
        wanted = files.difference_of(content, edit.before, facts_of(by.tenant_id)).after
        return edit.put(wanted)


def facts_of(tenant_id: uuid.UUID) -> Facts:
    """What the company counts in, and its languages, the preferred one first."""
    return Facts(currency_of(tenant_id), languages_of(tenant_id))
