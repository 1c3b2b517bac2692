"""The menu of a company, and what is sold out in a restaurant: read once, kept until it changes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept
from ordertrack.menu.dishes import (
    Category,
    Dish,
    Menu,
    Modifier,
    ModifierGroup,
    Names,
    in_order,
    name_in,
)
from ordertrack.menu.models import MenuHead, SavedCategory, SavedDish, SoldOut
from ordertrack.tenants.company import languages_of
from ordertrack.tenants.models import Tenant

__all__ = ["Category", "Dish", "Menu", "Modifier", "ModifierGroup", "Names", "menu_of", "name_in"]

MOST_DISHES_KEPT = 40_000
"""Of all menus that a process keeps, a kilobyte or two each."""


def menu_of(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None = None) -> Menu:
    """The menu of the entered tenant; with what is sold out there now, if a restaurant is named."""
    menu = _menus.get((tenant_id, languages_of(tenant_id)), lambda: read(tenant_id)) or Menu()
    return menu if restaurant_id is None else menu.without(sold_out(tenant_id, restaurant_id))


def sold_out(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Mapping[str, dt.datetime]:
    """By sku, until when a restaurant has no more of a dish."""
    kept = _sold_out.get((tenant_id, restaurant_id), lambda: _read_sold_out(tenant_id, restaurant_id)) or {}
    now = dt.datetime.now(dt.UTC)
    return {sku: until for sku, until in kept.items() if until > now}


def read(tenant_id: uuid.UUID) -> Menu | None:
    """The menu as it is now; None if there is no such tenant."""
    languages = languages_of(tenant_id)
    for row in _READ.rows(tenant_id=tenant_id):
        categories = tuple(Category(key, _preferred(names, languages)) for key, names in row.categories or ())
        dishes = [_dish(saved, languages) for saved in row.dishes or ()]
        offered = in_order(categories, (dish for dish in dishes if dish.is_offered))
        withdrawn = tuple(dish for dish in dishes if not dish.is_offered)
        return Menu(categories, offered, withdrawn, row.version)
    return None


def forget(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None = None) -> None:
    """Have the menu read anew, or what is sold out in one restaurant."""
    if restaurant_id is None:
        _menus.forget(lambda key: key[0] == tenant_id)
    else:
        _sold_out.forget(lambda key: key == (tenant_id, restaurant_id))


def forget_all() -> None:
    """Have everything read anew."""
    _menus.forget()
    _sold_out.forget()


def _preferred(names: Names, languages: Sequence[str]) -> Names:
    """The languages of the company first, by its preference."""
    return {tag: names[tag] for tag in dict.fromkeys((*languages, *names)) if tag in names}


def _dish(saved: Sequence[Any], languages: Sequence[str]) -> Dish:
    sku, names, category, station, price, prepare_seconds, groups, is_offered, version = saved
    return Dish(
        sku,
        _preferred(names, languages),
        category,
        station,
        price,
        prepare_seconds,
        tuple(_group(group, languages) for group in groups),
        is_offered,
        version,
    )


def _group(saved: Mapping[str, Any], languages: Sequence[str]) -> ModifierGroup:
    return ModifierGroup(
        _preferred(saved["names"], languages),
        tuple(Modifier(_preferred(each["names"], languages), each["price"]) for each in saved["modifiers"]),
        saved["choose"],
        saved["required"],
    )


def _read_sold_out(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> dict[str, dt.datetime]:
    rows = _READ_SOLD_OUT.rows(tenant_id=tenant_id, restaurant_id=restaurant_id)
    return {row.sku: row.until for row in rows}


def _weight(menu: Menu) -> int:
    return 1 + len(menu.by_sku)


_menus: Kept[tuple[uuid.UUID, tuple[str, ...]], Menu] = Kept(
    is_told_of=True, most=MOST_DISHES_KEPT, weigh=_weight
)
_sold_out: Kept[tuple[uuid.UUID, uuid.UUID], dict[str, dt.datetime]] = Kept(is_told_of=True)

_READ = TenantQuery(
    select(
        func.coalesce(MenuHead.version, 0).label("version"),
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(SavedCategory.key, SavedCategory.names),
                    SavedCategory.position,
                    SavedCategory.key,
                )
            )
        )
        .where(SavedCategory.tenant_id == Tenant.id)
        .correlate(Tenant)
        .scalar_subquery()
        .label("categories"),
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        SavedDish.sku,
                        SavedDish.names,
                        SavedDish.category,
                        SavedDish.station,
                        SavedDish.price,
                        SavedDish.prepare_seconds,
                        SavedDish.modifier_groups,
                        SavedDish.is_offered,
                        SavedDish.version,
                    ),
                    SavedDish.position,
                    SavedDish.sku,
                )
            )
        )
        .where(SavedDish.tenant_id == Tenant.id)
        .correlate(Tenant)
        .scalar_subquery()
        .label("dishes"),
    )
    .select_from(Tenant)
    .outerjoin(MenuHead, MenuHead.tenant_id == Tenant.id)
    .where(Tenant.id == bindparam("tenant_id"))
)
_READ_SOLD_OUT = TenantQuery(
    select(SoldOut.sku, SoldOut.until).where(
        SoldOut.tenant_id == bindparam("tenant_id"), SoldOut.restaurant_id == bindparam("restaurant_id")
    )
)
