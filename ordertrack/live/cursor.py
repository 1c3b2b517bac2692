"""A position in a tenant's event stream: `<epoch>-<seq>`."""

from __future__ import annotations

import re
from typing import NamedTuple

_FORM = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


class MalformedCursor(ValueError):
    """A text that is no cursor."""


class Cursor(NamedTuple):
    """Comparable within one epoch only: an epoch ends when history changes (a restore from a backup)."""

    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read `<epoch>-<seq>`; raises MalformedCursor."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise MalformedCursor(
                f"{text[:40]!r} is not a cursor: it has the form <epoch>-<seq>, as an event carries it."
            )
        return cls(int(match[1]), int(match[2]))
