"""Limits on simultaneous streams and on requests, from ORDERTRACK_LIMITS."""

from __future__ import annotations

import re
from typing import NamedTuple, Self

MOST = 1_000_000
_PART = re.compile(r"\s*(\w+)\s*=\s*([0-9]{1,7})\s*", re.ASCII)


class Limits(NamedTuple):
    """How many there may be at once.

    Open streams: in all, of each worker; per guest's link, per API key, per sign-in on one device, and per
    network address where it is known, all workers and hosts together. Replays, which send a program events
    from far back: how many go on at a time in a worker, in all and per API key; the others wait in line.
    Requests a second, and how many at once after a pause, all workers and hosts together. How exactly hosts
    count together stands in docs/SCALE.md.
    """

    streams: int = 20_000
    streams_per_link: int = 20
    streams_per_key: int = 100
    streams_per_session: int = 50
    streams_per_address: int = 1000
    replays: int = 20
    replays_per_key: int = 5
    requests_per_key: int = 50
    burst_per_key: int = 300
    requests_per_address: int = 100
    burst_per_address: int = 1000

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `streams=2000,streams_per_link=10`; what is not named keeps its default.

        Raises ValueError with a sentence that says what is wrong.
        """
        given: dict[str, int] = {}
        for part in text.split(",") if text.strip() else ():
            match = _PART.fullmatch(part)
            if match is None:
                raise ValueError(f"{part.strip()[:60]!r} has not the form name=number")
            name, number = match[1], int(match[2])
            if name not in cls._fields:
                raise ValueError(f"there is no {name!r}, but {', '.join(cls._fields)}")
            if name in given:
                raise ValueError(f"{name} is given twice")
            if not 1 <= number <= MOST:
                raise ValueError(f"{name} must be a whole number from 1 to {MOST}")
            given[name] = number
        return cls(**given)
