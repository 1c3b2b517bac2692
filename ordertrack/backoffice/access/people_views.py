"""The page on which managers see to people: who there is, an invitation, which role and PIN, and an end."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.zones import zone_of
from ordertrack.i18n.labels import role
from ordertrack.i18n.translate import LANGUAGES
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.roles import Role
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.access import UNDONE_WITHIN, end_access
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.tenants.staff import password_links, people, pins
from ordertrack.tenants.staff.people import NoSuchPerson, Uninvited

MOST_TICKED = 12  # restaurants of which each person has a box; more are written
blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
def show() -> ResponseReturnValue:
    """Everybody of the tenant, and what the asker may do about each."""
    return _page(managing_principal())


@blueprint.post("/people")
def add() -> ResponseReturnValue:
    """Form: `name`, `role` (kitchen, dispatch), `pin`."""
    principal = managing_principal()
    try:
        person = people.add(
            principal.tenant_id,
            request.form.get("name", ""),
            _role(request.form.get("role", "")),
            request.form.get("pin", ""),
            by=principal,
        )
    except AccountError as error:
        return _page(principal, {"add": str(error)}), 422
    flash(_("%(name)s can sign on at tablets now.", name=person.name), "people")
    return redirect(url_for("people.show"))


@blueprint.post("/people/invitations")
def invite() -> ResponseReturnValue:
    """Form: `invited_name`, `email`, `invited_role`, `language`, `restaurant` (slugs; none: all).

    The link is shown on this answer only.
    """
    principal = managing_principal()
    language = request.form.get("language", "")
    try:
        person = people.invite(
            request.form.get("invited_name", ""),
            request.form.get("email", ""),
            _role(request.form.get("invited_role", "")),
            language if language in LANGUAGES else None,
            _restaurants_in_form(principal),
            by=principal,
        )
    except Uninvited as error:
        return _page(principal, {f"invite-{name}": said for name, said in error.problems.items()}), 422
    except AccountError as error:
        return _page(principal, {"invite-role": str(error)}), 422
    return _with_link(principal, person)


@blueprint.post("/people/<uuid:staff_id>/role")
def change_role(staff_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `new_role`, `restaurant` (slugs; none: all), `seen`, what the page showed. Every sign-in ends."""
    principal = managing_principal()
    person = _managed(principal, staff_id)
    if principal.actor == f"staff:{staff_id}":
        abort(403, _("Nobody changes their own role: an owner does."))
    try:
        wanted = _role(request.form.get("new_role", ""))
        places = _restaurants_in_form(principal)
        is_changed = people.change_work(
            person, wanted, places, by=principal, seen=request.form.get("seen", "")
        )
    except AccountError as error:
        return _page(principal, {str(staff_id): str(error)}), 422
    said = {"name": person.name, "role": role(wanted)}
    flash(
        _("%(name)s has the role %(role)s from now on.", **said)
        if is_changed
        else _("%(name)s has the role %(role)s already.", **said),
        "people",
    )
    return redirect(url_for("people.show"))


