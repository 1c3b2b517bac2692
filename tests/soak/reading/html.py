"""Reading the HTML that pages are sent: cards with what stands on them, and what moves them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple


class Card(NamedTuple):
    """A card as its element says it; `sort_key` is what its column sorts by, `says` what stands on it."""

    id: str
    version: int
    sort_key: int
    says: str = ""


# Beside the cards: how many a board has no room for, what it asks, who carries. Of no version.
BESIDE = ("#left-out", "#order-dialogs", "#riders")
_VOID_TAGS = ("br", "hr", "img", "input", "link", "meta")
# Which are told anew as time goes by and rules change, for a card that stays the same.
_PASSING_TIMES = ("clock", "estimate")


class Progress(NamedTuple):
    """What a tracking page shows; `says` are the lines of the order."""

    status: str
    version: int
    says: str = ""


@dataclass
class Partial:
    """One <hx-partial>, or one column of a page as if it came in one."""

    target: str
    swap: str
    cards: list[Card] = field(default_factory=list)
    progress: Progress | None = None

    @property
    def is_column(self) -> bool:
        return self.swap == "innerHTML" and self.target.startswith("#column-")

    @property
    def about(self) -> tuple[str, int]:
        """The element and the version that the page's guard is asked about."""
        found = re.search(r"(?:about|card):(\S+) version:(\d+)", self.swap)
        assert found is not None, f"a change that says no version: {self}"
        return found[1], int(found[2])


class _Words:
    """What stands in one element, from its first tag to its last, without what passes by itself.

    What is said of a line or of a moment is heard, and not how the moment is spelled.
    """

    def __init__(self) -> None:
        self._said: list[str] = []
        self._depth = 0
        self._deaf_from = 0  # the depth of what is not listened to
        self._line = 0  # of a page, whose lines do not say their place where it is their place in the list

    @property
    def is_over(self) -> bool:
        return self._depth < 0

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._said).split())

    def begin(self, tag: str, values: dict[str, str]) -> None:
        if tag in _VOID_TAGS:
            return
        self._depth += 1
        if self._deaf_from:
            return
        if tag == "li":
            self._line += 1
            if "data-voided" not in values:
                values.setdefault("data-line", str(self._line))
        self._said += [name for name in ("data-voided", "data-done") if name in values]
        self._said += [values[name] for name in ("data-line", "data-at") if name in values]
        is_passing = values.get("data-timed") in _PASSING_TIMES or values.get("class") == "acts"
        if is_passing or "data-at" in values:
            self._deaf_from = self._depth

    def end(self, tag: str) -> None:
        if tag in _VOID_TAGS:
            return
        if self._deaf_from == self._depth:
            self._deaf_from = 0
        self._depth -= 1

    def say(self, text: str) -> None:
        if not self._deaf_from:
            self._said.append(text)


class Reading(HTMLParser):
    """Finds partials, columns, cards, progress, and where the page's stream is."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.partials: list[Partial] = []
        self.stream: str | None = None
        self._words: _Words | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        dom_id = values.get("id", "")
        self.stream = values.get("hx-sse:connect", self.stream)
        if self._words is not None:
            self._words.begin(tag, values)
        elif tag == "hx-partial" and values["hx-target"] not in BESIDE:
            self.partials.append(Partial(values["hx-target"], values["hx-swap"]))
        elif tag == "ol" and dom_id.startswith("column-"):
            self.partials.append(Partial(f"#{dom_id}", "innerHTML"))
        elif dom_id == "progress":
            self.partials.append(Partial("#progress", "innerHTML"))
        elif tag == "li" and dom_id.startswith("order-"):
            card = Card(dom_id, int(values["data-version"]), int(values["data-place"]))
            self.partials[-1].cards.append(card)
            self._words = _Words()
        elif tag == "ol" and "data-version" in values:
            self.partials[-1].progress = Progress(values["data-status"], int(values["data-version"]))
        elif tag == "ul" and values.get("class") == "items":
            self._words = _Words()

    def handle_endtag(self, tag: str) -> None:
        if self._words is None:
            return
        self._words.end(tag)
        if self._words.is_over:
            self._keep(self._words.text)
            self._words = None

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.say(data)

    def _keep(self, says: str) -> None:
        """It was the card, or the lines of the progress, that came last."""
        last = self.partials[-1]
        if last.progress is not None:
            last.progress = last.progress._replace(says=says)
        else:
            last.cards[-1] = last.cards[-1]._replace(says=says)
