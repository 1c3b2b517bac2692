"""What of a dish is another, in words."""

from __future__ import annotations

from collections.abc import Iterator

from ordertrack.i18n import formats
from ordertrack.i18n.money import money
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.menu.dishes import Dish, Menu, Modifier, ModifierGroup
from ordertrack.menu.labels import named

NOTHING = "—"


def changes(was: Dish, now: Dish, before: Menu, after: Menu, currency: str) -> Iterator[tuple[str, str, str]]:
    """Each thing that is another: what it is, as it was, as it is to be."""
    pairs = (
        (_("Name"), _names(was), _names(now)),
        (_("Category"), _category(was, before), _category(now, after)),
        (_("Station"), was.station or NOTHING, now.station or NOTHING),
        (_("Price"), price(was, currency), price(now, currency)),
        (_("Minutes to prepare"), _minutes(was), _minutes(now)),
        (_("Options"), _groups(was, currency), _groups(now, currency)),
    )
    found = [each for each in pairs if each[1] != each[2]]
    # What reads the same may be another all the same, as a modifier's name in another language.
    yield from found or [(_("Options"), NOTHING, NOTHING)]


def price(dish: Dish, currency: str) -> str:
    return NOTHING if dish.price is None else money(dish.price, currency)


def _names(dish: Dish) -> str:
    return formats.listed(dish.names.values())


def _category(dish: Dish, menu: Menu) -> str:
    names = (named(each.names) for each in menu.categories if each.key == dish.category)
    return next(names, NOTHING)


def _minutes(dish: Dish) -> str:
    return NOTHING if dish.prepare_seconds is None else number(round(dish.prepare_seconds / 60, 2))


def _groups(dish: Dish, currency: str) -> str:
    return "; ".join(_group(group, currency) for group in dish.modifier_groups) or NOTHING


def _group(group: ModifierGroup, currency: str) -> str:
    how = [_("one") if group.choose == "one" else _("any number")]
    if group.is_required:
        how.append(_("required"))
    options = formats.listed(_option(each, currency) for each in group.modifiers)
    return _(
        "%(group)s (%(how)s): %(options)s", group=named(group.names), how=formats.listed(how), options=options
    )


def _option(option: Modifier, currency: str) -> str:
    name = named(option.names)
    return (
        _("%(option)s +%(price)s", option=name, price=money(option.price, currency)) if option.price else name
    )