@blueprint.post("/people/<uuid:staff_id>/pin")
def set_pin(staff_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `pin`. Whoever is on with the one before has to sign on again."""
    principal = managing_principal()
    person = _managed(principal, staff_id)
    try:
        people.set_pin(person, request.form.get("pin", ""), by=principal)
    except AccountError as error:
        return _page(principal, {str(staff_id): str(error)}), 422
    flash(_("%(name)s has a new PIN.", name=person.name), "people")
    return redirect(url_for("people.show"))


@blueprint.post("/people/<uuid:staff_id>/password-link")
def make_password_link(staff_id: uuid.UUID) -> ResponseReturnValue:
    """A link by which somebody sets a new password, shown on this answer and never again."""
    principal = managing_principal()
    person = _managed(principal, staff_id)
    if principal.actor == f"staff:{staff_id}":
        abort(403, _("Your own password you change on the page of your account."))
    if person.email is None:
        abort(422, _("%(name)s signs in nowhere with a password.", name=person.name))
    return _with_link(principal, person)


def _with_link(principal: Principal, person: StaffMember) -> str:
    link = password_links.make(person, by=principal)
    address = url_for("password_links.show", token=link.token, _external=True)
    return _page(principal, link=(person, address, link))


@blueprint.post("/people/<uuid:staff_id>/end")
def end(staff_id: uuid.UUID) -> ResponseReturnValue:
    """End somebody's access; for a day it can be given back."""
    principal = managing_principal()
    person = _managed(principal, staff_id)
    if principal.actor == f"staff:{staff_id}":
        abort(403, _("Nobody ends their own access: an owner or the operator does."))
    end_access(person, by=principal)
    flash(_("%(name)s can no longer sign in, neither here nor on tablets.", name=person.name), "people")
    return redirect(url_for("people.show"))


@blueprint.post("/people/<uuid:staff_id>/give-back")
def give_back(staff_id: uuid.UUID) -> ResponseReturnValue:
    """Undo that somebody's access ended, within a day."""
    principal = managing_principal()
    person = _managed(principal, staff_id, people.find_ended)
    try:
        people.give_back(person, by=principal)
    except AccountError as error:
        return _page(principal, {str(staff_id): str(error)}), 422
    flash(_("%(name)s has access again.", name=person.name), "people")
    return redirect(url_for("people.show"))


def _managed(
    principal: Principal,
    staff_id: uuid.UUID,
    find: Callable[[uuid.UUID, uuid.UUID], StaffMember] = people.find,
) -> StaffMember:
    try:
        person = find(principal.tenant_id, staff_id)
    except NoSuchPerson:
        abort(404, _("There is no such person, or somebody has just ended their access or given it back."))
    if not people.may_meet(principal, person):
        abort(404, _("There is no such person, or somebody has just ended their access or given it back."))
    if not people.may_manage(principal, person):
        abort(403, _("Only owners do this for managers and owners."))
    return person


def _role(typed: str) -> Role:
    try:
        return Role(typed)
    except ValueError:
        raise AccountError(_("Choose what the person does.")) from None


def _restaurants(principal: Principal) -> list[RestaurantSettings]:
    return [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]


def _restaurants_in_form(principal: Principal) -> list[uuid.UUID] | None:
    """The ids of those that were ticked, or written with commas between; None for none, that is all."""
    said = ",".join(request.form.getlist("restaurant")).split(",")
    chosen = {slug.strip() for slug in said if slug.strip()}
    found = [each.id for each in _restaurants(principal) if each.slug in chosen]
    if len(found) != len(chosen):
        raise AccountError(_("There is no such restaurant."))
    return found or None


def _page(
    principal: Principal,
    problems: dict[str, str] | None = None,
    link: tuple[StaffMember, str, password_links.Made] | None = None,
) -> str:
    def met(listed: list[StaffMember]) -> list[StaffMember]:
        return [each for each in listed if people.may_meet(principal, each)]

    return render_template(
        "backoffice/people.html",
        principal=principal,
        problems=problems or {},
        link=link,
        typed=request.form,
        people=met(people.in_use(principal.tenant_id)),
        ended=met(people.ended_lately(principal.tenant_id)),
        most_ended=people.MOST_ENDED_LATELY,
        ended_before=met(people.ended_before(principal.tenant_id)),
        restaurants=_restaurants(principal),
        names={each.id: each.name for each in cache.of_tenant(principal.tenant_id)},
        is_of_all=principal.restaurants is None,
        most_ticked=MOST_TICKED,
        work_of=people.work_of,
        undone_within=UNDONE_WITHIN,
        zone=zone_of(principal.tenant_id),
        may_manage=lambda person: people.may_manage(principal, person),
        roles=people.WITHOUT_ADDRESS,
        given_roles=[each for each in Role if people.may_give(principal, each)],
        links_last=password_links.INVITES_FOR,
        shortest_pin=pins.SHORTEST,
        longest_pin=pins.LONGEST,
        longest_name=LONGEST_NAME,
    )
