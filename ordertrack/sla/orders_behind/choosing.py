"""Who asks for more than the report shows, and what the address of a page chooses of what they may see."""

from __future__ import annotations

from ordertrack.i18n.translate import gettext as _
from ordertrack.sla.report.query_string import UnusableChoice
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.views import restaurants_of, selection_of
from ordertrack.tenants.principal import Principal
from ordertrack.web.problems import Problem, Refusal

MOST_NAMED = 5


def chosen_restaurants(selection: Selection) -> list[str]:
    """The first of them by name; of all that it is all."""
    names = [each.name for each in selection.restaurants]
    if selection.is_all and len(names) > 1:
        return [_("all restaurants")]
    return [*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])]


def selected(principal: Principal) -> Selection:
    """What the address chooses of what the principal may see; refused where that is nothing."""
    restaurants = restaurants_of(principal)
    if not restaurants:
        raise Refusal(Problem(404, _("There is no restaurant yet.")))
    try:
        return selection_of(principal, restaurants)
    except UnusableChoice as error:
        raise Refusal(Problem(422, str(error))) from error
