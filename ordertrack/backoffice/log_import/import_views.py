"""The page on which a log from elsewhere is uploaded, looked at, corrected, and written as history."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from ordertrack.backoffice.log_import import kept_logs, said_choices
from ordertrack.backoffice.log_import.models import LogImport, LogState
from ordertrack.i18n import time_zones
from ordertrack.i18n.form_fields import whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, number
from ordertrack.importing.logged_order import FAULTS
from ordertrack.importing.moments import DateOrder
from ordertrack.importing.roles import ROLES
from ordertrack.importing.source import ENCODINGS
from ordertrack.orders.placing.intake import QuotaReached
from ordertrack.restaurants import cache
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants import quotas
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.signing_in.sign_in import managing_principal
from ordertrack.web.bodies import LARGEST_LOG

blueprint = Blueprint("log_import", __name__)

LONGEST_NAME = 100
MEANINGS = {
    "order": marked("the order’s number"),
    "restaurant": marked("its restaurant"),
    "placed": marked("when it came in"),
    "confirmed": marked("when it was confirmed"),
    "preparing": marked("when the kitchen began"),
    "ready": marked("when it was ready"),
    "delivering": marked("when it left the house"),
    "completed": marked("when it was handed over"),
    "cancelled": marked("when it was cancelled"),
    "at": marked("when the row’s status began"),
    "date": marked("the day of times without one"),
    "status": marked("its status"),
    "reason": marked("why it was cancelled"),
    "fulfilment": marked("delivery, pickup or at the table"),
    "items": marked("its dishes"),
    "quantity": marked("how many of the dish"),
    "timezone": marked("the time zone of the row"),
}
TOLD_BY = {
    "mapping": marked("as you said"),
    "name": marked("by its name"),
    "content": marked("by what stands in it"),
}


@blueprint.get("/import")
def show() -> ResponseReturnValue:
    """The form to choose a file on, and the files of the last days."""
    return _first_page(_principal())


@blueprint.post("/import")
def upload() -> ResponseReturnValue:
    """Form: `file`; it is kept and looked at, and its own page says what was understood."""
    request.max_content_length = request.max_form_memory_size = LARGEST_LOG
    principal = _principal()
    try:
        uploaded = request.files.get("file")
        content = b"" if uploaded is None else uploaded.read()
    except RequestEntityTooLarge:
        said = _("The file is too large: %(most)s MB are the most. Pack it (.gz), or split it by months.",
                 most=number(LARGEST_LOG >> 20))  # fmt: skip
        return _first_page(principal, said), 413
    if uploaded is None or not content.strip():
        return _first_page(principal, _("Choose a file first: a table (CSV).")), 422
    if quotas.of_tenant(principal.tenant_id).is_storage_full:
        raise QuotaReached(None, 3600)
    name = "".join(each for each in PurePath(uploaded.filename or "").name if each.isprintable())
    made = kept_logs.keep(name[-LONGEST_NAME:] or "log.csv", content, principal)
    return redirect(url_for("log_import.one", log_id=made), 303)


@blueprint.get("/import/<uuid:log_id>")
def one(log_id: uuid.UUID) -> ResponseReturnValue:
    """What was understood of a file, or how far its writing is."""
    principal = _principal()
    return _page(principal, _kept(principal, log_id))


@blueprint.post("/import/<uuid:log_id>/choices")
def choose(log_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `column-<n>` (what a column means), `encoding`, `dates`, `unit`, `first_day`, `zone`,
    `restaurant-<n>` with `zone-<n>` (of one restaurant's), `fulfilment`, `restaurant`, `leave_open`; the file
    is looked at again."""
    principal = _principal()
    kept = _kept(principal, log_id)
    names = [each["name"] for each in _distinct(kept)]
    slugs = {each.slug for each in cache.of_tenant(principal.tenant_id)}
    said, problems = said_choices.from_form(request.form, names, slugs)
    if problems:
        return _page(principal, kept, said, problems), 422
    if not kept_logs.choose(log_id, said, principal):
        return _page(principal, kept, problem=_("It is being written already.")), 409
    return redirect(url_for("log_import.one", log_id=log_id), 303)


