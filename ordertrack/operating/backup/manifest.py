"""What a backup says of itself: of what it is made, of which moment, how many rows and bytes it has."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from ordertrack.operating.backup.problems import UnusableBackup

FORMAT = 1
_LOG = ("order_status_events", "order_actions")


class Head(NamedTuple):
    """How far a company's log goes; `newest` is when its last entry was recorded."""

    tenant_id: str
    slug: str
    epoch: int
    seq: int
    newest: dt.datetime | None


class Part(NamedTuple):
    """A part of the file: how long it is, and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Of one moment: `rows` are those of each table, `left_out` names secrets that stand elsewhere."""

    made_at: dt.datetime
    ordertrack: str
    schema: str
    postgresql: str
    pg_dump: int
    heads: list[Head]
    rows: dict[str, int]
    parts: dict[str, Part]
    left_out: list[str]

    @property
    def entries(self) -> int:
        """Of all logs together."""
        return sum(head.seq for head in self.heads)

    @property
    def newest(self) -> dt.datetime | None:
        """When the newest entry of all logs was recorded."""
        return max((head.newest for head in self.heads if head.newest is not None), default=None)

    def as_json(self) -> bytes:
        said = asdict(self) | {
            "format": FORMAT,
            "heads": [head._asdict() for head in self.heads],
            "parts": {name: part._asdict() for name, part in self.parts.items()},
        }
        return json.dumps(said, default=_said, ensure_ascii=False, indent=1).encode()

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Raises UnusableBackup if it is none, or one of a later form."""
        try:
            said: dict[str, Any] = json.loads(text)
            if said.pop("format") != FORMAT:
                raise UnusableBackup(
                    "This backup was made by a later version of ordertrack. Restore it with that one."
                )
            return cls(
                **said
                | {
                    "made_at": dt.datetime.fromisoformat(said["made_at"]),
                    "heads": [Head(**{**head, "newest": _moment(head["newest"])}) for head in said["heads"]],
                    "parts": {name: Part(**part) for name, part in said["parts"].items()},
                }
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnusableBackup(f"What this backup says of itself cannot be read ({error}).") from error


def difference(rows: dict[str, int], counted: dict[str, int], heads: list[Head]) -> str | None:
    """What shows that `rows` are not those that the house had at that moment; None if nothing does.

    Tables must have as many as were counted, and the log as many as its heads say, for it has no gap.
    """
    for table, number in sorted(counted.items()):
        if rows.get(table, 0) != number:
            return f"it has {rows.get(table, 0):,} of {number:,} rows of {table}"
    entries, logged = sum(rows.get(table, 0) for table in _LOG), sum(head.seq for head in heads)
    if entries != logged:
        return f"it has {entries:,} of the {logged:,} entries that the heads of the logs say"
    return None


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
