"""What a page says to whoever reads it: its texts one by one, without names that people have given;
and the English by which a text in another language is known to be untranslated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from babel.messages.pofile import read_po

from ordertrack.i18n.catalogues import TRANSLATIONS

_SAID_IN = ("aria-label", "placeholder", "data-title", "data-label")
_VOID = {"input", "link", "meta", "br", "img", "hr"}
_VALUE = re.compile(r"%\(\w+\)s")
_NOT_SAID = {"bdi", "code", "option-value", "datalist", "style"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.data: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        if "main" in self._open:
            self.said += [value for name, value in attrs if name in _SAID_IN and value]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "main" not in self._open or _NOT_SAID.intersection(self._open):
            return
        if "script" in self._open:
            self.data.append(data)
        elif data.strip():
            self.said.append(" ".join(data.split()))


def said_by(page: str) -> list[str]:
    """The texts and labels of a page's main part; what its charts are given to say, too."""
    reader = _Page()
    reader.feed(page)
    return reader.said + [text for data in reader.data for text in _strings(json.loads(data))]


def _strings(data: object) -> Iterator[str]:
    """The texts in a chart's data that are read: names of things in it are those of people or of the page."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name in ("said", "names", "weekdays", "hours", "targets"):
                yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
    elif isinstance(data, str):
        yield from data.split("\n")


def english_of(language: str) -> re.Pattern[str]:
    """Every message that reads otherwise in this language, with anything for its values."""
    said: set[str] = set()
    for path in (TRANSLATIONS / language / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                forms = zip(_each(message.id), _each(message.string), strict=False)
                said |= {english for english, other in forms if other and english != other}
    patterns = [
        ".+?".join(re.escape(part) for part in _VALUE.split(english))
        for english in said
        if re.search(r"[A-Za-z]{2}", _VALUE.sub("", re.sub("<[^>]+>", "", english)))
    ]
    longest_first = "|".join(sorted(patterns, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")  # a short one stands in other words, too


def _each(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
