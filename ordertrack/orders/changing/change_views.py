"""Changing an order on a screen: a sheet over a dispatch board, or a page of its own."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.changing import change_form, changes, reopened_form
from ordertrack.orders.changing.change_form import NEW_LINES, UnreadableField
from ordertrack.orders.moving.transitions import OrderChanged, OrderNotFound
from ordertrack.orders.placing.new_order import PromiseOutOfRange
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_changes import (
    CHANGING_ROLES,
    TAKES_LINES,
    IllegalChange,
    LinesClosed,
    check_change,
)
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import acting_principal, staff_principal
from ordertrack.web.problems import problem_of
from ordertrack.web.sheets import is_sheet

blueprint = Blueprint("order_changes", __name__)
_FORM = re.compile("[0-9a-f]{16}", re.ASCII)


@blueprint.get("/orders/<uuid:order_id>/change")
def show(order_id: uuid.UUID) -> ResponseReturnValue:
    """The form, filled in with what the order says now; the sheet alone where a board asks for it."""
    principal = staff_principal()
    order = _find(principal, order_id)
    _refuse_others(principal)
    check_change(order.status, principal.role, adds_lines=False)
    return _form(principal, order, reopened_form.opened(order))


@blueprint.post("/orders/<uuid:order_id>/change")
def change(order_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `revision`, `reason`, the fields of the order and of its lines; what is left out stays.

    On a board 204, or the sheet again with what was typed and what is wrong with it: 409 or 422.
    """
    principal = acting_principal()
    order = _find(principal, order_id)
    _refuse_others(principal)
    typed = Typed(request.form)
    try:
        changes.change(
            order_id,
            change_form.changes_of(order, typed),
            by=principal,
            expected_revision=_revision(),
            despite_actions=True,
            reason=plain_text(typed["reason"], 200) if typed["reason"] else None,
            metadata={"form": typed["form"]} if _FORM.fullmatch(typed["form"]) else None,
        )
    except OrderChanged as error:
        if not changes.is_made(principal.tenant_id, order_id, typed["form"]):  # an answer may have been lost
            return _reopened(principal, error)
    except (IllegalChange, PromiseOutOfRange, UnreadableField, UnusableText) as error:
        fields = reopened_form.opened(order)
        for name in request.form:
            fields[name] = request.form[name]
        return _form(principal, order, fields, _in_words(error), 422)
    if is_sheet():
        return "", 204
    return redirect(url_for("orders.story", order_id=order_id), 303)


def _reopened(principal: Principal, error: OrderChanged) -> Response:
    form = reopened_form.reopened(error.order, request.form)
    said = [
        problem_of(error).detail,
        _("What you typed still stands here: look at the order, and save again."),
    ]
    return _form(principal, error.order, form.fields, " ".join(said), 409, form.meanwhile)


def _refuse_others(principal: Principal) -> None:
    """Who may change no order at all sees no form."""
    if principal.role is not None and principal.role not in CHANGING_ROLES:
        abort(403, _("Dispatch and managers change orders."))


def _in_words(error: Exception) -> str:
    if isinstance(error, PromiseOutOfRange):
        return _("The promised time lies between one hour ago and 30 days ahead.")
    if isinstance(error, LinesClosed):
        return _(
            "It is packed: nothing can be added. What comes on top is an order of its own that follows this"
            " one."
        )
    return problem_of(error).detail


def _find(principal: Principal, order_id: uuid.UUID) -> OrderRecord:
    order = records.find(principal.tenant_id, order_id)
    if order is None or not principal.may_see(order.restaurant_id):
        raise OrderNotFound(order_id)
    return order


def _form(
    principal: Principal,
    order: OrderRecord,
    fields: MultiDict[str, str],
    problem: str = "",
    status: int = 200,
    meanwhile: Mapping[str, str] | None = None,
) -> Response:
    typed = Typed(fields)
    page = render_template(
        "orders/_change_sheet.html" if is_sheet() else "orders/change.html",
        principal=principal,
        order=order,
        typed=typed,
        takes_lines=order.status in TAKES_LINES,
        new_lines=NEW_LINES.shown(typed),
        problem=problem,
        unplaced=list(reopened_form.unplaced(order, request.form)),
        meanwhile=meanwhile or {},
    )
    return make_response(page, status)


def _revision() -> int:
    text = request.form.get("revision", "")
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        abort(422, _("Say in `revision` which one of the order you saw."))
    return int(text)
