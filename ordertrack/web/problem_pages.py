"""What a kind of refusal means: the page at the address that stands in a problem's `type`."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from ordertrack.web.problem_kinds import KINDS

blueprint = Blueprint("problem_pages", __name__)


@blueprint.get("/problems/<kind>")
def show(kind: str) -> ResponseReturnValue:
    if kind not in KINDS:
        abort(404)
    return render_template("layout/problem.html", kind=KINDS[kind])
