"""Every refusal in one place: its status, its sentence, and the fields a program gets with it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import psycopg
from flask import Flask, Response, abort, current_app, make_response, request
from flask.typing import ResponseReturnValue
from gunicorn.http.errors import ParseException
from psycopg.errors import DiskFull, ReadOnlySqlTransaction
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from ordertrack import embedded, refusals
from ordertrack.languages import LANGUAGES, speaking
from ordertrack.languages import gettext as _
from ordertrack.live.cursor import MalformedCursor
from ordertrack.live.hub import NotAdmitted, TooManyStreams
from ordertrack.live.shares import ShareTaken
from ordertrack.logs import loggable_path
from ordertrack.orders.acts import IllegalAct
from ordertrack.orders.intake import IdempotencyKeyReused, PromiseOutOfRange, RestaurantNotFound
from ordertrack.orders.plain_text import UnusableText
from ordertrack.orders.state_machine import IllegalTransition
from ordertrack.orders.transitions import OrderMoved, OrderNotFound
from ordertrack.tenants.pins import PinLocked
from ordertrack.tenants.signed_on import PersonNeeded


@dataclass(frozen=True)
class Problem:
    """A refusal: `detail` is a sentence that says what to change; `fields` are for programs."""

    status: int
    detail: str
    fields: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """As HTTP names it, for programs."""
        return HTTPStatus(self.status).phrase

    @property
    def heading(self) -> str:
        """As people read it."""
        return refusals.heading(self.status)


class Refusal(Exception):
    """A refusal in the words of whoever raises it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


def problem_of(error: Exception) -> Problem:
    """What to answer to an error that a request ran into; re-raises what nobody has a word for."""
    match error:
        case Refusal():
            return error.problem
        case OrderNotFound():
            return Problem(404, _("There is no such order."))
        case RestaurantNotFound():
            return Problem(404, _("There is no restaurant %(name)s.", name=repr(str(error)[:60])))
        case IllegalTransition():
            moves = {"from": error.from_status, "to": error.to_status, "allowed": list(error.allowed)}
            return Problem(422, refusals.of_transition(error), moves)
        case IllegalAct():
            acts = {"act": error.act, "current": error.status, "allowed_acts": list(error.allowed)}
            return Problem(422, refusals.of_act(error), acts)
        case OrderMoved():
            return Problem(409, refusals.of_conflict(error), {"seen": error.seen, "current": error.current})
        case UnusableText():
            return Problem(422, _("The text %(problem)s.", problem=error))
        case IdempotencyKeyReused() | PromiseOutOfRange():
            return Problem(422, str(error))
        case PersonNeeded():
            return Problem(403, str(error), headers={"X-Person": "needed"})
        case PinLocked():
            return Problem(429, str(error), headers={"Retry-After": str(error.seconds)})
        case MalformedCursor():
            return Problem(400, str(error))
        case NotAdmitted():
            return Problem(404, _("There is nothing to watch here."))
        case TooManyStreams():
            return _refused_for_now(
                error, _("As many screens are connected as this server can carry. Try again in a moment.")
            )
        case ShareTaken():
            taken = {"limit": error.kind, "most": error.most}
            said = refusals.of_share(error, to_program=request.path.startswith("/api/"))
            return Problem(429, said, taken, {"Retry-After": "15"})
        case OperationalError() | InterfaceError() | InternalError() | PoolTimeout() | psycopg.Error():
            return _refused_for_now(error, _sentence_on_database(error))
        case InvalidRequestError() if "connection is closed" in str(error):  # and so was the next one
            return _refused_for_now(error, _sentence_on_database(error))
        case ParseException():
            return Problem(400, _("The body did not come in the form that its headers announce."))
        case HTTPException(code=429):
            return Problem(429, _said(error), headers={"Retry-After": "60"})
        case HTTPException(code=int(code)):
            return Problem(code, _said(error), headers=_kept_headers(error))
    raise error


def _said(error: HTTPException) -> str:
    """The sentence that it was raised with; Werkzeug's own are not made for people in a kitchen."""
    is_own = error.description == type(error).description
    return (refusals.sentence(error.code or 500) if is_own else "") or error.description or ""


def _refused_for_now(error: Exception, detail: str) -> Problem:
    current_app.logger.warning("refused for now: %s", error)
    return Problem(503, detail, headers={"Retry-After": "5"})


def _sentence_on_database(error: Exception) -> str:
    """What keeps the database from answering, and what that means; re-raises what waiting does not mend."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, ReadOnlySqlTransaction):  # a standby, or a provider's way to say that a disk is full
        return _("The database takes no changes at this moment. Nothing was changed; try again shortly.")
    if isinstance(cause, psycopg.DatabaseError) and not isinstance(cause, psycopg.OperationalError):
        raise error
    is_full = isinstance(cause, DiskFull) or _has_no_room()
    if isinstance(error, DBAPIError) and error.connection_invalidated and request.method == "POST":
        return _lost_between(is_full)
    if is_full:
        return _("The disk of the database is full. Nothing was changed; try again shortly.")
    return _("The database cannot be used at this moment. Nothing was changed; try again shortly.")


def _lost_between(is_full: bool) -> str:
    """The connection was lost between COMMIT and its answer: it may have been done."""
    if is_full:
        return _(
            "The disk of the database is full, and it broke off before it could say whether this was done."
            " Look, then try again."
        )
    return _(
        "The database cannot be used at this moment, and it broke off before it could say whether this was"
        " done. Look, then try again."
    )


def _has_no_room() -> bool:
    """Whether a full disk may be why our own database is away: then it cannot say so itself."""
    if not os.environ.get("ORDERTRACK_OWNS_DATABASE"):
        return False
    return not embedded.has_room(current_app.config["SETTINGS"].data_folder)


def _kept_headers(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}


def init_app(app: Flask) -> None:
    app.register_error_handler(Exception, _page)
    app.before_request(_refuse_nul)
    app.extensions["renderers"] = {"/": page}


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
        current_app.logger.exception("unhandled error at %s %s", request.method, loggable_path())
        problem = Problem(500, refusals.sentence(500))
    renderers: dict[str, Callable[[Problem], Response]] = current_app.extensions["renderers"]
    room = max((prefix for prefix in renderers if request.path.startswith(prefix)), key=len)
    return renderers[room](problem)


def rehearse(app: Flask) -> None:
    """Read whatever a refusal needs from files, so that one for want of descriptors needs none."""
    for tag, headers in itertools.product(LANGUAGES, ({}, {"HX-Request": "true"})):
        with app.test_request_context(headers=headers), speaking(tag):
            page(Problem(503, refusals.sentence(500)))


def page(problem: Problem) -> Response:
    """A refusal as a page for a person, or as a notice where htmx asked."""
    template = "_notice.html" if request.headers.get("HX-Request") else "error.html"
    # Without Flask's context processors: they ask the database who is signed in, and it may be what failed.
    text = current_app.jinja_env.get_template(template).render(problem=problem)
    response = make_response(text, problem.status)
    response.headers.update(problem.headers)
    return response
