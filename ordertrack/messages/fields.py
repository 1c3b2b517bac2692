"""What a company says about a provider: fields, each with what may stand in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """`label`, `hint` and the words of `choices` are messages of the catalogue. No secret is shown again.
    `is_of_another`: only for a provider that is described field by field.

    `check` returns the sentence that says what to change, or nothing.
    """

    name: str
    label: str
    kind: str = "text"
    default: str = ""
    is_secret: bool = False
    is_needed: bool = False
    longest: int = 200
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_of_another: bool = False
    check: Callable[[str], str | None] | None = None
