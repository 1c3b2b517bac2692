"""The pages on which managers connect shops and platforms, and see what came and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.zones import zone_of
from ordertrack.channels import connection_form, connections, payloads, registry, telling, wording
from ordertrack.channels.connections import LONGEST_NAME, NoSuchConnection
from ordertrack.channels.fields import Field, Kind
from ordertrack.channels.interface import Channel
from ordertrack.channels.models import ChannelConnection, ChannelPayload
from ordertrack.channels.payloads import A_PAGE, NoSuchPayload, Outcome
from ordertrack.database.session import db
from ordertrack.following import housekeeping
from ordertrack.i18n import labels
from ordertrack.i18n.form_fields import Typed, member
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import cache
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web import links

blueprint = Blueprint("channels", __name__)
_CONNECTION = "/channels/connections/<uuid:connection_id>"
_PAYLOAD = f"{_CONNECTION}/payloads/<uuid:payload_id>"


@blueprint.get("/channels")
def show() -> ResponseReturnValue:
    """The connections that the asker may see to, and what can be connected."""
    principal = managing_principal()
    rows = connections.of_asker(principal)
    return render_template(
        "channels/channels.html",
        principal=principal,
        connections=rows,
        channels=registry.every(),
        names={str(each.id): each.name for each in cache.of_tenant(principal.tenant_id)},
        kept=wording.kept,
        zone=zone_of(principal.tenant_id),
    )


@blueprint.route("/channels/new/<channel>", methods=["GET", "POST"])
def connect(channel: str) -> ResponseReturnValue:
    """Form: `name`, `restaurant` (ids), `branch-<id>`, and the channel's own fields."""
    principal = managing_principal()
    kind = registry.find(channel)
    if kind is None:
        abort(404, _("There is no such shop or platform."))
    if request.method != "POST":
        return _form(principal, kind, connection_form.filled_in(kind, None, principal))
    typed = Typed(request.form)
    try:
        made = connections.make(kind, connection_form.read(kind, typed, principal, None), by=principal)
    except UnusableSettings as error:
        db.session.rollback()
        return _form(principal, kind, typed, error.problems), 422
    flash(_("“%(name)s” is saved.", name=made.name), _SAID)
    return redirect(url_for("channels.connection", connection_id=made.id, new="1"), 303)


@blueprint.route(f"{_CONNECTION}/settings", methods=["GET", "POST"])
def settings(connection_id: uuid.UUID) -> ResponseReturnValue:
    """Form: as of a new one, with the `seen` version; a secret that is left empty stays as it is."""
    principal = managing_principal()
    row = _find(principal, connection_id, is_to_change=request.method == "POST")
    kind = _kind(row)
    if request.method != "POST":
        return _form(principal, kind, connection_form.filled_in(kind, row, principal), row=row)
    typed = Typed(request.form)
    try:
        connections.change(row, connection_form.read(kind, typed, principal, row), by=principal)
    except UnusableSettings as error:
        db.session.rollback()
        return _form(principal, kind, typed, error.problems, row), 422
    flash(_("Saved."), _SAID)
    return redirect(url_for("channels.connection", connection_id=row.id), 303)


@blueprint.get(_CONNECTION)
def connection(connection_id: uuid.UUID) -> ResponseReturnValue:
    """Its address, whether it works, and what came by it. Query: `outcome`, `before` (an id), `new`."""
    principal = managing_principal()
    row = _find(principal, connection_id)
    outcome = member(Outcome, request.args.get("outcome", ""))
    before = _id(request.args.get("before", ""))
    found = payloads.newest(row, outcome.value if outcome else None, before)
    last = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    kind = registry.find(row.channel)
    steps = kind.steps if kind is not None and not payloads.was_called(row) else ()
    made = connections.made_secrets(row) if steps else {}
    return render_template(
        "channels/connection.html",
        principal=principal,
        row=row,
        channel=kind,
        address=_address(row, kind),
        is_within=links.are_within(),
        steps=steps,
        made_secrets=[(each, made[each.name]) for each in (kind.fields if kind else ()) if each.name in made],
        payloads=found[:A_PAGE],
        told=telling.newest(row) if before is None else [],
        told_words=wording.TOLD,
        status=lambda job: labels.status(OrderStatus(job.payload["to"])),
        older=last and url_for(".connection", connection_id=row.id, outcome=outcome, before=last),
        is_first=before is None,
        is_new="new" in request.args,
        outcome=outcome or "",
        outcomes=wording.OUTCOMES,
        said=wording.said,
        kept=wording.kept,
        names={str(each.id): each.name for each in cache.of_tenant(principal.tenant_id)},
        days=housekeeping.days_of("channel_payloads"),
        zone=zone_of(principal.tenant_id),
    )


