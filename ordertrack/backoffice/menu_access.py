"""Who changes the menu, and the menu that they change."""

from __future__ import annotations

from ordertrack.i18n.translate import marked
from ordertrack.menu import reading
from ordertrack.menu.dishes import Menu
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sign_in import managing_principal


def menu_principal() -> Principal:
    """The manager or owner who asks; whoever else does is refused."""
    return managing_principal(marked("Managers and owners change the menu."))


def held_menu(principal: Principal) -> Menu:
    """The menu as it is now, whatever this process read a moment ago."""
    return reading.read(principal.tenant_id) or Menu()
