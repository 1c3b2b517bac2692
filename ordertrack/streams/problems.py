"""Why a stream is refused."""

from __future__ import annotations

from flask import request

from ordertrack.i18n.translate import gettext as _
from ordertrack.live.cursor import MalformedCursor
from ordertrack.live.hub import NotAdmitted, TooManyStreams
from ordertrack.live.shares import ShareTaken
from ordertrack.monitoring import metrics
from ordertrack.streams.handing import OwnerFailed, OwnerWithoutDatabase
from ordertrack.web import database_problems
from ordertrack.web.problems import Problem, problem_of, refused_for_now


@problem_of.register
def _malformed_cursor(error: MalformedCursor) -> Problem:
    return Problem(400, str(error))


@problem_of.register
def _not_admitted(error: NotAdmitted) -> Problem:
    return Problem(404, _("There is nothing to watch here."))


@problem_of.register
def _house_is_full(error: TooManyStreams) -> Problem:
    metrics.refused_streams.labels("streams").inc()
    return refused_for_now(
        error, _("As many screens are connected as this server can carry. Try again in a moment.")
    )


@problem_of.register
def _owner_failed(error: OwnerFailed) -> Problem:
    return refused_for_now(error, _("This screen cannot be connected at this moment. Try again in a moment."))


@problem_of.register
def _owner_without_database(error: OwnerWithoutDatabase) -> Problem:
    return database_problems.away(error)


@problem_of.register
def _share_taken(error: ShareTaken) -> Problem:
    metrics.refused_streams.labels(error.kind).inc()
    said = of_share(error, to_program=request.path.startswith("/api/"))
    return Problem(429, said, {"limit": error.kind, "most": error.most}, {"Retry-After": "15"})


def of_share(error: ShareTaken, *, to_program: bool) -> str:
    """The sentence for a limit that is reached; programs read "streams", people "screens"."""
    if to_program:
        return f"As many streams as may be are open here at once: {error.most}. Close one, then try again."
    return _(
        "As many screens as may be are open here at once: %(most)s. Close one, then try again.",
        most=error.most,
    )
