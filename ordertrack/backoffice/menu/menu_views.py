"""The pages on which managers keep the menu: categories, dishes, and the order in which they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.menu import menu_example
from ordertrack.backoffice.menu.menu_access import held_menu, menu_principal
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu import files, one_by_one
from ordertrack.menu.dishes import Category, Dish, Menu
from ordertrack.menu.editing import MenuChanged, UnusableMenu
from ordertrack.menu.importing import facts_of
from ordertrack.menu.labels import named
from ordertrack.menu.one_by_one import CategoryInUse, NoSuchCategory
from ordertrack.menu.sold_out import NoSuchDish
from ordertrack.menu.words import free_word
from ordertrack.restaurants import cache
from ordertrack.restaurants.stations import words_of
from ordertrack.tenants.company import SPOKEN
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import problem_of

blueprint = Blueprint("menu", __name__)
UNFOLDED = 60  # dishes: with more of them categories are folded until they are opened or searched
_PLACES = {"up": -1, "down": 1}


@blueprint.get("/menu")
def show() -> ResponseReturnValue:
    """Categories and dishes. Query: `find`, words of a name or sku."""
    return _page(menu_principal())


@blueprint.post("/menu")
def move() -> ResponseReturnValue:
    """Form: `up` or `down`, the sku of a dish, or `again`, that of one to offer again; `seen`: the menu's
    version that the page showed."""
    principal = menu_principal()
    typed = Typed(request.form)
    try:
        if again := typed["again"]:
            dish = one_by_one.offer_again(again, by=principal)
            flash(_("%(dish)s is offered again.", dish=named(dish.names)), "menu")
            return redirect(_address(typed, dish.category), 303)
        way = _way(typed)
        one_by_one.move(typed[way], _PLACES[way], by=principal, seen=_seen(typed))
        moved = held_menu(principal).by_sku[typed[way]]
    except NoSuchDish as error:
        abort(404, problem_of(error).detail)
    except MenuChanged as error:
        return _page(principal, {"seen": problem_of(error).detail}), 409
    return redirect(_address(typed, moved.category), 303)


@blueprint.post("/menu/categories")
def categories() -> ResponseReturnValue:
    """Form: `do` (add, save, up, down, remove), `key`, `name_en`, `name_fr`, `name_ar`, `seen`."""
    principal = menu_principal()
    typed = Typed(request.form)
    try:
        said = _change_categories(principal, typed)
    except NoSuchCategory:
        abort(404, _("The menu has no such category."))
    except CategoryInUse:
        sentence = _(
            "There are still dishes in this category. Move them to another one, or take them off the menu"
            " first."
        )
        return _page(principal, {typed["key"]: sentence}, typed), 422
    except UnusableMenu as error:
        at = typed["key"] if typed["do"] == "save" else "new"
        sentence = " ".join(_("This %(problem)s.", problem=each.said) for each in error.problems[:3])
        return _page(principal, {at: sentence}, typed), 422
    except MenuChanged as error:
        return _page(principal, {"seen": problem_of(error).detail}, typed), 409
    if said:
        flash(said, "menu")
    return redirect(url_for("menu.show"), 303)


@blueprint.get("/menu/export.csv")
def export_csv() -> ResponseReturnValue:
    """The menu as a table, as it can be imported."""
    return _file(files.csv_of, "csv", "text/csv")


@blueprint.get("/menu/example.csv")
def example_csv() -> ResponseReturnValue:
    """A table of a few dishes, as it can be imported, for who begins a menu."""
    facts = facts_of(menu_principal().tenant_id)
    content = files.csv_of(menu_example.menu_in(facts), facts)
    name = {"Content-Disposition": 'attachment; filename="menu-example.csv"'}
    return content, 200, {"Content-Type": "text/csv; charset=utf-8", **name}


@blueprint.get("/menu/export.json")
def export_json() -> ResponseReturnValue:
    """The menu as a document, as the API has it and as it can be imported."""
    return _file(files.json_of, "json", "application/json")


def _file(write: Callable[..., bytes], kind: str, mimetype: str) -> ResponseReturnValue:
    principal = menu_principal()
    content = write(held_menu(principal), facts_of(principal.tenant_id))
    name = {"Content-Disposition": f'attachment; filename="menu.{kind}"'}
    return content, 200, {"Content-Type": f"{mimetype}; charset=utf-8", **name}


def _change_categories(principal: Principal, typed: Typed) -> str | None:
    key, wanted = typed["key"], typed["do"]
    if wanted == "remove":
        one_by_one.remove_category(key, by=principal)
        return _("The category is removed.")
    if wanted in _PLACES:
        one_by_one.move_category(key, _PLACES[wanted], by=principal, seen=_seen(typed))
        return None
    if wanted not in ("add", "save"):
        abort(400, _("Choose one."))
    names = {each: typed[f"name_{each}"] for each in SPOKEN if typed[f"name_{each}"].strip()}
    if wanted == "add":
        taken = {each.key for each in held_menu(principal).categories}
        key = free_word(next(iter(names.values()), ""), taken, "category")
    one_by_one.save_category(Category(key, names), by=principal, is_new=wanted == "add")
    return _("Saved.")


def _way(typed: Typed) -> str:
    way = next((each for each in _PLACES if typed[each]), None)
    if way is None:
        abort(400, _("Choose one."))
    return way


def _seen(typed: Typed) -> int:
    """The version of the menu that the form shows; none that there is, if it says none."""
    seen = whole(typed["seen"])
    return -1 if seen is None else seen


def _address(typed: Typed, category: str | None) -> str:
    """The page as it was asked for, at this category."""
    return url_for("menu.show", find=typed["find"] or None, _anchor=f"category-{category or ''}")


def _page(principal: Principal, problems: Mapping[str, str] | None = None, typed: Typed | None = None) -> str:
    menu, facts = held_menu(principal), facts_of(principal.tenant_id)
    wanted = request.values.get("find", "").strip()
    return render_template(
        "backoffice/menu.html",
        principal=principal,
        menu=menu,
        shown={key: _found(menu.of_category(key), wanted) for key in _keys(menu)},
        withdrawn=_found(menu.withdrawn, wanted),
        find=wanted,
        unfolds=bool(wanted) or len(menu.dishes) <= UNFOLDED,
        currency=facts.currency,
        spoken=facts.languages,
        restaurants=cache.of_tenant(principal.tenant_id),
        problems=problems or {},
        typed=typed,
    )


def _keys(menu: Menu) -> list[str | None]:
    return [*(each.key for each in menu.categories), None]


def _found(dishes: list[Dish] | tuple[Dish, ...], wanted: str) -> list[Dish]:
    """Those that have these words, in whatever language and with whatever accents, or this sku."""
    words = words_of(wanted)
    if not words:
        return list(dishes)
    return [
        dish
        for dish in dishes
        if words in words_of(dish.sku) or any(words in words_of(name) for name in dish.names.values())
    ]
