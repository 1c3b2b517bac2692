"""Fields of what other rooms have audited, which they alone can put into words: they register how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ordertrack.tenants.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditedField:
    """`label` is marked; `say` words a value, or None where it reads as any other does."""

    label: str
    say: Callable[[Any], str | None] | None = None


Finder = Callable[[AuditEntry, str], AuditedField | None]
_finders: dict[str, Finder] = {}


def register(kind: str, finder: Finder) -> None:
    """Have entries of a kind ask here for their fields, each by its name."""
    _finders[kind] = finder


def field_elsewhere(entry: AuditEntry, name: str) -> AuditedField | None:
    finder = _finders.get(entry.kind)
    return finder(entry, name) if finder else None
