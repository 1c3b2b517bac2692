"""Who changes the menu, and the menu that they change."""

from __future__ import annotations

from flask import abort

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.menu import reading
from ordertrack.menu.dishes import Menu
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal


def menu_principal() -> Principal:
    """The manager or owner who asks; whoever else does is refused, and who is of some restaurants only."""
    principal = managing_principal(marked("Managers and owners change the menu."))
    if principal.restaurants is not None:
        abort(403, _("The menu is that of all restaurants: who manages all of them changes it."))
    return principal


def held_menu(principal: Principal) -> Menu:
    """The menu as it is now, whatever this process read a moment ago."""
    return reading.read(principal.tenant_id) or Menu()
