"""The page at /docs: open to everybody, in English as the document is."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from ordertrack.api.openapi import describe
from ordertrack.api.reference import prose
from ordertrack.api.reference.page import Page, page_of
from ordertrack.i18n.translate import SOURCE, speaking
from ordertrack.web import links
from ordertrack.web.markdown import rendered

blueprint = Blueprint("api_reference", __name__)


@blueprint.get("/docs")
def show() -> ResponseReturnValue:
    with speaking(SOURCE):
        return render_template(
            "reading/reference.html",
            page=_page(),
            begin=rendered(prose.BEGIN.replace("SITE_IS", links.site().removesuffix("/"))),
            streams=rendered(prose.STREAMS),
            refusals=rendered(prose.REFUSALS),
            words=prose.WORDS,
            groups=prose.GROUPS,
        )


def _page() -> Page:
    """Made once: calls do not change while a process runs."""
    kept = current_app.extensions
    if "api_reference" not in kept:
        kept["api_reference"] = page_of(describe())
    made: Page = kept["api_reference"]
    return made
