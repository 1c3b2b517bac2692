"""How a worker shares out the file descriptors that the system lets it have."""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import NamedTuple

_OWN = 128  # for the database, the listener, logs, counters and templates
_MOST_CONNECTIONS = 1536
_UNLIMITED = 1 << 20


class Room(NamedTuple):
    """How many of each a worker may hold at once, so that all of them together never run out of descriptors.

    `connections` are those on which requests come; with more than `places`, whoever is waited for longest is
    turned away. `work` requests are answered at once, and besides them those that room is kept for, up to
    `kept` in all: so there are always places left for who comes, and for what tells whether the house stands.
    """

    streams: int
    connections: int
    places: int
    kept: int
    work: int


def raise_limit() -> int:
    """Have as many descriptors as the system lets this process have; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # where the system says "unlimited" and means less
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return _UNLIMITED if soft == resource.RLIM_INFINITY else soft


def shared_out(limit: int) -> Room:
    """What `limit` descriptors are for: a quarter of few, or enough of many, is for requests."""
    connections = min(max(limit // 4, 4), _MOST_CONNECTIONS)
    own = min(_OWN, limit // 4)
    places, kept, work = (connections * sixteenths // 16 for sixteenths in (15, 13, 12))
    return Room(limit - connections - own, connections, places, kept, work)
