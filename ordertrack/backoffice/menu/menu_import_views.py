"""The page on which a menu is imported from a file: what would come of it first, then the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from ordertrack.backoffice.menu import menu_wording
from ordertrack.backoffice.menu.menu_access import menu_principal
from ordertrack.i18n.form_fields import whole
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.menu import files, importing
from ordertrack.menu.csv_table import UnusableFile, decoded
from ordertrack.menu.differences import Difference
from ordertrack.menu.editing import MenuChanged
from ordertrack.tenants.principal import Principal
from ordertrack.web.bodies import LARGEST_MENU
from ordertrack.web.problems import problem_of

blueprint = Blueprint("menu_import", __name__)


@blueprint.get("/menu/import")
def show() -> ResponseReturnValue:
    """The form to choose a file on, and what a file says."""
    return _page(menu_principal())


@blueprint.post("/menu/import")
def upload() -> ResponseReturnValue:
    """Form: `file`, answered by what would come of it; or `content`, its text again, with `seen`, the menu's
    version that this was said of: then it is saved."""
    request.max_content_length = request.max_form_memory_size = LARGEST_MENU
    principal = menu_principal()
    try:
        uploaded = request.files.get("file")
        content = request.form.get("content", "").encode() if uploaded is None else uploaded.read()
    except RequestEntityTooLarge:
        said = _("The file is too large: a menu has up to %(most)s KB.", most=number(LARGEST_MENU // 1024))
        return _page(principal, problem=said), 413
    if not content.strip():
        return _page(principal, problem=_("Choose a file first: CSV or JSON.")), 422
    try:
        if uploaded is None:
            return _save(principal, content)
        return _page(principal, difference=importing.preview(content, principal.tenant_id), content=content)
    except UnusableFile as error:
        return _page(principal, wrong=error), 422


def _save(principal: Principal, content: bytes) -> ResponseReturnValue:
    seen = whole(request.form.get("seen", ""))
    try:
        difference = importing.save(content, by=principal, seen=-1 if seen is None else seen)
    except MenuChanged as error:
        again = importing.preview(content, principal.tenant_id)
        said = problem_of(error).detail
        return _page(principal, problem=said, difference=again, content=content), 409
    flash(_in_words(difference), "menu")
    return redirect(url_for("menu.show"), 303)


def _in_words(difference: Difference) -> str:
    if not difference:
        return _("Nothing was changed: the menu is as the file says already.")
    return _(
        "Imported. Added: %(added)s, changed: %(changed)s, withdrawn: %(withdrawn)s, unchanged: %(rest)s.",
        added=number(len(difference.added)),
        changed=number(len(difference.changed)),
        withdrawn=number(len(difference.withdrawn)),
        rest=number(difference.unchanged),
    )


def _page(
    principal: Principal,
    *,
    problem: str | None = None,
    wrong: UnusableFile | None = None,
    difference: Difference | None = None,
    content: bytes = b"",
) -> str:
    return render_template(
        "backoffice/menu_import.html",
        principal=principal,
        problem=problem,
        wrong=wrong and files.told(wrong),
        difference=difference,
        content=decoded(content) if content else "",
        largest=LARGEST_MENU // 1024,
        **_words(principal, difference),
    )


def _words(principal: Principal, difference: Difference | None) -> Mapping[str, Any]:
    facts = importing.facts_of(principal.tenant_id)
    words = {"currency": facts.currency, "spoken": facts.languages}
    if difference is None:
        return words
    changes = partial(
        menu_wording.changes, before=difference.before, after=difference.after, currency=facts.currency
    )
    return {**words, "changes": changes, "price": partial(menu_wording.price, currency=facts.currency)}
