"""What the audit is told of a menu that was changed: a line a dish, and one for what is of the whole."""

from __future__ import annotations

from typing import Any

from ordertrack.i18n.money import decimals, in_major_units
from ordertrack.menu.differences import Difference
from ordertrack.menu.dishes import Dish, Menu, ModifierGroup
from ordertrack.tenants import audit
from ordertrack.tenants.company import currency_of
from ordertrack.tenants.principal import Principal


def record(difference: Difference, by: Principal) -> None:
    """Write it down, as a part of the caller's transaction."""
    currency = currency_of(by.tenant_id)

    def of_dish(was: Dish | None, dish: Dish) -> None:
        before = None if was is None else _facts(was, currency)
        audit.record(by, "dish", dish.sku, dish.name, before, _facts(dish, currency))

    for dish in difference.added:
        of_dish(difference.before.by_sku.get(dish.sku), dish)
    for was, dish in difference.changed:
        of_dish(was, dish)
    for dish in difference.withdrawn:
        of_dish(dish, difference.after.by_sku[dish.sku])
    before, after = _of_whole(difference.before), _of_whole(difference.after)
    if difference.is_reordered:
        before["order"], after["order"] = _moved(difference)
    audit.record(by, "menu", "", "", before, after)


def _facts(dish: Dish, currency: str) -> dict[str, Any]:
    return {
        "offered": dish.is_offered,
        "names": dict(dish.names),
        "category": dish.category,
        "station": dish.station,
        "price": _amount(dish.price, currency),
        "prepare_seconds": dish.prepare_seconds,
        "modifiers": [_in_words(group, currency) for group in dish.modifier_groups],
    }


def _in_words(group: ModifierGroup, currency: str) -> str:
    """As `Size (one, required): Small, Large +2.00 USD`; the names in the language that comes first."""
    options = ", ".join(
        next(iter(each.names.values())) + (f" +{_amount(each.price, currency)}" if each.price else "")
        for each in group.modifiers
    )
    rule = f"{group.choose}, required" if group.is_required else group.choose
    return f"{next(iter(group.names.values()))} ({rule}): {options}"


def _amount(price: int | None, currency: str) -> str | None:
    if price is None:
        return None
    return f"{in_major_units(price, currency):.{decimals(currency)}f} {currency}"


def _of_whole(menu: Menu) -> dict[str, Any]:
    return {"categories": [f"{each.key}: {' · '.join(each.names.values())}" for each in menu.categories]}


def _moved(difference: Difference) -> tuple[list[str], list[str]]:
    """The orders that are others, before and after: of what is in each category."""
    before, after = [], []
    for key in (*(each.key for each in difference.after.categories), None):
        was, now = (
            [dish.name for dish in menu.of_category(key)] for menu in (difference.before, difference.after)
        )
        if was != now:
            before.append(f"{key or '-'}: {', '.join(was)}")
            after.append(f"{key or '-'}: {', '.join(now)}")
    return before, after
