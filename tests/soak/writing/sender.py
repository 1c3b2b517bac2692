"""How one writer sends what it does, and how it names it."""

from __future__ import annotations

from typing import Any

from soak.stage import LOST, Stage
from support.http_client import Answer, Caller

TRIES = 30
PAUSE = 0.3  # seconds before an attempt of unknown outcome is made again


class Sender:
    """Of the writer of this name."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage = stage
        self.name = name
        self._tags = 0

    def tag(self) -> str:
        """A name for an attempt, which no other has."""
        self._tags += 1
        return f"{self.name} attempt {self._tags}".replace(" ", "-")

    def send(self, caller: Caller, path: str, **how: Any) -> Answer | None:
        """The answer; None if the connection died. Without faults, neither that nor a 503 may happen."""
        try:
            answer = caller.call(path, **how)
        except LOST:
            if not self.stage.is_disturbed:
                raise
            return None
        assert answer.status != 503 or self.stage.is_disturbed, f"{self.name} was told {answer.text[:500]}"
        return answer
