"""The first steps of a company, one page each: any can be left for later, and is found again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.i18n import time_zones
from ordertrack.i18n.slugs import LONGEST as LONGEST_SLUG
from ordertrack.i18n.translate import LANGUAGES, marked, ngettext
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.placing.intake import RestaurantPaused
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import OPEN, IllegalTransition, OrderStatus
from ordertrack.setup import people_form, progress, restaurant_form, test_order
from ordertrack.setup.progress import STEPS
from ordertrack.tenants import company
from ordertrack.tenants.accounts import LONGEST_NAME, AccountError
from ordertrack.tenants.models import Restaurant, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.shared_tablets import tablets
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.tenants.staff import people, pins

blueprint = Blueprint("first_steps", __name__, url_prefix="/setup")
_FOR_OWNERS = marked("This page is for the company's owners.")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """All steps, which are done, and what to do once they are."""
    principal = _owner()
    return _page("setup/steps.html", principal, restaurants=_restaurants(principal))


@blueprint.post("/put-away")
def put_away() -> ResponseReturnValue:
    """The managers' first page leads here no more; the page stays."""
    progress.put_away(_owner().tenant_id)
    return redirect(url_for("overview.home"))


@blueprint.get("/restaurant")
def restaurant() -> ResponseReturnValue:
    """What the company is, and its first restaurant."""
    principal = _owner()
    held = restaurant_form.as_it_is(_tenant(principal), len(_restaurants(principal)))
    return _restaurant_page(principal, held, {}, held.seen)


@blueprint.post("/restaurant")
def save_restaurant() -> ResponseReturnValue:
    """Form: `name`, `slug`, `timezone` of the first; `currency`, `languages`, `rule_set` of the company."""
    principal, form = _owner(), restaurant_form.typed()
    tenant, restaurants = _tenant(principal), len(_restaurants(principal))
    held = restaurant_form.as_it_is(tenant, restaurants)
    problems = restaurant_form.problems_with(form, held, is_first=not restaurants)
    if not problems:
        try:
            restaurant_form.save(form, tenant, by=principal, is_first=not restaurants)
        except AccountError:
            problems = {"slug": _("There is a restaurant with this address already.")}
    if problems:
        return _restaurant_page(principal, form, problems, held.seen), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("first_steps.people"))


@blueprint.get("/people", endpoint="people")
def show_people() -> ResponseReturnValue:
    """Several people of the boards at once."""
    return _people_page(_owner(), [people_form.Row()] * people_form.ROWS, {})


@blueprint.post("/people")
def add_people() -> ResponseReturnValue:
    """Form: rows of `name`, `role`, `pin`; those that are blank say nothing. All of them or none."""
    principal, rows = _owner(), people_form.typed()
    problems = people_form.problems_with(rows, principal.tenant_id)
    if problems:
        return _people_page(principal, rows, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        number = people_form.save(rows, by=principal)
    except AccountError as error:
        return _people_page(
            principal, rows, {0: people_form.Problem("name", str(error))}
        ), HTTPStatus.UNPROCESSABLE_ENTITY
    if number and "more" in request.form:
        said = ngettext("%(num)s person can sign on now.", "%(num)s people can sign on now.", number)
        flash(said, "first_steps")
        return redirect(url_for("first_steps.people"))
    return redirect(url_for("first_steps.board"))


@blueprint.get("/board")
def board() -> ResponseReturnValue:
    """A board is opened on the tablet beside; the form leads to the code for it."""
    principal = _owner()
    return _page(
        "setup/board.html",
        principal,
        restaurants=_restaurants(principal),
        typed=request.form,
        boards=tablets.BOARDS,
        tablets=tablets.in_use(principal.tenant_id),
        longest_name=LONGEST_NAME,
    )


@blueprint.get("/test-order", endpoint="test_order")
def show_test_order() -> ResponseReturnValue:
    """The test order: not sent yet, on the boards, or taken back."""
    return _test_page(_owner())


@blueprint.post("/test-order")
def send_test_order() -> ResponseReturnValue:
    """Form: `restaurant`. One that is open still is not sent again."""
    principal = _owner()
    found = find_restaurant(principal.tenant_id, request.form.get("restaurant", ""))
    if found is None:
        return _test_page(principal, _("Choose the restaurant.")), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        test_order.send(found.slug, by=principal)
    except RestaurantPaused:
        said = _("The restaurant takes no orders at the moment: end its pause first.")
        return _test_page(principal, said), HTTPStatus.CONFLICT
    return redirect(url_for("first_steps.test_order"))


@blueprint.post("/test-order/back")
def take_test_order_back() -> ResponseReturnValue:
    """Cancelled, as far as the rules allow it still."""
    principal = _owner()
    order = test_order.current(principal.tenant_id)
    if order is None:
        abort(404, _("There is no test order."))
    try:
        if order.status in OPEN:
            test_order.take_back(order, by=principal)
    except IllegalTransition:
        return _test_page(principal, _too_late()), HTTPStatus.CONFLICT
    return redirect(url_for("first_steps.test_order"))


def _too_late() -> str:
    return _("The kitchen has begun the test order: tap it to its end on the boards. Reports leave it out.")


def _owner() -> Principal:
    principal = managing_principal(_FOR_OWNERS)
    if principal.role != Role.OWNER:
        abort(403, _(_FOR_OWNERS))
    return principal


def _tenant(principal: Principal) -> Tenant:
    return db.session.scalars(select(Tenant).where(Tenant.id == principal.tenant_id)).one()


def _restaurants(principal: Principal) -> list[Restaurant]:
    mine = select(Restaurant).where(Restaurant.tenant_id == principal.tenant_id)
    return list(db.session.scalars(mine.order_by(Restaurant.name)))


def _restaurant_page(
    principal: Principal, form: restaurant_form.Typed, problems: dict[str, str], seen: str
) -> str:
    return _page(
        "setup/restaurant.html",
        principal,
        typed=form,
        seen=seen,
        problems=problems,
        restaurants=_restaurants(principal),
        time_zones=time_zones.offered(),
        currencies=restaurant_form.currencies(),
        spoken=[LANGUAGES[tag] for tag in company.SPOKEN],
        longest_name=LONGEST_NAME,
        longest_slug=LONGEST_SLUG,
    )


def _people_page(
    principal: Principal, rows: list[people_form.Row], problems: dict[int, people_form.Problem]
) -> str:
    return _page(
        "setup/people.html",
        principal,
        rows=rows,
        problems=problems,
        people=[each for each in people.in_use(principal.tenant_id) if each.pin_hash],
        restaurants=_restaurants(principal),
        roles=people.WITHOUT_ADDRESS,
        shortest_pin=pins.SHORTEST,
        longest_pin=pins.LONGEST,
        longest_name=LONGEST_NAME,
    )


def _test_page(principal: Principal, problem: str | None = None) -> str:
    order = test_order.current(principal.tenant_id)
    return _page(
        "setup/test_order.html",
        principal,
        problem=problem,
        order=order,
        is_open=order is not None and order.status in OPEN,
        can_be_taken_back=order is not None and OrderStatus.CANCELLED in order.allowed(principal.role),
        restaurants=_restaurants(principal),
    )


def _page(template: str, principal: Principal, **values: Any) -> str:
    return render_template(
        template, principal=principal, steps=STEPS, progress=progress.of(principal.tenant_id), **values
    )
