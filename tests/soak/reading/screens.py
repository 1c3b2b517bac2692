"""What a page makes of the HTML that it is sent, with the version guard that its script has."""

from __future__ import annotations

from collections.abc import Iterator

from soak.reading.html import Card, Partial, Progress, Reading


class BoardScreen:
    """A board's document: which card stands in which column, and the highest version known of each."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, Card]] = {}
        self.ever: set[str] = set()
        self._known: dict[str, int] = {}

    def load(self, html: str) -> str:
        """Begin anew from a whole page; the address of its stream."""
        reading = Reading(html)
        assert reading.stream is not None, "the page has no stream"
        self.columns = {_column(partial): {} for partial in reading.partials if partial.is_column}
        self._known = {}
        for partial in reading.partials:
            for card in _in_order(partial):
                self._upsert(_column(partial), card)
        return reading.stream

    @property
    def says(self) -> dict[str, str]:
        """What stands on each card."""
        return {card.id: card.says for cards in self.columns.values() for card in cards.values()}

    def apply(self, html: str) -> list[tuple[str, int]]:
        """Swap in what a message brings, as the page does; all versions that came, in the order they came."""
        partials = Reading(html).partials
        listed = {card.id for partial in partials if partial.is_column for card in partial.cards}
        for partial in partials:
            if partial.is_column:
                self._list_anew(partial, listed)
        moves = [partial for partial in partials if not partial.is_column and self._is_news(*partial.about)]
        for partial in moves:
            if partial.swap.startswith("delete "):
                self._delete(partial.target.removeprefix("#"))
            else:
                assert partial.swap.startswith("upsert "), partial.swap
                (card,) = partial.cards
                self._upsert(_column(partial), card)
            self._remember(*partial.about)
        return list(_versions(partials))

    def _list_anew(self, column: Partial, listed: set[str]) -> None:
        """A snapshot is a move of each card on it and the end of every other."""
        for card_id in self.columns[_column(column)].keys() - listed:
            self._delete(card_id)
        for card in _in_order(column):
            if self._is_news(card.id, card.version):
                self._delete(card.id)
                self._upsert(_column(column), card)

    def _is_news(self, card_id: str, version: int) -> bool:
        known, shown = self._known.get(card_id, 0), self._shown(card_id)
        return version > known or (version == known and (shown is None or shown.version != version))

    def _upsert(self, column: str, card: Card) -> None:
        standing = [cards for cards in self.columns.values() if card.id in cards]
        for cards in standing or [self.columns[column]]:  # replaced where it stands
            cards[card.id] = card
        self.ever.add(card.id)
        self._remember(card.id, card.version)

    def _delete(self, card_id: str) -> None:
        for cards in self.columns.values():
            cards.pop(card_id, None)

    def _shown(self, card_id: str) -> Card | None:
        return next((cards[card_id] for cards in self.columns.values() if card_id in cards), None)

    def _remember(self, card_id: str, version: int) -> None:
        self._known[card_id] = max(version, self._known.get(card_id, 0))


class TrackingScreen:
    """A tracking page's document: the status and version that its steps show."""

    def __init__(self) -> None:
        self.progress = Progress("", 0)

    def load(self, html: str) -> str | None:
        """Begin anew from a whole page; the address of its stream, or None where the order is over."""
        reading = Reading(html)
        self.progress = _progress(reading)
        return reading.stream

    def apply(self, html: str) -> list[tuple[str, int]]:
        """Show what a message brings, unless it is older than what is shown; the version that came."""
        told = _progress(Reading(html))
        if told.version > self.progress.version:
            self.progress = told
        return [("the order", told.version)]


def _progress(reading: Reading) -> Progress:
    (partial,) = reading.partials
    assert partial.target == "#progress" and partial.progress is not None, partial
    return partial.progress


def _in_order(column: Partial) -> list[Card]:
    keys = [card.sort_key for card in column.cards]
    assert keys == sorted(keys), f"{column.target} is out of order: {column.cards}"
    return column.cards


def _column(partial: Partial) -> str:
    return partial.target.removeprefix("#column-")


def _versions(partials: list[Partial]) -> Iterator[tuple[str, int]]:
    for partial in partials:
        if not partial.is_column:
            yield partial.about
        for card in partial.cards:
            yield card.id, card.version
