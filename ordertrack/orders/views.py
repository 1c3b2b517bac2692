"""Finding an order, and its story: who moved it, when, and why."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders import story as stories
from ordertrack.orders import tests_of_boards
from ordertrack.orders.changing import changed_values
from ordertrack.orders.due import lateness
from ordertrack.orders.log import event_log
from ordertrack.orders.moving.transitions import OrderNotFound
from ordertrack.orders.reading import records
from ordertrack.rules.order_changes import CHANGING_ROLES, KITCHEN_FIELDS
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import TERMINAL
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.signing_in.sign_in import staff_principal
from ordertrack.web.sheets import is_sheet

blueprint = Blueprint("orders", __name__)
MOST_LISTED = 500
LONGEST_STORY = 1000  # entries


@blueprint.get("/orders")
def of_day() -> ResponseReturnValue:
    """The orders of one business day: query `restaurant`, `day` (YYYY-MM-DD, default today), `number`;
    with `after` those of larger numbers."""
    principal = staff_principal()
    restaurants = db.session.scalars(
        select(Restaurant).where(Restaurant.tenant_id == principal.tenant_id).order_by(Restaurant.name)
    ).all()
    restaurants = [restaurant for restaurant in restaurants if principal.may_see(restaurant.id)]
    asked = request.args.get("restaurant")
    chosen = next((restaurant for restaurant in restaurants if asked in (None, "", restaurant.slug)), None)
    if chosen is None and asked:
        abort(404, _("There is no such restaurant."))
    day = _day() or (_running_day(chosen) if chosen else None)
    found = []
    if chosen and day:
        after = _number("after") or 0
        found = records.of_day(principal.tenant_id, chosen.id, day, MOST_LISTED + 1, _number("number"), after)
    return render_template(
        "orders/orders.html",
        principal=principal,
        restaurants=restaurants,
        chosen=chosen,
        day=day,
        orders=found[:MOST_LISTED],
        tests=tests_of_boards.among(principal.tenant_id, [order.id for order in found]),
        are_more=len(found) > MOST_LISTED,
    )


@blueprint.get("/orders/<uuid:order_id>")
def story(order_id: uuid.UUID) -> ResponseReturnValue:
    """All that the log says about one order of the asker's tenant; with header `Sheet: 1`, for a board."""
    principal = staff_principal()
    order = records.find(principal.tenant_id, order_id)
    if order is None or not principal.may_see(order.restaurant_id):
        raise OrderNotFound(order_id)
    entries = event_log.entries_after(principal.tenant_id, 0, LONGEST_STORY + 1, order_id=order_id)
    values = changed_values.of_order(principal.tenant_id, order_id)
    if principal.role == Role.KITCHEN:
        values = {key: value for key, value in values.items() if key[1] in KITCHEN_FIELDS}
    may_change = order.status not in TERMINAL and principal.role in CHANGING_ROLES
    return render_template(
        "orders/_story_sheet.html" if is_sheet() else "orders/story.html",
        is_sheet=is_sheet(),
        principal=principal,
        order=order,
        sentences=stories.tell(order, entries[:LONGEST_STORY], values),
        told=LONGEST_STORY if len(entries) > LONGEST_STORY else None,
        timer=lateness.timer_of(order),
        may_change=may_change and principal.tablet is None,
        is_test=bool(tests_of_boards.among(principal.tenant_id, [order.id])),
    )


def _running_day(restaurant: Restaurant) -> dt.date:
    """The day on which what is placed now is numbered."""
    return restaurant.day_to_number_on(restaurant.business_day(dt.datetime.now(dt.UTC)))


def _day() -> dt.date | None:
    text = request.args.get("day")
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        abort(400, _("%(text)s is not a day; write it as 2026-11-20.", text=repr(text[:40])))


def _number(name: str) -> int | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        abort(400, _("%(text)s is not the number of an order.", text=repr(text[:40])))
    return int(text)
