"""Another device becomes a tablet: its manager shows a code here, opens it there, and confirms it here."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice import tablet_views
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants import codes, tablet_codes, tablets
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.codes import NoSuchCode
from ordertrack.tenants.models import TabletCode
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.sign_in import (
    become_tablet,
    end_sign_in_of,
    is_signed_in,
    managing_principal,
    staff_principal,
)
from ordertrack.tenants.tablet_codes import State
from ordertrack.tenants.tablet_guard import address_of
from ordertrack.web import hosts, links, qr

blueprint = Blueprint("tablet_codes", __name__)
_CLAIM = "tablet_claim"


@blueprint.post("/tablets/codes")
def make() -> ResponseReturnValue:
    """Form: `restaurant`, `board`, `name`. Leads to the page that shows the code."""
    principal = managing_principal()
    restaurant = find_restaurant(principal.tenant_id, request.form.get("restaurant", ""))
    try:
        if restaurant is None:
            raise AccountError(_("Choose the restaurant where the tablet stands."))
        made = tablet_codes.make(
            restaurant.id, request.form.get("board", ""), request.form.get("name", ""), by=principal
        )
    except AccountError as error:
        return tablet_views.page(principal, code_problem=str(error)), 422
    return redirect(url_for("tablet_codes.show", code_id=made.id))


@blueprint.get("/tablets/codes/<uuid:code_id>")
def show(code_id: uuid.UUID) -> ResponseReturnValue:
    """The code as a picture and in letters, and how far it has come; `seen` is what the page shows of that."""
    principal = managing_principal()
    code = _code_or_404(principal.tenant_id, code_id)
    state = tablet_codes.state_of(code)
    if "HX-Request" in request.headers and request.args.get("seen") == state:
        return "", 204
    return _page(code, state)


@blueprint.post("/tablets/codes/<uuid:code_id>/confirm")
def confirm(code_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `number`, as the other device shows it. It becomes the tablet."""
    principal = managing_principal()
    code = _code_or_404(principal.tenant_id, code_id)
    try:
        tablet_codes.confirm(code, request.form.get("number", ""), by=principal)
    except AccountError as error:
        return _page(code, tablet_codes.state_of(code), str(error)), 422
    return redirect(url_for("tablet_codes.show", code_id=code_id))


@blueprint.post("/tablets/codes/<uuid:code_id>/refuse")
def refuse(code_id: uuid.UUID) -> ResponseReturnValue:
    """The code is worth nothing from now on."""
    tablet_codes.refuse(_code_or_404(managing_principal().tenant_id, code_id))
    return redirect(url_for("tablet_codes.show", code_id=code_id))


@blueprint.route("/tablet/open/<code>", methods=["GET", "POST"])
def open_here(code: str) -> ResponseReturnValue:
    """On the device that is to be the tablet: what it would become; with a POST it asks to."""
    claim = session.get(_CLAIM)
    with codes.trying():
        found = tablet_codes.opened_by(code, claim)
    if request.method != "POST":
        return _device_page(found)
    if found.claim_digest is None:
        session[_CLAIM] = tablet_codes.claim(found)
        return redirect(url_for("tablet_codes.open_here", code=code))
    if found.tablet_id is not None:
        return _become(found)
    if "HX-Request" in request.headers and found.refused_at is None:
        return "", 204
    return _device_page(found)


def _become(code: TabletCode) -> ResponseReturnValue:
    """The device is the tablet from now on; whoever was signed in on it is so no more."""
    assert code.tablet_id is not None
    before = staff_principal() if is_signed_in() else None
    tablet = tablets.find(code.tenant_id, code.tablet_id)
    if tablet is None or tablet.tablet is None:
        raise NoSuchCode
    end_sign_in_of(before)
    become_tablet(tablet)
    address = address_of(tablet.tablet)
    return ("", 204, {"HX-Redirect": address}) if "HX-Request" in request.headers else redirect(address)


def _code_or_404(tenant_id: uuid.UUID, code_id: uuid.UUID) -> TabletCode:
    code = tablet_codes.find(tenant_id, code_id)
    if code is None:
        abort(404, _("There is no such code. Make a new one on the page of tablets."))
    return code


def _page(code: TabletCode, state: State, problem: str | None = None) -> str:
    template = "tablet/_code_state.html" if "HX-Request" in request.headers else "tablet/code.html"
    restaurant = tablet_codes.restaurant_of(code)
    path = url_for("tablet_codes.open_here", code=tablet_codes.text_of(code))
    address = links.site().removesuffix("/") + path
    return render_template(
        template,
        principal=staff_principal(),
        code=code,
        state=state,
        problem=problem,
        address=address,
        picture=qr.svg(address),
        is_for_here_only=hosts.is_loopback(hosts.name_of(request.host)),
        restaurant=restaurant,
        zone=ZoneInfo(restaurant.timezone),
        boards=tablets.BOARDS,
    )


def _device_page(code: TabletCode) -> str:
    template = "tablet/_open_state.html" if "HX-Request" in request.headers else "tablet/open.html"
    return render_template(
        template,
        code=code,
        state=tablet_codes.state_of(code),
        restaurant=tablet_codes.restaurant_of(code),
        boards=tablets.BOARDS,
    )
