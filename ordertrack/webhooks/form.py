"""The form of an endpoint: its address, of what kinds of events and of which restaurants it is told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import gettext as _
from ordertrack.outgoing import addresses
from ordertrack.outgoing.failures import AddressRefused
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.versioned import refuse
from ordertrack.tenants.principal import Principal
from ordertrack.webhooks import endpoints
from ordertrack.webhooks.kinds import KINDS, STATUSES


class Wanted(NamedTuple):
    """What was typed, as it is kept: None for all statuses, and for all restaurants."""

    url: str
    kinds: list[str] | None
    restaurant_ids: list[uuid.UUID] | None


def read(typed: Typed, principal: Principal) -> Wanted:
    """Raises UnusableSettings with a sentence for each field that cannot be used."""
    problems = {}
    url = typed["url"].strip()
    try:
        addresses.read(url)
    except AddressRefused:
        problems["url"] = (
            _("Leave out the name and password before the @.")
            if "@" in url.partition("//")[2].partition("/")[0]
            else _(
                "Write the address as the service gave it to you: it begins with https:// and is reached from"
                " the internet."
            )
        )
    kinds = [each for each in KINDS if each in typed.every("kind")]
    if not kinds or len(kinds) != len(set(typed.every("kind"))):
        problems["kind"] = _("Choose of what it is to be told.")
    chosen = [each for each in restaurants(principal) if each.slug in typed.every("restaurant")]
    ids = [each.id for each in chosen] or None
    if len(chosen) != len(set(typed.every("restaurant"))):
        problems["restaurant"] = _("There is no such restaurant.")
    elif not endpoints.may_see(principal, ids):
        problems["restaurant"] = _("Choose of which of your restaurants it is told.")
    refuse(problems)
    return Wanted(url, None if kinds == list(STATUSES) else kinds, ids)


def restaurants(principal: Principal) -> Sequence[RestaurantSettings]:
    return [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]
