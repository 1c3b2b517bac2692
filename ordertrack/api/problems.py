"""Refusals as documents for programs: application/problem+json of RFC 9457."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice

from flask import Response, request
from flask.blueprints import BlueprintSetupState
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ordertrack.web import errors, links
from ordertrack.web.database_problems import DATABASE_AWAY
from ordertrack.web.problems import Problem, Refusal

MOST_TOLD = 20  # a body can be wrong in thousands of places; the first few say enough
_LONGEST_FIELD = 100
_COMES_BACK_AFTER = (2000, 6000)  # milliseconds


def register(state: BlueprintSetupState) -> None:
    """Answer every error under /api/, unknown addresses too, with a document."""
    errors.render_under("/api/", document, state.app)  # type: ignore[arg-type]
    errors.render_under(f"{state.url_prefix}/stream", _of_stream, state.app)  # type: ignore[arg-type]


def document(problem: Problem) -> Response:
    """The problem as a program reads it."""
    # Where the name asked for is not ours, nothing is to be led there.
    site = "/" if problem.status == HTTPStatus.MISDIRECTED_REQUEST else links.site()
    said = {
        "type": f"{site}problems/{problem.kind}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.fields,
    }
    response = Response(json.dumps(said), problem.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(problem.headers)
    return response


def _of_stream(problem: Problem) -> Response:
    """As any, but for the database's being away: an EventSource that is refused does not come back by itself.

    It is let in to nothing, and told when to come again: not all at once.
    """
    if problem.kind != DATABASE_AWAY or request.method != "GET" or request.endpoint != "api.stream":
        return document(problem)
    wait = random.randint(*_COMES_BACK_AFTER)  # noqa: S311 (a spread, not a secret)
    # No empty line after it: a client that takes it for an event without id would forget where it stood.
    response = Response(f"retry: {wait}\n", content_type="text/event-stream; charset=utf-8")
    response.headers.update({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    return response


def refusal_of(error: ValidationError, status: int) -> Refusal:
    """What to answer when what came in does not fit its model; `status` unless it is no JSON at all."""
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        reason = found[0]["msg"].removeprefix("Invalid JSON: ")
        return Refusal(
            Problem(400, f"The body is not valid JSON: {reason}. Send one JSON object, encoded in UTF-8.")
        )
    return refusal(((_field(detail), _problem(detail)) for detail in _innermost(found)), status)


def refusal(problems: Iterable[tuple[str, str]], status: int) -> Refusal:
    """What to answer when these fields, one at least, have these problems."""
    told = [
        {"field": field[:_LONGEST_FIELD], "problem": problem}
        for field, problem in islice(problems, MOST_TOLD)
    ]
    sentence = f"{told[0]['field']}: {told[0]['problem']}. Correct this"
    if len(told) > 1:
        sentence += " and what else stands in errors"
    return Refusal(Problem(status, f"{sentence}, and send it again.", {"errors": told}))


def _innermost(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what follows from an error further in: a list is not too short because its items are wrong."""
    around = {detail["loc"][:depth] for detail in found for depth in range(len(detail["loc"]))}
    return [detail for detail in found if detail["loc"] not in around]


def _field(detail: ErrorDetails) -> str:
    """Where it is, like `items.0.quantity`."""
    return ".".join(str(step) for step in detail["loc"]) or "body"


def _problem(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is not known here; check its spelling or leave it out"
        case "union_tag_not_found":
            return f"has no {_asked_of(detail)[0]}, which says what it is"
        case "union_tag_invalid":
            return "has in {} none of {}".format(*_asked_of(detail))
        case "too_short":
            return f"must have {detail['ctx']['min_length']} or more"
        case "too_long":
            return f"must have {detail['ctx']['max_length']} at most"
    message = detail["msg"].removeprefix("Value error, ")
    return message[0].lower() + message[1:]


def _asked_of(detail: ErrorDetails) -> tuple[str, str]:
    """The field that tells one kind from another, and what it may say."""
    context = detail["ctx"]
    return context["discriminator"].replace("'", "`"), context.get("expected_tags", "").replace("'", "`")
