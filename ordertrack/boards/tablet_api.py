"""What a shared tablet itself asks: who can sign on, whether a PIN is right, and to be a tablet no more."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from ordertrack.i18n import labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import operations
from ordertrack.tenants.principal import Principal, TabletPlace
from ordertrack.tenants.shared_tablets import tablet_session, tablets
from ordertrack.tenants.signing_in.sign_in import acting_principal, staff_principal
from ordertrack.tenants.staff import people, pins
from ordertrack.tenants.staff.people import NoSuchPerson
from ordertrack.tenants.throttling import failed_sign_ins, throttle
from ordertrack.web import errors
from ordertrack.web.problems import Problem

blueprint = Blueprint("tablet", __name__)


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    for address in ("/tablet/people", "/tablet/person"):
        errors.render_under(address, _sentence, state.app)  # type: ignore[arg-type]


@blueprint.get("/tablet/people")
def people_here() -> Response:
    """Who can sign on at this tablet: `[{id, name, role}]`, by name, the role in words."""
    tablet, place = _asking()
    found = [
        {"id": str(person.id), "name": person.name, "role": labels.role(person.role)}
        for person in people.in_use(tablet.tenant_id)
        if person.pin_hash and tablet_session.admits(place, person)
    ]
    return jsonify(found)


@blueprint.post("/tablet/person")
def sign_on() -> Response:
    """Form: `staff`, `pin`. Answers `{token, name, is_manager, rest_after}`, the last in seconds.

    403 and 429 (with Retry-After) answer `{detail}`, a sentence.
    """
    tablet, place = _asking()
    if not throttle.may_try_pin(place.id):
        failed_sign_ins.note("PIN", "too often")
        abort(429, _("PINs are being tried too often on this tablet. Wait a minute, then try again."))
    person = _chosen(tablet, place)
    if not pins.is_right(tablet.tenant_id, person.id, person.pin_hash, request.form.get("pin", "")):
        failed_sign_ins.note("PIN")
        abort(403, _("That is not the PIN of %(name)s. Try again.", name=person.name))
    signed = tablet_session.token_of(tablet, person.id, person.pin_hash)
    return jsonify(
        token=signed,
        name=person.name,
        is_manager=tablet_session.person_on(tablet, signed).is_manager,
        rest_after=operations.of_restaurant(tablet.tenant_id, place.restaurant_id).rest_after,
    )


@blueprint.post("/tablet/sign-out")
def sign_out() -> ResponseReturnValue:
    """Form: `person`, who has to be a manager. The device is no tablet any more."""
    acting = acting_principal()
    if acting.tablet is None or not acting.is_manager:
        abort(403, _("A manager signs a tablet out: on it with a PIN, or from the page Tablets."))
    tablets.end(acting.tablet.id, by=acting)
    session.clear()
    return redirect(url_for("sign_in.login"))


def _asking() -> tuple[Principal, TabletPlace]:
    principal = staff_principal()
    if principal.tablet is None:
        abort(403, _("Only shared tablets ask for a PIN: you are signed in yourself."))
    return principal, principal.tablet


def _chosen(tablet: Principal, place: TabletPlace) -> Any:
    try:
        person = people.find(tablet.tenant_id, uuid.UUID(request.form.get("staff", "")))
    except (ValueError, NoSuchPerson):
        person = None
    if person is None or not person.pin_hash or not tablet_session.admits(place, person):
        abort(403, _("This person cannot sign on at this tablet. Choose a name again."))
    return person


def _sentence(problem: Problem) -> Response:
    response = jsonify(detail=problem.detail)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response
