"""What another log tells of orders: nobody knows whose finger tapped, and of some steps nobody knows when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IMPORTER = "program:replay"
"""Whose events are another log's. A program is no person: what it writes at once was not tapped at once."""

TIME_UNKNOWN = "time_unknown"
"""Stands in the metadata of an importer's event whose time the other log did not know.

The event stands at the next moment that is known, since a log knows no other way; it is the end and the
beginning of no stage. From anybody else it means nothing.
"""


def is_timed(actor: str, metadata: Mapping[str, Any]) -> bool:
    """Whether an event happened when it says."""
    return actor != IMPORTER or TIME_UNKNOWN not in metadata
