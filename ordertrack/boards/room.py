"""How much of its orders a board has room for: no order makes a page that a tablet cannot open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import escape

from ordertrack.boards.allergens import leaves_out_an_allergen, speaks_of_allergy
from ordertrack.orders.reading.order_record import ItemRecord, OrderRecord

MOST_CARDS = 500  # on one board
MOST_LATER = 200  # in its drawer
LARGEST_CARD = 24_000  # bytes of HTML that the lines of one card may take: seventy lines without notes
LARGEST_BOARD = 1_000_000  # bytes that the lines of all cards of a board may take when it is shown anew
_LINE = 400  # bytes of HTML around one line
_MODIFIER = 60


LARGEST_PAPER = 1_500_000  # bytes that the lines of all orders of a printed list may take


class Lines(NamedTuple):
    """The lines that stand on a card, and those that only the order's own page shows."""

    shown: tuple[ItemRecord, ...]
    more: tuple[ItemRecord, ...]

    @property
    def still_more(self) -> int:
        """How many of those that are not shown are not done."""
        return sum(not item.is_done and not item.is_voided for item in self.more)

    @property
    def hides_allergy(self) -> bool:
        """Whether what is not shown speaks of an allergy, or of leaving out what people are allergic to."""
        return any(
            speaks_of_allergy(said) or leaves_out_an_allergen(said)
            for item in self.more
            for said in (item.name, item.notes, *item.modifiers)
        )


class Room:
    """Bytes left on the board; a line that does not fit is left out, with all after it on its card."""

    def __init__(self, left: int = LARGEST_BOARD) -> None:
        self._left = left

    def lines_of(self, order: OrderRecord) -> Lines:
        """What of an order's lines there is room for; takes that room."""
        left = min(self._left, LARGEST_CARD)
        lines = order.lines_to_see
        for shown, item in enumerate(lines):
            size = _size(item)
            if size > left:
                return Lines(lines[:shown], lines[shown:])
            left -= size
            self._left -= size
        return Lines(lines, ())


def lines_of(order: OrderRecord) -> Lines:
    """What of an order's lines there is room for on a card by itself."""
    return Room().lines_of(order)


def that_fit(orders: Sequence[OrderRecord], left: int = LARGEST_PAPER) -> int:
    """How many of these there is room for with all of their lines, from the first on; one at least."""
    for place, order in enumerate(orders):
        left -= sum(_size(item) for item in order.lines)
        if left < 0:
            return max(place, 1)
    return len(orders)


def _size(item: ItemRecord) -> int:
    """About how many bytes a line takes as HTML."""
    said = (item.name, item.notes or "", *item.modifiers)
    return _LINE + _MODIFIER * len(item.modifiers) + sum(len(escape(text).encode()) for text in said)