@blueprint.post(f"{_CONNECTION}/<any(pause, resume, end, test):deed>")
def do(connection_id: uuid.UUID, deed: str) -> ResponseReturnValue:
    """Pause it, go on with it, end it, or have somebody try whether the peer can be reached."""
    principal = managing_principal()
    row = _find(principal, connection_id, is_to_change=True)
    name = row.name
    if deed == "end":
        connections.end(row, by=principal)
        flash(_("“%(name)s” has ended: nothing comes by it any more.", name=name), _SAID)
        return redirect(url_for("channels.show"), 303)
    if deed == "test":
        telling.ask_test(row)
        flash(_("It is being tried: load this page again in a moment to see what came of it."), _TRIED)
    else:
        connections.pause(row, by=principal, is_paused=deed == "pause")
    return redirect(url_for("channels.connection", connection_id=row.id), 303)


@blueprint.get(_PAYLOAD)
def payload(connection_id: uuid.UUID, payload_id: uuid.UUID) -> ResponseReturnValue:
    """One payload as it came, and what became of it."""
    principal = managing_principal()
    row = _find(principal, connection_id)
    found = _payload(row, payload_id)
    return render_template(
        "channels/payload.html",
        principal=principal,
        row=row,
        payload=found,
        text=found.body.decode("utf-8", "replace"),
        outcomes=wording.OUTCOMES,
        said=wording.said,
        zone=zone_of(principal.tenant_id),
    )


@blueprint.post(f"{_PAYLOAD}/again")
def play_again(connection_id: uuid.UUID, payload_id: uuid.UUID) -> ResponseReturnValue:
    """Read it once more, by the settings and the mapping of now."""
    principal = managing_principal()
    row = _find(principal, connection_id)
    found = _payload(row, payload_id)
    if row.paused_at is not None:
        flash(_("The connection pauses: it goes on with this one when you go on with it."), _SAID)
    else:
        outcome = payloads.settle(row, _kind(row), found.id)
        flash(_("Played again: %(outcome)s.", outcome=_(wording.OUTCOMES[outcome])), _SAID)
    return redirect(url_for("channels.payload", connection_id=row.id, payload_id=payload_id), 303)


def _find(principal: Principal, connection_id: uuid.UUID, *, is_to_change: bool = False) -> ChannelConnection:
    try:
        return connections.find(principal, connection_id, is_to_change=is_to_change)
    except NoSuchConnection:
        abort(404, _("There is no such connection, or it has ended already."))


def _payload(row: ChannelConnection, payload_id: uuid.UUID) -> ChannelPayload:
    try:
        return payloads.find(row, payload_id)
    except NoSuchPayload:
        abort(404, _("Nothing is kept of it any more."))


def _kind(row: ChannelConnection) -> Channel:
    kind = registry.find(row.channel)
    if kind is None:
        abort(404, _("There is no such shop or platform."))
    return kind


def _address(row: ChannelConnection, kind: Channel | None) -> str:
    """What the peer calls."""
    path = url_for("channel_calls.receive", code=connections.code_of(row), rest=kind.path if kind else "")
    return links.site().removesuffix("/") + path


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _form(
    principal: Principal,
    kind: Channel,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
    row: ChannelConnection | None = None,
) -> str:
    problems = problems or {}
    rare = [each for each in kind.fields if each.is_rare]
    is_said = any(
        problems.get(each.name) or (each.kind != Kind.SECRET and typed.every(each.name) != _first(each))
        for each in rare
    )
    return render_template(
        "channels/form.html",
        principal=principal,
        channel=kind,
        rare=rare,
        opens_rare=is_said,
        row=row,
        typed=typed,
        problems=problems,
        restaurants=connection_form.offered(principal),
        kept_secrets=connections.kept_secrets(row) if row is not None else (),
        longest_name=LONGEST_NAME,
    )


def _first(field: Field) -> list[str]:
    """What a form has of it that nobody has changed."""
    return field.first if isinstance(field.first, list) else [field.first]


_SAID = "channels"
_TRIED = "channels-tried"
