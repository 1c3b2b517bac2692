"""The page of the company on which its providers are set up, and each is tried by a test message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.database.session import db
from ordertrack.following.models import State as JobState
from ordertrack.i18n.form_fields import Typed, member, whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.messages import providers, stops, testing, transports
from ordertrack.messages.composing import site_of_house
from ordertrack.messages.fields import Field
from ordertrack.messages.providers import Provider
from ordertrack.messages.transports import Transport, Way
from ordertrack.messages.whatsapp import templates
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.tenants import company
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web import links

blueprint = Blueprint("message_providers", __name__)


class Part(NamedTuple):
    """The form of one transport's provider; `report_to` is the address that the provider is to call."""

    transport: Transport
    name: str
    held: Provider
    typed: Typed | Mapping[str, str]
    problems: Mapping[str, str]
    report_to: str | None


@blueprint.get("/messages")
def show() -> ResponseReturnValue:
    """By which providers the company sends."""
    return _page(_principal())


@blueprint.post("/messages/<way>")
def save(way: str) -> ResponseReturnValue:
    """Form: the fields of the transport, `seen`: the version shown. An empty secret stays what it is."""
    principal, asked = _principal(), _way_or_404(way)
    typed = Typed(request.form)
    said = {each.name: _text(typed, each) for each in _fields(asked)}
    try:
        is_changed = providers.save(asked, said, by=principal, seen=whole(typed["seen"]))
    except UnusableSettings as error:
        return _page(principal, asked, error.problems), 422
    flash(
        _("Saved. Send yourself a test message.")
        if is_changed
        else _("Nothing was changed: these settings hold already."),
        f"messages-{asked}",
    )
    return redirect(url_for("message_providers.show", _anchor=asked.value), 303)


@blueprint.post("/messages/<way>/test")
def test(way: str) -> ResponseReturnValue:
    """Form: `to`, a number or an e-mail address. It is sent by who sends messages, and the page says how."""
    principal, asked = _principal(), _way_or_404(way)
    if not providers.of_tenant(principal.tenant_id)[asked].is_set_up:
        return _page(principal, asked, {"to": _("Say first by whom to send, and save that.")}), 422
    to = testing.address_of(asked, request.form.get("to", ""))
    if to is None:
        problem = (
            _("Give a whole e-mail address, like rima@example.com.")
            if asked == Way.MAIL
            else _("Give a whole number with its country code, like +961 3 555 127.")
        )
        return _page(principal, asked, {"to": problem}), 422
    testing.ask(principal, asked, to)
    flash(
        _("The test message is on its way. Load this page again to see what became of it."), "messages-test"
    )
    return redirect(url_for("message_providers.show", _anchor=asked.value), 303)


def _principal() -> Principal:
    principal = managing_principal(marked("Settings are for managers and owners."))
    if principal.restaurants is not None:
        abort(403, _("Providers are those of all restaurants: who manages all of them sets them up."))
    return principal


def _way_or_404(text: str) -> Way:
    way = member(Way, text)
    if way is None or not _fields(way):
        abort(404)
    return way


def _fields(way: Way) -> tuple[Field, ...]:
    transport = transports.of(way)
    return transport.fields if transport else ()


def _text(typed: Typed, field: Field) -> str:
    return typed[field.name].replace("\r\n", "\n")


def _page(principal: Principal, wrong: Way | None = None, problems: Mapping[str, str] | None = None) -> str:
    held = providers.of_tenant(principal.tenant_id)
    site = site_of_house()
    whatsapp = held.get(Way.WHATSAPP)
    prefix = whatsapp.settings["prefix"] if whatsapp else ""
    return render_template(
        "messages/providers.html",
        principal=principal,
        parts=[
            _part(each, held[each.way], problems if each.way == wrong else None)
            for each in transports.known()
            if each.fields
        ],
        tests={way: testing.latest(db.session.connection(), principal.tenant_id, way) for way in Way},
        states=JobState,
        stopped=stops.number(principal.tenant_id),
        currency=company.currency_of(principal.tenant_id),
        has_links=site is not None,
        templates=json.dumps(templates.definitions(prefix, site), ensure_ascii=False, indent=1),
    )


def _part(transport: Transport, held: Provider, problems: Mapping[str, str] | None) -> Part:
    is_typed = problems is not None and "to" not in problems
    site = site_of_house() or links.site().rstrip("/")
    report_to = f"{site}/hooks/messages/{held.hook}" if held.hook and transport.way != Way.MAIL else None
    typed = Typed(request.form) if is_typed else held.shown()
    return Part(transport, _(transport.name), held, typed, problems or {}, report_to)
