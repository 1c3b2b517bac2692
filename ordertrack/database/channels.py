"""The channels on which processes and hosts are told, what their payloads say, and what carries it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Protocol

import structlog
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

EVENTS_CHANNEL = "ordertrack_events"
"""`<tenant>:<seq>`: the tenant's log has grown so far."""

REVOKED_CHANNEL = "ordertrack_revoked"
"""An actor, such as `key:<id>`, whose streams end."""

READMITTED_CHANNEL = "ordertrack_readmitted"
"""An actor who has access again, such as `staff:<id>`: its streams are welcome."""

SETTINGS_CHANNEL = "ordertrack_settings"
"""`<tenant>:<restaurant>`: something of it was saved."""

MENU_CHANNEL = "ordertrack_menu"
"""`<tenant>:`, its menu was changed; `<tenant>:<restaurant>`, what is sold out there."""

SCREENS_CHANNEL = "ordertrack_screens"
"""`<tenant>`: its screens changed."""

ROLLUP_CHANNEL = "ordertrack_rollup"
"""`<tenant>`: reports have new figures."""

LEARNED_CHANNEL = "ordertrack_learned"
"""`<tenant>`: of days that are over something else is known now, so estimates are to be made of it."""

ATTENTION_CHANNEL = "ordertrack_attention"
"""`<tenant>`: something of the company needs attention, or no longer does."""

JOBS_CHANNEL = "ordertrack_jobs"
"""`<tenant>`: a follower of the log concerns the tenant now; `<tenant>:added`: jobs were added there."""

SHARES_CHANNEL = "ordertrack_shares"
"""What a host gave of shares that all hosts have together, see `server/sharing`."""

FOR_WATCHERS = frozenset({EVENTS_CHANNEL, SCREENS_CHANNEL, ROLLUP_CHANNEL, ATTENTION_CHANNEL})
"""Those whose payloads concern a process only where it holds screens of the tenant."""

_log = structlog.get_logger(__name__)


class BusLost(Exception):
    """The bus cannot be used now: nobody hears what is said."""


class Ear(Protocol):
    """What hears a bus, for one thread; a context manager that ends it.

    All of it raises what its bus raises once the connection has gone.
    """

    advice: str
    """What to look at where nothing comes through."""

    def __enter__(self) -> Ear: ...

    def __exit__(self, *raised: object) -> None: ...

    def listen(self, channel: str) -> None: ...

    def forget(self, channel: str) -> None: ...

    def heard(self, seconds: float) -> Generator[tuple[str, str], None, None]:
        """Channel and payload of what comes within this time; a generator that is to be closed."""
        ...

    def ask(self) -> None:
        """Make sure that the other end still answers."""
        ...


class Bus(Protocol):
    """Carries hints between processes and hosts. What is true stands in the database, and is looked for."""

    may_be_lost: bool
    """Whether a process may serve without hearing it: it is not the database that serves."""

    def say(self, channel: str, payloads: Sequence[str]) -> None:
        """Have every process know now; raises BusLost, or what the database raises."""
        ...

    def say_with_commit(self, channel: str, payload: str) -> None:
        """Have every process know as soon as this session's transaction is committed, and not before."""
        ...

    def ear(
        self, name: str, patience: float, tenants: Callable[[], Iterable[uuid.UUID]] | None = None
    ) -> Ear:
        """Connect, under this name; `tenants` are those of which screens are held here (None: all)."""
        ...


def bus() -> Bus:
    """The bus of this application."""
    found: Bus = current_app.extensions["bus"]
    return found


def notify(channel: str, payload: str) -> None:
    """Have every process know, as soon as this session's transaction is committed."""
    bus().say_with_commit(channel, payload)


def notify_at_once(channel: str, payloads: Sequence[str]) -> None:
    """Have every process know now; raises BusLost, or what the database raises."""
    bus().say(channel, payloads)


def hint(channel: str, payloads: Sequence[str]) -> None:
    """As `notify_at_once`, and raises nothing: what was written is written, whoever is told."""
    try:
        notify_at_once(channel, payloads)
    except (BusLost, SQLAlchemyError) as error:
        _log.warning("nobody was notified", channel=channel, payloads=len(payloads), error=str(error))
