"""What others tell of orders, another log or a channel: of some steps nobody knows when they were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ordertrack.i18n.translate import marked
from ordertrack.rules.state_machine import OrderStatus

IMPORTER = "program:replay"
"""Whose events are another log's. A program is no person: what it writes at once was not tapped at once."""

TIME_UNKNOWN = "time_unknown"
"""Stands in the metadata of an importer's event whose time the other log did not know.

The event stands at the next moment that is known, since a log knows no other way; it is the end and the
beginning of no stage. From anybody else it means nothing.
"""

DRAWN = "drawn"
"""Stands in the metadata of an importer's event whose time it drew, because the log that it played lacked it.

Nobody measured that time: no figure rests on it, unless somebody wants that.
"""

NO_REASON = marked("The log gives no reason")
"""What an imported move says that must give a reason, where it is not known; read in everybody's language."""

WALKED = "walked"
"""Stands in the metadata of moves that a channel made several of at one moment: the way that was walked.

The channel told the last status of it only. The order was in those between before that, nobody knows when.
From anybody else it means nothing.
"""

CHANNELS = "channel:"
"""How the actors of channels begin."""


def is_timed(actor: str, to_status: OrderStatus, metadata: Mapping[str, Any]) -> bool:
    """Whether an event happened when it says."""
    is_unknown = actor == IMPORTER and TIME_UNKNOWN in metadata
    return not is_unknown and not is_walked(actor, to_status, metadata)


def is_walked(actor: str, to_status: OrderStatus, metadata: Mapping[str, Any]) -> bool:
    """Whether a channel skipped this step."""
    way = metadata.get(WALKED)
    return actor.startswith(CHANNELS) and isinstance(way, list) and way[-1:] != [to_status]
