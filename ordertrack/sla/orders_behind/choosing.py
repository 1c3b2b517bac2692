"""Who asks for more than the report shows, and what the address of a page chooses of what they may see."""

from __future__ import annotations

import datetime as dt

from flask import request

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import cache
from ordertrack.sla.report import query_string
from ordertrack.sla.report.query_string import UnusableChoice
from ordertrack.sla.report.selection import Selection
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web.problems import Problem, Refusal

MOST_NAMED = 5


def chosen_restaurants(selection: Selection) -> list[str]:
    """The first of them by name; of all that it is all."""
    names = [each.name for each in selection.restaurants]
    if selection.is_all and len(names) > 1:
        return [_("all restaurants")]
    return [*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])]


def manager() -> Principal:
    return managing_principal(marked("Reports are for managers and owners."))


def selected(principal: Principal) -> Selection:
    """What the address chooses of what the principal may see; refused where that is nothing."""
    restaurants = [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]
    if not restaurants:
        raise Refusal(Problem(404, _("There is no restaurant yet.")))
    try:
        return query_string.read(
            request.args,
            principal.tenant_id,
            restaurants,
            dt.datetime.now(dt.UTC),
            sees_all=principal.restaurants is None,
        )
    except UnusableChoice as error:
        raise Refusal(Problem(422, str(error))) from error
