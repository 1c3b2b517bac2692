"""The pages of webhooks: the endpoints, and one with what it answered lately."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.backoffice.zones import zone_of
from ordertrack.database.session import db
from ordertrack.following import jobs
from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import gettext as _
from ordertrack.live.cursor import Cursor, MalformedCursor
from ordertrack.orders.log import event_log
from ordertrack.restaurants.versioned import UnusableSettings, refuse
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.webhooks import deliveries, endpoints, form, replaying, testing, wording
from ordertrack.webhooks.kinds import STATUSES, TEST
from ordertrack.webhooks.models import Endpoint

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")


class Shown(NamedTuple):
    """An endpoint's secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The endpoints that the asker may see to: where, of what, and how each stands."""
    return _list(managing_principal())


@blueprint.post("")
def make() -> ResponseReturnValue:
    """Form: `url`, `kind` (several), `restaurant` (slugs; none: all)."""
    principal = managing_principal()
    try:
        wanted = form.read(Typed(request.form), principal)
        made = endpoints.make(principal, *wanted)
    except UnusableSettings as error:
        return _list(principal, error.problems), 422
    except endpoints.TooMany:
        said = _("There are %(most)s already: end one that is not needed.", most=endpoints.MOST)
        return _list(principal, {"url": said}), 422
    return _list(principal, shown=Shown(*made))


@blueprint.get("/<uuid:endpoint_id>")
def one(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """One endpoint: what it is told of, and what it answered lately."""
    principal = managing_principal()
    return _page(principal, _find(principal, endpoint_id))


@blueprint.post("/<uuid:endpoint_id>")
def change(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Form: as for `make`, and `seen`, the version that was shown."""
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    try:
        wanted = form.read(Typed(request.form), principal)
        _refuse_stale(endpoint)
    except UnusableSettings as error:
        return _page(principal, endpoint, error.problems), 422
    endpoints.change(endpoint, principal, *wanted)
    return _done(endpoint, _("Saved."))


@blueprint.post("/<uuid:endpoint_id>/rotate")
def rotate(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Another secret; the one of before is good for a day beside it. Form: `seen`."""
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    try:
        _refuse_stale(endpoint)
    except UnusableSettings as error:
        return _page(principal, endpoint, error.problems), 422
    return _page(principal, endpoint, shown=Shown(endpoint, endpoints.rotate(endpoint, principal)))


@blueprint.post("/<uuid:endpoint_id>/disable")
def disable(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    endpoints.disable(endpoint, principal)
    return _done(endpoint, _("It is told nothing until it is enabled."))


@blueprint.post("/<uuid:endpoint_id>/enable")
def enable(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    endpoints.enable(endpoint, principal)
    return _done(endpoint, _("It is told what happens from now on."))


@blueprint.post("/<uuid:endpoint_id>/end")
def end(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    endpoints.end(endpoint, principal)
    flash(_("%(host)s is told nothing any more.", host=endpoints.host_of(endpoint.url)), "webhooks")
    return redirect(url_for("webhooks.show"), 303)


@blueprint.post("/<uuid:endpoint_id>/again")
def send_again(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `seq`, the entry of the log that it is told of again."""
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    _refuse_disabled(endpoint)
    seq = _whole(request.form.get("seq", ""))
    if seq is None or not replaying.send_again(endpoint, seq):
        abort(404, _("There is no such event."))
    return _done(endpoint, _("It is sent again now."))


@blueprint.post("/<uuid:endpoint_id>/test")
def test(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Send a test message, once."""
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    _refuse_disabled(endpoint)
    testing.send(endpoint)
    flash(_("A test is on its way: load this page again in a moment to see the answer."), "webhook-test")
    return redirect(url_for("webhooks.one", endpoint_id=endpoint.id), 303)


@blueprint.post("/<uuid:endpoint_id>/replay")
def replay(endpoint_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `after`, a cursor of this company's log; nothing for its beginning."""
    principal = managing_principal()
    endpoint = _find(principal, endpoint_id)
    _refuse_disabled(endpoint)
    try:
        after = _place(principal, request.form.get("after", "").strip())
    except UnusableSettings as error:
        return _page(principal, endpoint, error.problems), 422
    replaying.replay(endpoint, after)
    return _done(endpoint, _("Everything since then is being sent again."))


def _find(principal: Principal, endpoint_id: uuid.UUID) -> Endpoint:
    try:
        return endpoints.find(principal, endpoint_id)
    except endpoints.NoSuchEndpoint:
        abort(404, _("There is no such endpoint, or it was ended."))


def _refuse_stale(endpoint: Endpoint) -> None:
    if request.form.get("seen") != str(endpoint.version):
        refuse({"seen": _("Somebody else changed this meanwhile: look, and try again.")})


def _refuse_disabled(endpoint: Endpoint) -> None:
    if endpoint.disabled_at is not None:
        abort(409, _("It is disabled: enable it first."))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _place(principal: Principal, said: str) -> int:
    """How far into the log a cursor is; raises UnusableSettings."""
    if not said:
        return 0
    head = event_log.head(principal.tenant_id)
    try:
        cursor = Cursor.parse(said)
    except MalformedCursor:
        said = _("Write it as your program shows it, such as %(example)s.", example=str(head))
        raise UnusableSettings({"after": said}) from None
    if cursor.epoch != head.epoch or cursor.seq > head.seq:
        refuse({"after": _("There is no such event here.")})
    return cursor.seq


def _done(endpoint: Endpoint, said: str) -> ResponseReturnValue:
    flash(said, "webhook")
    return redirect(url_for("webhooks.one", endpoint_id=endpoint.id), 303)


def _list(principal: Principal, problems: Mapping[str, str] | None = None, shown: Shown | None = None) -> str:
    return render_template(
        "webhooks/list.html",
        endpoints=endpoints.of(principal),
        newest=deliveries.latest_of_each(principal.tenant_id),
        **_values(principal, problems, shown),
    )


def _page(
    principal: Principal,
    endpoint: Endpoint,
    problems: Mapping[str, str] | None = None,
    shown: Shown | None = None,
) -> str:
    head = event_log.head(principal.tenant_id)
    return render_template(
        "webhooks/one.html",
        endpoint=endpoint,
        deliveries=deliveries.latest(principal.tenant_id, endpoint.id),
        waiting=jobs.count_open(db.session.connection(), principal.tenant_id, endpoint.destination),
        previous_until=endpoints.previous_until(principal.tenant_id).get(endpoint.id),
        cursor_before=lambda seq: str(Cursor(head.epoch, seq - 1)),
        example=str(head),
        **_values(principal, problems, shown),
    )


def _values(principal: Principal, problems: Mapping[str, str] | None, shown: Shown | None) -> dict[str, Any]:
    restaurants = form.restaurants(principal)
    return {
        "principal": principal,
        "problems": problems or {},
        "typed": Typed(request.form),
        "shown": shown,
        "kinds": wording.kinds(),
        "statuses": STATUSES,
        "restaurants": restaurants,
        "names": {each.id: each.name for each in restaurants},
        "is_for_all": principal.restaurants is None,
        "told_of": wording.told_of,
        "why_disabled": wording.why_disabled,
        "answered": wording.answered,
        "kind_said": wording.kind,
        "test_kind": TEST,
        "host_of": endpoints.host_of,
        "zone": zone_of(principal.tenant_id),
    }
