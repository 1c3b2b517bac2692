"""What processes tell each other of the shares that all hosts have together, as it goes over the bus."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from ordertrack.live.listener import MalformedPayload

MOST_IN_ONE = 250  # counts: NOTIFY takes a little less than 8,000 bytes

_PAYLOAD = re.compile(r"(\w+):(\w+):(\w+):((?:[0-9a-f]{1,16}=[0-9]{1,9}(?: |$))+)", re.ASCII)


class Message(NamedTuple):
    """Counts of one limit by who has them, whom no host names: by a digest that all hosts make alike."""

    host: str
    process: str
    limit: str
    counts: Mapping[int, int]


def written(message: Message) -> Iterator[str]:
    """As payloads, none where there is nothing to tell."""
    counts = iter(message.counts.items())
    while some := list(islice(counts, MOST_IN_ONE)):
        said = " ".join(f"{whose:x}={count}" for whose, count in some)
        yield f"{message.host}:{message.process}:{message.limit}:{said}"


def read(payload: str) -> Message:
    """Raises MalformedPayload."""
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        raise MalformedPayload(payload)
    host, process, limit, said = match.groups()
    pairs = (each.split("=") for each in said.split())
    return Message(host, process, limit, {int(whose, 16): int(count) for whose, count in pairs})
