"""Order entry: dispatch and managers take an order by telephone or at the counter."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from ordertrack.i18n import phones
from ordertrack.i18n.form_fields import Typed, whole
from ordertrack.i18n.moments import when
from ordertrack.i18n.translate import LANGUAGES, current
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.ordering import DishSoldOut, NotOnTheMenu
from ordertrack.menu.reading import Menu, menu_of, name_in
from ordertrack.messages import choices
from ordertrack.messages.transports import Way
from ordertrack.order_entry import again, form, guests, offered, quotes, sent
from ordertrack.order_entry.form import Place
from ordertrack.order_entry.guest_fields import filled_in
from ordertrack.order_entry.lines import ROWS
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.intake import RestaurantPaused
from ordertrack.orders.placing.new_order import PromiseOutOfRange
from ordertrack.orders.reading import records
from ordertrack.restaurants import brand
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants import company
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import acting_principal, staff_principal
from ordertrack.web.problems import problem_of
from ordertrack.web.sheets import is_sheet

blueprint = Blueprint("order_entry", __name__)


class Desk(NamedTuple):
    """Who takes orders, and for which restaurant."""

    principal: Principal
    restaurant: FoundRestaurant
    place: Place


@blueprint.get("/r/<restaurant>/new")
def show(restaurant: str) -> ResponseReturnValue:
    """An empty form. It has the key that makes its order one, however often it is sent."""
    desk = _desk(staff_principal(), restaurant)
    return _page(desk, MultiDict({"key": secrets.token_hex(16), "fulfilment": Fulfilment.DELIVERY}))


@blueprint.post("/r/<restaurant>/new")
def take(restaurant: str) -> ResponseReturnValue:
    """Form: `do` (send; find and draft: the form again, with the guest) or `again_of` (an earlier order), and
    all that was typed.

    A redirect to what goes along with the order, for a script 201 with it; 409 and 422: the form.
    """
    if request.form.get("do") != "send":
        desk = _desk(staff_principal(), restaurant)
        return _once_more(desk) if request.form.get("again_of") else _page(desk, _typed())
    return _send(_desk(acting_principal(), restaurant))


@blueprint.get("/r/<restaurant>/new/quotes")
def quoted(restaurant: str) -> str:
    """A part of the page: what is to be told now."""
    desk = _desk(staff_principal(), restaurant)
    return render_template("order_entry/_quotes.html", **_quotes_of(desk))


@blueprint.get("/r/<restaurant>/new/menu")
def menu(restaurant: str) -> Response:
    """What is offered now, as the page's script takes it."""
    desk = _desk(staff_principal(), restaurant)
    return jsonify(offered.of_menu(desk.place.menu, desk.place.zone))


@blueprint.get("/r/<restaurant>/new/<uuid:order_id>")
def taken(restaurant: str, order_id: uuid.UUID) -> ResponseReturnValue:
    """An order that was taken: its number, the guest's link, and on to the next."""
    desk = _desk(staff_principal(), restaurant)
    order = records.find(desk.principal.tenant_id, order_id)
    if order is None or order.restaurant_id != desk.restaurant.id:
        abort(404, _("There is no such order."))
    return render_template(
        "order_entry/sent.html", principal=desk.principal, restaurant=desk.restaurant, order=order
    )


def _send(desk: Desk) -> ResponseReturnValue:
    typed = Typed(request.form)
    key = form.key_of(typed)
    if key is None:
        abort(422, _("Open the page anew: this form has no key by which its order could be sent once."))
    digest = sent.digest_of(request.form)
    if before := sent.before(desk.principal, key):
        if before.digest == digest:
            return _done(desk, before.id)
        said = _(
            "This was sent already: it is order %(number)s. What you changed since is not in it.",
            number=before.number,
        )
        return _page(desk, _typed(), {"all": said}, 409, sent_before=before)
    address_of = partial(guests.address_of, desk.principal)
    taken = form.read(typed, desk.place, address_of, _now())
    if taken.order is None:
        return _page(desk, _typed(), taken.problems, 422)
    taken.order.metadata["form"] = digest
    try:
        order_id, _is_new = intake.place(taken.order, by=desk.principal, idempotency_key=key)
    except RestaurantPaused:
        return _page(desk, _typed(), {"all": _("It was not sent: the restaurant takes no orders now.")}, 409)
    except PromiseOutOfRange:
        said = _("The promised time lies between one hour ago and 30 days ahead.")
        return _page(desk, _typed(), {"promised_at": said}, 422)
    except (NotOnTheMenu, DishSoldOut) as error:  # since the menu was read, a moment ago
        fresh = _desk(desk.principal, desk.restaurant.slug)
        anew = form.read(typed, fresh.place, address_of, _now())
        return _page(fresh, _typed(), anew.problems or {"lines": problem_of(error).detail}, 422)
    return _done(desk, order_id)


