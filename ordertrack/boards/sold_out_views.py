"""The list on which a kitchen says with a tap what is sold out, over its board or on a page; its stream."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.boards.menu_channel import CHANNEL
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu import sold_out
from ordertrack.menu.reading import menu_of
from ordertrack.streams import sse
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import acting_principal, staff_principal
from ordertrack.web.sheets import is_sheet

blueprint = Blueprint("sold_out", __name__)


@blueprint.get("/r/<restaurant>/sold-out")
def show(restaurant: str) -> ResponseReturnValue:
    """Every dish of the menu, what is sold out first; the list alone where a board asks for it."""
    principal = staff_principal()
    return _page(principal, restaurant_or_404(principal, restaurant))


@blueprint.post("/r/<restaurant>/sold-out")
def mark(restaurant: str) -> ResponseReturnValue:
    """Form: `gone`, the sku of a dish that is sold out, or `back`, that of one which is not any more."""
    principal = acting_principal()
    found = restaurant_or_404(principal, restaurant)
    gone, back = request.form.get("gone", ""), request.form.get("back", "")
    if bool(gone) == bool(back):
        abort(422, _("Choose a dish."))
    sold_out.mark(found.id, gone or back, bool(gone), by=principal)
    if is_sheet():
        return _page(principal, found)
    return redirect(url_for("sold_out.show", restaurant=found.slug), 303)


@blueprint.get("/r/<restaurant>/menu/stream")
def stream(restaurant: str) -> Response:
    """An event `menu` whenever the menu, or what is sold out here, is another; and one to begin with."""
    principal = staff_principal()
    found = restaurant_or_404(principal, restaurant)
    return sse.answer(principal, CHANNEL.topic(principal.tenant_id, found.id), None)


def _page(principal: Principal, restaurant: FoundRestaurant) -> str:
    menu = menu_of(principal.tenant_id, restaurant.id)
    return render_template(
        "board/_sold_out_sheet.html" if is_sheet() else "board/sold_out.html",
        principal=principal,
        is_sheet=is_sheet(),
        restaurant=restaurant,
        menu=menu,
        gone=[dish for dish in menu.dishes if dish.is_sold_out],
        zone=ZoneInfo(restaurant.timezone),
    )
