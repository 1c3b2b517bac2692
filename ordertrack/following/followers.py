"""Who follows the log: each has a place of its own in every tenant's, and gets each entry once, in order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from ordertrack.orders.log.entries import ActionRecord, EventRecord

Entries: TypeAlias = Sequence[EventRecord | ActionRecord]


class Follower(NamedTuple):
    """`follow(connection, tenant_id, entries)` is called in the tenant, inside a transaction.

    What it writes there and its place in the log are committed together, or not at all: so it must do nothing
    else, such as calling somebody. That is for a job, which it adds. `connection` is the session's.

    Of a tenant that it `concerns` not it reads nothing: what happens there is passed over. What makes that
    otherwise notifies JOBS_CHANNEL in its transaction; else it is found out within a minute. A tenant that it
    concerned a moment ago is not asked about again, so it has to bear entries that concern nobody.
    """

    name: str
    follow: Callable[[Connection, uuid.UUID, Entries], None]
    concerns: Callable[[Connection, uuid.UUID], bool] = lambda _connection, _tenant_id: True


_followers: dict[str, Follower] = {}


def register(follower: Follower) -> None:
    """Have it follow, wherever `ordertrack follow` runs. Its name is its place in the log: keep it."""
    _followers[follower.name] = follower


def registered() -> list[Follower]:
    return list(_followers.values())
