"""The form of a connection: its name, its restaurants as the channel calls them, and the channel's fields."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from werkzeug.datastructures import MultiDict

from ordertrack.channels import connections, fields
from ordertrack.channels.connections import LONGEST_NAME, Draft
from ordertrack.channels.interface import Channel
from ordertrack.channels.models import ChannelConnection
from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.versioned import refuse
from ordertrack.tenants.principal import Principal

_LONGEST_BRANCH = 100


def offered(by: Principal) -> list[RestaurantSettings]:
    """The restaurants that the asker may connect."""
    return [each for each in cache.of_tenant(by.tenant_id) if by.may_see(each.id)]


def read(channel: Channel, typed: Typed, by: Principal, row: ChannelConnection | None) -> Draft:
    """What was typed, for a new connection or for `row`; raises UnusableSettings."""
    kept: Collection[str] = connections.kept_secrets(row) if row is not None else ()
    done = fields.read(channel.fields, typed, kept)
    problems = dict(done.problems)
    if not problems:
        secrets = {**dict.fromkeys(kept, ""), **done.secrets}
        problems |= channel.check(done.settings, secrets)
    name = _name(typed, by, row, problems)
    restaurants = _restaurants(typed, by, problems)
    if row is None and connections.are_enough(by.tenant_id):
        most = number(connections.MOST)
        problems["name"] = _("A company has %(most)s connections at most. End one first.", most=most)
    if row is not None and typed["seen"] != str(row.version):
        problems["seen"] = _("Somebody else changed this connection meanwhile: look at it anew.")
    refuse(problems)
    return Draft(name, restaurants, done.settings, done.secrets)


def filled_in(channel: Channel, row: ChannelConnection | None, by: Principal) -> Typed:
    """The form before anybody has typed: with what is saved, or with what goes without saying."""
    values: MultiDict[str, str] = MultiDict()
    values["name"] = row.name if row is not None else channel.title[:LONGEST_NAME]
    for each in channel.fields:
        value = each.first if row is None else row.settings.get(each.name, each.first)
        values.setlist(each.name, value if isinstance(value, list) else [value])
    if row is None and len(only := offered(by)) == 1:
        values["restaurant"] = str(only[0].id)
    for restaurant_id, branch in row.restaurants.items() if row is not None else ():
        values.add("restaurant", restaurant_id)
        values[f"branch-{restaurant_id}"] = branch
    return Typed(values)


def _name(typed: Typed, by: Principal, row: ChannelConnection | None, problems: dict[str, str]) -> str:
    try:
        name = plain_text(typed["name"], LONGEST_NAME)
    except UnusableText as error:
        problems["name"] = _("The text %(problem)s.", problem=error)
        return ""
    if connections.is_named_already(by, name, row.id if row is not None else None):
        problems["name"] = _("There is a connection of this name already.")
    return name


def _restaurants(typed: Typed, by: Principal, problems: dict[str, str]) -> dict[uuid.UUID, str]:
    """By their ids, each with what the channel calls it; with one alone nothing has to be said."""
    offers = offered(by)
    asked = set(typed.every("restaurant"))
    chosen = [each for each in offers if str(each.id) in asked]
    if len(chosen) != len(asked):
        problems["restaurants"] = _("There is no such restaurant.")
    elif not chosen:
        problems["restaurants"] = _("Choose the restaurants whose orders come this way.")
    named: dict[uuid.UUID, str] = {}
    for each in chosen:
        text = typed[f"branch-{each.id}"]
        try:
            named[each.id] = plain_text(text, _LONGEST_BRANCH) if text else ""
        except UnusableText as error:
            problems["restaurants"] = _("The text %(problem)s.", problem=error)
            named[each.id] = ""
    given = [name.casefold() for name in named.values()]
    if len(chosen) > 1 and "restaurants" not in problems:
        if "" in given:
            problems["restaurants"] = _("Say of each restaurant what it is called there.")
        elif len(set(given)) != len(given):
            problems["restaurants"] = _("Two restaurants have the same name there.")
    return named
