"""The page of a dish: adding one, changing it, taking it off the menu."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ordertrack.backoffice.menu import dish_form
from ordertrack.backoffice.menu.dish_form import TypedDish
from ordertrack.backoffice.menu.menu_access import held_menu, menu_principal
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu import one_by_one
from ordertrack.menu.checks import LONGEST_NAME, LONGEST_SKU, LONGEST_STATION
from ordertrack.menu.dishes import Dish
from ordertrack.menu.editing import MenuChanged, UnusableMenu
from ordertrack.menu.importing import facts_of
from ordertrack.menu.labels import named
from ordertrack.menu.sold_out import NoSuchDish
from ordertrack.restaurants import operations
from ordertrack.tenants.company import SPOKEN
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import problem_of

blueprint = Blueprint("dishes", __name__)


@blueprint.get("/menu/new")
def blank() -> ResponseReturnValue:
    """The form of a dish that is not there yet. Query: `category`, a key."""
    fields = MultiDict({"category": request.args.get("category", "")})
    return _page(menu_principal(), None, Typed(fields))


@blueprint.post("/menu/new")
def add() -> ResponseReturnValue:
    """Form: as that of a dish (see `change`), and `sku`, made from the name if it is empty."""
    principal = menu_principal()
    typed = Typed(request.form)
    if typed["do"] == "more":
        return _page(principal, None, typed)
    found = _read(principal, typed, None)
    if not found.problems:
        try:
            one_by_one.add(found.dish, by=principal, category=found.category)
        except UnusableMenu as error:
            return _page(principal, None, typed, {"": _in_words(error)}), 422
        flash(_("%(dish)s is on the menu.", dish=named(found.dish.names)), "menu")
        return redirect(url_for("menu.show", _anchor=f"category-{found.dish.category or ''}"), 303)
    return _page(principal, None, typed, found.problems), 422


@blueprint.get("/menu/dishes/<sku>")
def dish(sku: str) -> ResponseReturnValue:
    """The form of a dish, filled in with what it is."""
    principal = menu_principal()
    found = _find(principal, sku)
    return _page(principal, found, dish_form.shown(found, facts_of(principal.tenant_id).currency))


@blueprint.post("/menu/dishes/<sku>")
def change(sku: str) -> ResponseReturnValue:
    """Form: `do` (save, withdraw, again, more), `seen`: the version of the dish that the form shows, and its
    fields: `name_en` and so on, `category` (a key, `+` with `new_category`), `station`, `price`, `minutes`,
    and groups `group-0-name_en`, `-choose`, `-required`, `-option-0-name_en`, `-price`."""
    principal = menu_principal()
    before = _find(principal, sku)
    typed = Typed(request.form)
    match typed["do"]:
        case "more":
            return _page(principal, before, typed)
        case "withdraw":
            one_by_one.withdraw(sku, by=principal)
            said = _("%(dish)s is off the menu. Orders that have it keep it.", dish=named(before.names))
            flash(said, "menu")
        case "again":
            one_by_one.offer_again(sku, by=principal)
            flash(_("%(dish)s is offered again.", dish=named(before.names)), "menu")
        case "save":
            if refused := _save(principal, before, typed):
                return refused
        case _:
            abort(400, _("Choose one."))
    return redirect(url_for("menu.show", _anchor=f"category-{before.category or ''}"), 303)


def _save(principal: Principal, before: Dish, typed: Typed) -> ResponseReturnValue | None:
    """What is answered to what cannot be saved."""
    found = _read(principal, typed, before)
    if found.problems:
        return _page(principal, before, typed, found.problems), 422
    try:
        seen = whole(typed["seen"])
        is_changed = one_by_one.change(
            found.dish, by=principal, seen=-1 if seen is None else seen, category=found.category
        )
    except MenuChanged:
        said = _(
            "Somebody else changed this dish while you were at it. Saving once more replaces what they said"
            " by what stands here."
        )
        fields = MultiDict(request.form)
        fields["seen"] = str(before.version)
        return _page(principal, before, Typed(fields), {"": said}), 409
    except UnusableMenu as error:
        return _page(principal, before, typed, {"": _in_words(error)}), 422
    flash(_("Saved.") if is_changed else _("There was nothing to save."), "menu")
    return None


def _read(principal: Principal, typed: Typed, before: Dish | None) -> TypedDish:
    facts = facts_of(principal.tenant_id)
    return dish_form.read(typed, held_menu(principal), facts.currency, facts.languages, before)


def _find(principal: Principal, sku: str) -> Dish:
    found = held_menu(principal).by_sku.get(sku)
    if found is None:
        abort(404, problem_of(NoSuchDish(sku)).detail)
    return found


def _in_words(error: UnusableMenu) -> str:
    return " ".join(_("This %(problem)s.", problem=each.said) for each in error.problems[:3])


def _page(
    principal: Principal, before: Dish | None, typed: Typed, problems: Mapping[str, str] | None = None
) -> str:
    facts = facts_of(principal.tenant_id)
    filled = [name for name in typed.names() if typed[name]]
    in_use = [each for each in SPOKEN if any(name.endswith(f"name_{each}") for name in filled)]
    groups = dish_form.GROUPS.typed(typed)
    groups = groups | dish_form.GROUPS.spare(groups, 1)
    return render_template(
        "backoffice/dish.html",
        principal=principal,
        before=before,
        typed=typed,
        problems=problems or {},
        categories=held_menu(principal).categories,
        spoken=list(dict.fromkeys((*facts.languages, *in_use))),
        currency=facts.currency,
        stations=_stations(principal),
        groups=[(number, row, dish_form.options_of(number).shown(typed)) for number, row in groups.items()],
        new_category=dish_form.NEW_CATEGORY,
        longest_name=LONGEST_NAME,
        longest_sku=LONGEST_SKU,
        longest_station=LONGEST_STATION,
    )


def _stations(principal: Principal) -> list[str]:
    """Those of all restaurants of the company, each once."""
    settings = operations.of_tenant(principal.tenant_id).values()
    return sorted({station.name for each in settings for station in each.stations})
