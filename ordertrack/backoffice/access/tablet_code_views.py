"""Another device becomes a tablet: its manager shows a code here, opens it there, and confirms it here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.credentials import codes
from ordertrack.tenants.credentials.codes import NoSuchCode
from ordertrack.tenants.models import Restaurant, TabletCode
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.shared_tablets import tablet_codes, tablets
from ordertrack.tenants.shared_tablets.tablet_codes import State
from ordertrack.tenants.shared_tablets.tablet_guard import address_of
from ordertrack.tenants.signing_in.sign_in import (
    become_tablet,
    end_sign_in_of,
    is_signed_in,
    managing_principal,
    staff_principal,
)
from ordertrack.web import hosts, links, qr
from ordertrack.web.problems import problem_of

blueprint = Blueprint("tablet_codes", __name__)
_CLAIM = "tablet_claim"


@blueprint.get("/tablets/codes")
def ask() -> ResponseReturnValue:
    """The form that asks which board is to be opened on another device."""
    return _form(managing_principal())


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
        return _form(principal, str(error)), 422
    return redirect(url_for("tablet_codes.show", code_id=made.id))


@blueprint.get("/tablets/codes/<uuid:code_id>")
def show(code_id: uuid.UUID) -> ResponseReturnValue:
    """The code as a picture and in letters, and how far it has come; a page that shows so `seen` stays."""
    with _ending_the_look():
        principal = managing_principal()
        code = _code_or_404(principal, code_id)
    state = tablet_codes.state_of(code)
    if _looks_again() and request.args.get("seen") == state:
        return "", 204
    return _page(code, state)


@blueprint.post("/tablets/codes/<uuid:code_id>/confirm")
def confirm(code_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `number`, as the other device shows it. It becomes the tablet."""
    principal = managing_principal()
    code = _code_or_404(principal, code_id)
    try:
        tablet_codes.confirm(code, request.form.get("number", ""), by=principal)
    except AccountError as error:
        return _page(code, tablet_codes.state_of(code), str(error)), 422
    return redirect(url_for("tablet_codes.show", code_id=code_id))


@blueprint.post("/tablets/codes/<uuid:code_id>/refuse")
def refuse(code_id: uuid.UUID) -> ResponseReturnValue:
    """The code is worth nothing from now on."""
    principal = managing_principal()
    tablet_codes.refuse(_code_or_404(principal, code_id), by=principal)
    return redirect(url_for("tablet_codes.show", code_id=code_id))


@blueprint.route("/tablet/open/<code>", methods=["GET", "POST"])
def open_here(code: str) -> ResponseReturnValue:
    """On the device that is to be the tablet: what it would become; with a POST it asks to."""
    with _ending_the_look():
        return _opened(code)


def _opened(code: str) -> ResponseReturnValue:
    of, claim = session.get(_CLAIM) or ("", None)
    is_mine = of == codes.digest(code)  # who comes back with a code that they hold guesses at nothing
    with nullcontext() if is_mine else codes.trying():
        found = tablet_codes.opened_by(code, claim if is_mine else None)
    if request.method != "POST":
        return _device_page(found)
    if found.claim_digest is None:
        session[_CLAIM] = (codes.digest(code), tablet_codes.claim(found))
        return redirect(url_for("tablet_codes.open_here", code=code))
    if found.tablet_id is not None:
        return _become(found)
    if _looks_again() and found.refused_at is None:
        return "", 204
    return _device_page(found)


def _looks_again() -> bool:
    """Whether a page asks that is open already, every two seconds."""
    return "HX-Request" in request.headers


@contextmanager
def _ending_the_look() -> Iterator[None]:
    """What is refused takes the place of what was looked at again, and that is not looked at any more."""
    try:
        yield
    except (NoSuchCode, HTTPException) as error:
        if not _looks_again():
            raise
        problem = problem_of(error)
        abort(make_response(render_template("tablet/_code_over.html", problem=problem), problem.status))


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
    return ("", 204, {"HX-Redirect": address}) if _looks_again() else redirect(address)


def _form(principal: Principal, problem: str | None = None) -> str:
    theirs = select(Restaurant).where(Restaurant.tenant_id == principal.tenant_id)
    restaurants = db.session.scalars(theirs.order_by(Restaurant.name)).all()
    return render_template(
        "tablet/new_code.html",
        principal=principal,
        problem=problem,
        typed=request.form,
        restaurants=[each for each in restaurants if principal.may_see(each.id)],
        boards=tablets.BOARDS,
        longest_name=LONGEST_NAME,
    )


def _code_or_404(principal: Principal, code_id: uuid.UUID) -> TabletCode:
    code = tablet_codes.find(principal.tenant_id, code_id)
    if code is None or not principal.may_see(code.restaurant_id):
        abort(404, _("There is no such code. Make a new one on the page of tablets."))
    return code


def _page(code: TabletCode, state: State, problem: str | None = None) -> str:
    template = "tablet/_code_state.html" if _looks_again() else "tablet/code.html"
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
    template = "tablet/_open_state.html" if _looks_again() else "tablet/open.html"
    return render_template(
        template,
        code=code,
        state=tablet_codes.state_of(code),
        restaurant=tablet_codes.restaurant_of(code),
        boards=tablets.BOARDS,
    )
