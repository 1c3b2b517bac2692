"""How a refusal is shown: as a page, as a notice, or as the room words it that owns the address."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from flask import Flask, Response, abort, current_app, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from ordertrack.i18n.translate import LANGUAGES, speaking
from ordertrack.monitoring import metrics, request_log
from ordertrack.web import (
    database_problems,  # noqa: F401 (it registers)
    problem_kinds,
)
from ordertrack.web.problems import Problem, problem_of, sentence


def init_app(app: Flask) -> None:
    app.register_error_handler(Exception, _page)
    app.before_request(_refuse_nul)
    app.extensions["renderers"] = {"/": page}
    for kind in problem_kinds.KINDS:
        metrics.refusals.labels(kind)


def _refuse_nul() -> None:
    """No text in the database holds a NUL, and asking it for one is an error there."""
    if "\0" in request.path:
        abort(404)


def render_under(prefix: str, render: Callable[[Problem], Response], app: Flask) -> None:
    """Let a room word the refusals under its addresses, those included that no route of it matched."""
    app.extensions["renderers"][prefix] = render


def _page(error: Exception) -> ResponseReturnValue:
    """The error page, unless the error is an answer itself or nobody has a word for it (then it is a 500)."""
    if isinstance(error, HTTPException) and error.response is not None:
        return error.get_response()
    try:
        problem = problem_of(error)
    except Exception:
        asked = (request.method, request_log.route(), request_log.request_id())
        current_app.logger.exception("unhandled error at %s %s, request %s", *asked)
        problem = Problem(500, sentence(500))
    metrics.refusals.labels(problem.kind).inc()
    return refusal(problem)


def refusal(problem: Problem) -> Response:
    """The refusal as the room words it that owns the address asked for."""
    renderers: dict[str, Callable[[Problem], Response]] = current_app.extensions["renderers"]
    room = max((prefix for prefix in renderers if request.path.startswith(prefix)), key=len)
    return renderers[room](problem)


def rehearse(app: Flask) -> None:
    """Read whatever a refusal needs from files, so that one for want of descriptors needs none."""
    for tag, headers in itertools.product(LANGUAGES, ({}, {"HX-Request": "true"})):
        with app.test_request_context(headers=headers), speaking(tag):
            page(Problem(503, sentence(500)))


def page(problem: Problem) -> Response:
    """A refusal as a page for a person, or as a notice where htmx asked."""
    template = "shared/_notice.html" if request.headers.get("HX-Request") else "layout/error.html"
    # Without Flask's context processors: they ask the database who is signed in, and it may be what failed.
    text = current_app.jinja_env.get_template(template).render(problem=problem)
    response = make_response(text, problem.status)
    response.headers.update(problem.headers)
    return response
