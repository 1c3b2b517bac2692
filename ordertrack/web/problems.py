"""What is refused: its status, its sentence, and the fields that a program gets with it.

Each room registers what becomes of its own exceptions: `@problem_of.register`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch
from http import HTTPStatus
from typing import Any

from flask import current_app
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from ordertrack.i18n.plain_text import UnusableText
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.web import problem_kinds

_HEADINGS = {
    401: marked("Signed out"),
    403: marked("Not for you"),
    404: marked("Not found"),
    422: marked("Not accepted"),
    429: marked("Too often"),
    503: marked("Not at this moment"),
}
_ANY_OTHER = marked("Something went wrong")
_SENTENCES = {
    400: marked("That could not be understood. Open the page anew and try again."),
    403: marked("This is not for you."),
    404: marked("There is no such page. It may have moved, or its address was not copied whole."),
    405: marked("This address does not do what was asked of it."),
    408: marked("The request did not arrive whole in time. Send it again."),
    413: marked("That is too much at once. Send less."),
    414: marked("The address is too long. Ask for less at once."),
    415: marked("That came in a form that is not read here."),
    417: marked("The header Expect asks for something that is not done here. Leave it out."),
    431: marked("The headers are too large, or too many. Send less of them."),
    500: marked("Something went wrong on our side. It was noted down; try again."),
    501: marked("The body comes in a coding that is not known here. Send it plain."),
    503: marked("More is asked for at once than can be answered at this moment. Try again in a moment."),
}


def heading(status: int) -> str:
    """The title of the page that refuses with this HTTP status."""
    return _(_HEADINGS.get(status, _ANY_OTHER))


def sentence(status: int) -> str:
    """What to say to an HTTP status that nobody gave a sentence to; empty if there is nothing to say."""
    return _(_SENTENCES[status]) if status in _SENTENCES else ""


@dataclass(frozen=True)
class Problem:
    """A refusal: `detail` is a sentence that says what to change; `fields` are for programs.

    `named` is its kind, where there are several of this status.
    """

    status: int
    detail: str
    fields: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    named: str | None = None

    @property
    def kind(self) -> str:
        """Under which name its meaning is explained."""
        return self.named or problem_kinds.of_status(self.status)

    @property
    def title(self) -> str:
        """As HTTP names it, for programs."""
        return HTTPStatus(self.status).phrase

    @property
    def heading(self) -> str:
        """As people read it."""
        return heading(self.status)


class Refusal(Exception):
    """A refusal in the words of whoever raises it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


@singledispatch
def problem_of(error: Exception) -> Problem:
    """What to answer to an error that a request ran into; re-raises what no room has registered."""
    raise error


def refused_for_now(error: Exception, detail: str, named: str | None = None) -> Problem:
    """A refusal that waiting may mend; what it was is logged."""
    current_app.logger.warning("refused for now: %s", error)
    return Problem(503, detail, headers={"Retry-After": "5"}, named=named)


@problem_of.register
def _of_refusal(error: Refusal) -> Problem:
    return error.problem


@problem_of.register
def _of_text(error: UnusableText) -> Problem:
    return Problem(422, _("The text %(problem)s.", problem=error))


@problem_of.register
def _of_body(error: ParseException) -> Problem:
    return Problem(400, _("The body did not come in the form that its headers announce."))


@problem_of.register
def _of_http(error: HTTPException) -> Problem:
    if error.code is None:
        raise error
    if error.code == HTTPStatus.TOO_MANY_REQUESTS:
        return Problem(429, _said(error), headers={"Retry-After": "60"})
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(error.code, _said(error), headers=kept)


def _said(error: HTTPException) -> str:
    """The sentence that it was raised with; Werkzeug's own are not made for people in a kitchen."""
    is_own = error.description == type(error).description
    return (sentence(error.code or 500) if is_own else "") or error.description or ""
