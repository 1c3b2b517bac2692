"""The language of a device: chosen from a menu on every page, kept in a cookie of that device."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from ordertrack.i18n.translate import COOKIE, LANGUAGES
from ordertrack.i18n.translate import gettext as _
from ordertrack.web.redirects import local_path

blueprint = Blueprint("language_menu", __name__)
KEPT_FOR = dt.timedelta(days=365)


@blueprint.post("/language")
def choose() -> ResponseReturnValue:
    """Form: `language`, a tag; `next`, the page to go back to."""
    tag = request.form.get("language", "")
    if tag not in LANGUAGES:
        abort(422, _("That language is not spoken here. Choose one from the menu."))
    answer = redirect(local_path(request.form.get("next")) or url_for("overview.home"))
    remember(answer, tag)
    return answer


def remember(answer: BaseResponse, tag: str) -> None:
    """Have the device that gets this answer speak the language of this tag from now on."""
    answer.set_cookie(COOKIE, tag, max_age=KEPT_FOR, secure=request.is_secure, httponly=True, samesite="Lax")