def _done(desk: Desk, order_id: uuid.UUID) -> ResponseReturnValue:
    address = url_for("order_entry.taken", restaurant=desk.restaurant.slug, order_id=order_id)
    if not is_sheet():
        return redirect(address, 303)
    order = records.find(desk.principal.tenant_id, order_id)
    page = render_template(
        "order_entry/_sent.html", principal=desk.principal, restaurant=desk.restaurant, order=order
    )
    return make_response(page, 201, {"Location": address})


def _once_more(desk: Desk) -> ResponseReturnValue:
    """The form with the lines of an earlier order instead of those that stood there."""
    try:
        order = records.find(desk.principal.tenant_id, uuid.UUID(request.form["again_of"]))
    except ValueError:
        order = None
    if order is None or not desk.principal.may_see(order.restaurant_id):
        abort(404, _("There is no such order."))
    found = again.of_order(order, desk.place.menu, desk.place.zone)
    fields = _typed()
    for name in [name for name in fields if name.startswith(f"{ROWS.name}-")]:
        fields.poplist(name)
    for name, text in again.fields(found.rows):
        fields.add(name, text)
    return _page(desk, fields, again=found)


def _page(
    desk: Desk,
    fields: MultiDict[str, str],
    problems: dict[str, str] | None = None,
    status: int = 200,
    **more: object,
) -> Response:
    """The form with what was typed, and beside it the guest with that number."""
    phone = phones.read(fields.get("phone", ""), desk.place.country)
    start = whole(fields.get("older", "")) or 0
    guest = guests.find(desk.principal, phone, desk.place.country, min(start, guests.MOST_FOUND))
    typed = filled_in(fields, guest)
    rows = ROWS.typed(typed)
    languages = company.languages_of(desk.principal.tenant_id)
    page = render_template(
        "order_entry/_form.html" if is_sheet() else "order_entry/entry.html",
        principal=desk.principal,
        restaurant=desk.restaurant,
        place=desk.place,
        offered=None if is_sheet() else offered.of_menu(desk.place.menu, desk.place.zone),
        typed=typed,
        rows=rows,
        names_of=_names_of(rows.values(), desk.place.menu),
        blank=ROWS.spare(rows, 4),
        guest=guest,
        fulfilments=list(Fulfilment),
        spoken={tag: LANGUAGES[tag].name for tag in languages},
        problems=problems or {},
        **_quotes_of(desk),
        **more,
    )
    return make_response(page, status)


def _quotes_of(desk: Desk) -> dict[str, object]:
    found = quotes.of_restaurant(desk.principal.tenant_id, desk.restaurant.id, _now())
    return {"quotes": found, "promising": quotes.PROMISING, "zone": desk.place.zone, "between": _between}


def _between(said: quotes.Said, zone: ZoneInfo) -> Markup:
    """The range, from left to right in every language."""
    return Markup('<bdi dir="ltr">{}–{}</bdi>').format(when(said.low_at, zone), when(said.high_at, zone))


def _names_of(rows: Iterable[Typed], menu: Menu) -> dict[str, str]:
    """By sku, what the dishes of these lines are called."""
    dishes = (menu.by_sku.get(row["sku"]) for row in rows)
    return {dish.sku: name_in(dish.names, current().tag) for dish in dishes if dish}


def _typed() -> MultiDict[str, str]:
    return MultiDict(request.form.items(multi=True))


def _desk(principal: Principal, slug: str) -> Desk:
    restaurant = restaurant_or_404(principal, slug)
    if not principal.may_open("dispatch", restaurant.id):
        abort(403, _("Dispatch and managers take orders."))
    tenant_id = principal.tenant_id
    place = Place(
        restaurant.slug,
        phones.country_of(restaurant.timezone, brand.of_restaurant(tenant_id, restaurant.id).phone),
        ZoneInfo(restaurant.timezone),
        company.currency_of(tenant_id),
        menu_of(tenant_id, restaurant.id),
        _told_by(tenant_id, restaurant.id),
    )
    return Desk(principal, restaurant, place)


def _told_by(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> tuple[str, ...]:
    """The ways by which who has a number is told."""
    choice = choices.of_restaurant(tenant_id, restaurant_id)
    return tuple(way.value for way in choice.ways if way in (Way.WHATSAPP, Way.SMS)) if choice.kinds else ()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
