"""What to answer when the database does not: whether something was done, and whether waiting helps."""

from __future__ import annotations

import os

import psycopg
from flask import current_app, request
from psycopg.errors import DiskFull, ReadOnlySqlTransaction
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ordertrack.database import embedded
from ordertrack.i18n.translate import gettext as _
from ordertrack.web.problems import Problem, problem_of, refused_for_now

DATABASE_AWAY = "database-away"
COMPANY_SUSPENDED = "company-suspended"
_SUSPENDED = "OT403"  # what the schema says, by `guard_suspended` and `guard_stream`


@problem_of.register(DatabaseError)
@problem_of.register(InterfaceError)
@problem_of.register(PoolTimeout)
@problem_of.register(psycopg.Error)
def _of_database(error: Exception) -> Problem:
    if is_for_suspension(error):
        return suspended()
    return refused_for_now(error, _sentence_on_database(error), DATABASE_AWAY)


@problem_of.register
def _of_closed_connection(error: InvalidRequestError) -> Problem:
    if not is_away(error):
        raise error
    return refused_for_now(error, _sentence_on_database(error), DATABASE_AWAY)


def is_for_suspension(error: BaseException) -> bool:
    """Whether the schema has refused to write, for the company is suspended."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) == _SUSPENDED


def suspended() -> Problem:
    """What to answer to whoever writes in a company that is suspended."""
    said = _("This company is suspended: it can be looked at, and nothing can be changed. Nothing was done.")
    return Problem(403, said, named=COMPANY_SUSPENDED)


def is_away(error: BaseException) -> bool:
    """Whether it is for want of the database, and waiting mends it."""
    if isinstance(error, InvalidRequestError):
        return "connection is closed" in str(error)
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout | psycopg.OperationalError)


def _sentence_on_database(error: Exception) -> str:
    """What keeps the database from answering, and what that means; re-raises what waiting does not mend."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, ReadOnlySqlTransaction):  # a standby, or a provider's way to say that a disk is full
        return _("The database takes no changes at this moment. Nothing was changed; try again shortly.")
    if (
        isinstance(cause, psycopg.ProgrammingError)
        and current_app.extensions["probe"].answers()[1] is not None
    ):
        # What is asked for is not there: a newer version has taken it away.
        return _(
            "This server is older than its database, and about to be replaced. Nothing was changed; try again"
            " shortly."
        )
    if isinstance(cause, psycopg.DatabaseError) and not isinstance(cause, psycopg.OperationalError):
        raise error
    is_full = isinstance(cause, DiskFull) or _has_no_room()
    if isinstance(error, DBAPIError) and error.connection_invalidated and request.method == "POST":
        return _lost_between(is_full)
    if is_full:
        return _("The disk of the database is full. Nothing was changed; try again shortly.")
    return _("The database cannot be used at this moment. Nothing was changed; try again shortly.")


def away(error: Exception) -> Problem:
    """What to answer where nothing is known but that it is away, and nothing can have been changed."""
    said = _("The database cannot be used at this moment. Nothing was changed; try again shortly.")
    return refused_for_now(error, said, DATABASE_AWAY)


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
