"""What the menu refuses, said to people in the language spoken. In English it is what programs are told."""

from __future__ import annotations

from babel.lists import format_list

from ordertrack.i18n.translate import current, ngettext
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.editing import MenuChanged
from ordertrack.menu.ordering import DishSoldOut, NotOnTheMenu
from ordertrack.menu.sold_out import NoSuchDish
from ordertrack.web.problems import Problem, problem_of


@problem_of.register
def _not_on_the_menu(error: NotOnTheMenu) -> Problem:
    sentences = []
    if error.unknown:
        sentences.append(
            ngettext(
                "The menu has no dish %(skus)s.",
                "The menu has no dishes %(skus)s.",
                len(error.unknown),
                skus=_listed(error.unknown),
            )
        )
    if error.withdrawn:
        sentences.append(_("No longer on the menu: %(skus)s.", skus=_listed(error.withdrawn)))
    skus = {"skus": [*error.unknown, *error.withdrawn]}
    return Problem(422, " ".join(sentences), skus, named="not-on-the-menu")


@problem_of.register
def _sold_out(error: DishSoldOut) -> Problem:
    until = max(each for each in error.until.values() if each is not None).isoformat()
    names = [dish.name for dish in error.dishes]
    told = [{"sku": sku, "until": moment and moment.isoformat()} for sku, moment in error.until.items()]
    sentence = _("Sold out until %(moment)s: %(dishes)s.", dishes=_listed(names), moment=until)
    return Problem(409, sentence, {"sold_out": told}, named="dish-sold-out")


@problem_of.register
def _changed(error: MenuChanged) -> Problem:
    return Problem(409, _("Somebody else changed the menu meanwhile: look at it again."))


@problem_of.register
def _no_such_dish(error: NoSuchDish) -> Problem:
    return Problem(404, _("The menu has no such dish."))


def _listed(words: list[str]) -> str:
    return format_list([word[:60] for word in words[:5]], style="standard", locale=current().locale)
