"""What the doctor finds: how bad it is, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    OK = "ok"
    LOOK = "look at this"
    BROKEN = "broken"


class Finding(NamedTuple):
    """`said` is a sentence about `what`; `do` says what to do where it is not as it should be."""

    what: str
    level: Level
    said: str
    do: str = ""


def ok(what: str, said: str) -> Finding:
    return Finding(what, Level.OK, said)


def look(what: str, said: str, do: str) -> Finding:
    return Finding(what, Level.LOOK, said, do)


def broken(what: str, said: str, do: str) -> Finding:
    return Finding(what, Level.BROKEN, said, do)


def exit_code(findings: list[Finding]) -> int:
    """0: all is well; 1: something to look at; 2: something is broken."""
    order = list(Level)
    return max((order.index(finding.level) for finding in findings), default=0)
