"""The guide for a restaurant, as a page: docs/GUIDE.<language>.md in the language of its reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from ordertrack.database.config import ROOT
from ordertrack.i18n.translate import current
from ordertrack.web import markdown

blueprint = Blueprint("guide", __name__)
_STATIC = "../static/"


@blueprint.get("/help")
def show() -> ResponseReturnValue:
    text = (ROOT / "docs" / f"GUIDE.{current().locale.language}.md").read_text()
    (title, _), *sections = markdown.headings(text)
    return render_template(
        "reading/guide.html", title=title, sections=sections, text=markdown.rendered(text, _address)
    )


def _address(picture: str) -> str:
    """Of a picture that stands in the text as it lies beside it."""
    static_url = cast(Callable[[str], str], current_app.jinja_env.globals["static_url"])
    return static_url(picture.removeprefix(_STATIC))
