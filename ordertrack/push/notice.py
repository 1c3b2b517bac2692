"""What a push says: the words of a notification, and until when they are worth saying."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum

from ordertrack.i18n.translate import LANGUAGES

MOST_BYTES = 3000  # push services take 4,096 of what is encrypted
_LONGEST = {"title": 120, "body": 600}  # characters


class Urgency(StrEnum):
    """How much of a device's battery it is worth (RFC 8030, section 5.3)."""

    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Notice:
    """In one language (a tag). Of those with one `tag` a device shows the last one alone.

    `path` is what a tap on it opens. It is not sent after `until`, and no service delivers it later.
    """

    title: str
    body: str
    tag: str
    path: str
    language: str
    until: dt.datetime
    urgency: Urgency = Urgency.NORMAL

    def encoded(self) -> bytes:
        """As the worker (`static/js/push/worker.js`) reads it."""
        language = LANGUAGES[self.language]
        said = {
            "title": self.title[: _LONGEST["title"]],
            "body": self.body[: _LONGEST["body"]],
            "tag": self.tag,
            "lang": language.bcp47,
            "dir": language.direction,
            "data": self.path,
        }
        made = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        assert len(made) <= MOST_BYTES
        return made
