"""Who may see and change settings, and of which restaurant."""

from __future__ import annotations

from ordertrack.i18n.translate import marked
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import managing_principal


def settings_principal() -> Principal:
    """The manager or owner who asks; whoever else does is refused."""
    return managing_principal(marked("Settings are for managers and owners."))


def settings_of(slug: str) -> tuple[Principal, FoundRestaurant]:
    """The manager or owner who asks, and the restaurant of this slug; 404 if there is none."""
    principal = settings_principal()
    return principal, restaurant_or_404(principal, slug)
