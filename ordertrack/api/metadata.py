"""Metadata: a caller's own JSON object, kept in the event that the call makes, within bounds."""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

LARGEST = 8 * 1024  # bytes of UTF-8
DEEPEST = 8  # objects and lists within each other
# PostgreSQL keeps numbers in full: 1e300 would come back as 301 digits, and 1e-300 as more.
LARGEST_NUMBER = 2**63 - 1
SMALLEST_NUMBER = 1e-18

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _checked(metadata: dict[str, Any]) -> dict[str, Any]:
    _check(metadata, 1)
    size = len(json.dumps(metadata, ensure_ascii=False).encode())
    if size > LARGEST:
        raise ValueError(f"metadata may have {LARGEST} bytes as JSON, not {size}")
    return metadata


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST + 1:
        raise ValueError(f"metadata may nest {DEEPEST} levels deep, not more")
    match value:
        case dict():
            for name, inner in value.items():
                _check(name, depth)
                _check(inner, depth + 1)
        case list():
            for inner in value:
                _check(inner, depth + 1)
        case str() if unwanted := _UNWANTED.search(value):
            raise ValueError(f"metadata must not contain the character U+{ord(unwanted[0]):04X}")
        case int() | float():
            _check_number(value)


def _check_number(number: float) -> None:
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("metadata must not contain NaN or Infinity")
    if abs(number) > LARGEST_NUMBER or 0 < abs(number) < SMALLEST_NUMBER:
        raise ValueError("a number in metadata must lie within 64 bits and 18 decimals; send others as text")


Metadata = Annotated[
    dict[str, Any],
    AfterValidator(_checked),
    Field(description=f"Any JSON object of up to {LARGEST} bytes, nested up to {DEEPEST} levels."),
]
