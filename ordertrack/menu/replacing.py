"""The whole menu replaced by a document, with what it says to be sold out: all of it or nothing."""

from __future__ import annotations

import uuid

from ordertrack.i18n.translate import gettext as _
from ordertrack.menu import reading, sold_out
from ordertrack.menu.checks import Problem
from ordertrack.menu.differences import Difference
from ordertrack.menu.dishes import Menu
from ordertrack.menu.document import MenuRequest
from ordertrack.menu.editing import UnusableMenu, difference_of, editing, replaced
from ordertrack.tenants.company import currency_of
from ordertrack.tenants.principal import Principal


def preview(wanted: MenuRequest, tenant_id: uuid.UUID) -> Difference:
    """What would change; raises UnusableMenu."""
    before = reading.read(tenant_id) or Menu()
    _refuse_what_does_not_fit(wanted, tenant_id, None)
    return difference_of(before, replaced(before, wanted.to_menu(before)))


def replace(
    wanted: MenuRequest,
    *,
    by: Principal,
    restaurant_id: uuid.UUID | None = None,
    seen: int | None = None,
) -> Difference:
    """Have it be the menu of `by`'s company, and commit. `restaurant_id` is that of what is sold out.

    `seen` is the version of the menu that it was thought of from. Raises UnusableMenu or MenuChanged; then
    nothing is saved.
    """
    with editing(by, seen) as edit:
        _refuse_what_does_not_fit(wanted, by.tenant_id, restaurant_id)
        difference = edit.put(replaced(edit.before, wanted.to_menu(edit.before)))
        if restaurant_id is not None:
            sold_out.write(restaurant_id, wanted.sold_out, by=by)
    if restaurant_id is not None:
        reading.forget(by.tenant_id, restaurant_id)
    return difference


def _refuse_what_does_not_fit(
    wanted: MenuRequest, tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None
) -> None:
    """Prices that are meant in another money, and what is sold out nobody says where."""
    currency = currency_of(tenant_id)
    if wanted.currency not in (None, currency):
        raise UnusableMenu([Problem(("currency",), _("must be %(code)s, the company's", code=currency))])
    if restaurant_id is None and wanted.sold_out:
        place = next(at for at, item in enumerate(wanted.items) if item.sold_out is not None)
        said = _("needs a `restaurant`, which says where")
        raise UnusableMenu([Problem(("items", place, "sold_out"), said)])
