"""The page on which managers make a device a shared tablet, see which there are, and end one."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.sessions.access import end_session
from ordertrack.tenants.shared_tablets import tablets
from ordertrack.tenants.shared_tablets.tablet_guard import address_of
from ordertrack.tenants.signing_in.sign_in import become_tablet, managing_principal

blueprint = Blueprint("tablets", __name__)


@blueprint.get("/tablets")
def show() -> ResponseReturnValue:
    """The tenant's tablets, and the form that makes this device one."""
    return _page(managing_principal())


@blueprint.post("/tablets")
def set_up() -> ResponseReturnValue:
    """Form: `restaurant`, `board`, `name`. The asker's own sign-in on this device ends."""
    principal = managing_principal()
    restaurant = find_restaurant(principal.tenant_id, request.form.get("restaurant", ""))
    try:
        if restaurant is None:
            raise AccountError(_("Choose the restaurant where the tablet stands."))
        made = tablets.set_up(
            restaurant.id, request.form.get("board", ""), request.form.get("name", ""), by=principal
        )
    except AccountError as error:
        return _page(principal, str(error)), 422
    assert principal.session is not None and made.tablet is not None
    end_session(principal.tenant_id, principal.session)
    become_tablet(made)
    return redirect(address_of(made.tablet))


@blueprint.post("/tablets/<uuid:tablet_id>/end")
def end(tablet_id: uuid.UUID) -> ResponseReturnValue:
    """What the tablet has open closes at once; it asks for a sign-in then."""
    principal = managing_principal()
    name = tablets.end(tablet_id, by=principal)
    if name is None:
        abort(404, _("There is no such tablet, or it has ended already."))
    flash(_("The tablet “%(name)s” has ended: what it showed is closed.", name=name), "tablets")
    return redirect(url_for("tablets.show"))


def _page(principal: Principal, problem: str | None = None) -> str:
    restaurants = db.session.scalars(
        select(Restaurant).where(Restaurant.tenant_id == principal.tenant_id).order_by(Restaurant.name)
    ).all()
    return render_template(
        "backoffice/tablets.html",
        principal=principal,
        problem=problem,
        typed=request.form,
        tablets=[row for row in tablets.in_use(principal.tenant_id) if principal.may_see(row.Restaurant.id)],
        restaurants=[each for each in restaurants if principal.may_see(each.id)],
        boards=tablets.BOARDS,
        zone_of=lambda restaurant: ZoneInfo(restaurant.timezone),
        longest_name=LONGEST_NAME,
    )