@blueprint.post("/import/<uuid:log_id>/write")
def write(log_id: uuid.UUID) -> ResponseReturnValue:
    """Form: `seen`, which look at the file was shown. It is written as it was shown."""
    principal = _principal()
    kept = _kept(principal, log_id)
    if kept.preview is None or kept.preview["questions"] or not kept.preview["orders"]:
        return _page(principal, kept, problem=_("Answer what is asked first.")), 422
    seen = whole(request.form.get("seen", ""))
    if not kept_logs.begin_writing(log_id, -1 if seen is None else seen, principal):
        kept = _kept(principal, log_id)
        if kept.state in (LogState.READING, LogState.SHOWN):
            said = _("It was looked at anew meanwhile: see what was understood.")
            return _page(principal, kept, problem=said), 409
    return redirect(url_for("log_import.one", log_id=log_id), 303)


@blueprint.post("/import/<uuid:log_id>/drop")
def drop(log_id: uuid.UUID) -> ResponseReturnValue:
    """Forget a file that is not to be written."""
    principal = _principal()
    kept_logs.drop(_kept(principal, log_id).id, principal)
    return redirect(url_for("log_import.show"), 303)


def _principal() -> Principal:
    principal = managing_principal(marked("Managers and owners import orders."))
    if principal.restaurants is not None:
        abort(403, _("A file may be of all restaurants: who manages all of them imports it."))
    return principal


def _kept(principal: Principal, log_id: uuid.UUID) -> LogImport:
    found = kept_logs.of_id(principal.tenant_id, log_id)
    if found is None:
        abort(404)
    return found


def _distinct(kept: LogImport) -> list[dict[str, Any]]:
    """The columns of the preview, each once: one may mean two things."""
    columns = kept.preview["columns"] if kept.preview else []
    return list({each["name"]: each for each in reversed(columns)}.values())[::-1]


def _zoned(kept: LogImport) -> list[dict[str, Any]]:
    """The restaurants whose zones can be typed: none where all orders are of one."""
    if kept.preview is None or kept.choices.get("restaurant"):
        return []
    restaurants: list[dict[str, Any]] = kept.preview["restaurants"]
    return [each for each in restaurants if each["name"]][: said_choices.MOST_RESTAURANTS]


def _first_page(principal: Principal, problem: str | None = None) -> str:
    return render_template(
        "backoffice/log_imports.html",
        principal=principal,
        problem=problem,
        logs=kept_logs.latest(principal.tenant_id),
        largest=LARGEST_LOG >> 20,
        states=_states(),
    )


def _states() -> dict[str, str]:
    return {
        LogState.READING: _("is being read"),
        LogState.SHOWN: _("waits for you"),
        LogState.UNUSABLE: _("cannot be read"),
        LogState.WRITING: _("is being written"),
        LogState.WRITTEN: _("written"),
    }


def _page(
    principal: Principal,
    kept: LogImport,
    typed: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    *,
    problem: str | None = None,
) -> str:
    return render_template(
        "backoffice/log_import.html",
        principal=principal,
        kept=kept,
        preview=kept.preview,
        columns=_distinct(kept),
        zoned=_zoned(kept),
        typed=typed if typed is not None else kept.choices,
        problems=problems or {},
        problem=problem or kept.problem,
        is_under_way=kept.state in (LogState.READING, LogState.WRITING),
        meanings={role: _(MEANINGS[role]) for role in ROLES},
        told_by={how: _(said) for how, said in TOLD_BY.items()},
        faults={fault.value: _(said) for fault, said in FAULTS.items()},
        encodings=ENCODINGS,
        date_orders={DateOrder.DAY_FIRST: _("Day first"), DateOrder.MONTH_FIRST: _("Month first")},
        units={"seconds": _("seconds"), "minutes": _("minutes"), "hours": _("hours")},
        fulfilments=list(Fulfilment),
        restaurants=cache.of_tenant(principal.tenant_id),
        time_zones=time_zones.offered(),
    )
