"""Every message that the source says to people, read from the source, in the catalogue it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir

from ordertrack.database.config import ROOT
from ordertrack.i18n.script_messages import SAID_BY

DOMAINS = MESSAGES, REPORTS = "messages", "reports"
_OF_REPORTS = re.compile(
    r"ordertrack/(sla|restaurants/(?!operations)|backoffice/settings/(targets|settings)_|i18n/form)|static/js/report/"
    r"|templates/(report/|backoffice/(targets|_suggested_targets|_bar|_fields)\.)"
)

_KEYWORDS = {
    "_": None,
    "gettext": None,
    "marked": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_TEMPLATES = {"encoding": "utf-8", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
_SOURCES = (
    ("ordertrack", "**.py", "python", _KEYWORDS, {}),
    ("templates", "**.html", "jinja2", _KEYWORDS, _TEMPLATES),
    ("static/js", "**.js", "javascript", SAID_BY, {"parse_template_string": "true"}),
)


@cache
def domains() -> dict[str, Catalog]:
    """The messages of each catalogue, untranslated: what reports share with other pages is not theirs.

    Read once, which takes seconds: whoever asks leaves them as they are.
    """
    made = {MESSAGES: Catalog(fuzzy=False), REPORTS: Catalog(fuzzy=False)}
    found = sorted(_extracted(), key=lambda one: (bool(_OF_REPORTS.match(one[0])), one[0], one[1]))
    for path, line, message, context in found:
        domain = REPORTS if _OF_REPORTS.match(path) else MESSAGES
        first = message if isinstance(message, str) else message[0]
        if made[MESSAGES].get(first, context) is not None:
            domain = MESSAGES
        made[domain].add(message, locations=[(path, line)], context=context)
    return made


def _extracted() -> Iterator[tuple[str, int, str | tuple[str, ...], str | None]]:
    for folder, pattern, method, keywords, options in _SOURCES:
        for name, line, message, _comments, context in extract_from_dir(
            ROOT / folder, [(pattern, method)], {pattern: options}, keywords=keywords
        ):
            yield (Path(folder) / name).as_posix(), line, message, context
