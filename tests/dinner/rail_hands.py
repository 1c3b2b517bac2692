"""What cooks do at the rail: the next step by a ticket's head or by a key, the rest in the opened ticket."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import TimeoutError

from dinner.hands import Card, Hands
from dinner.tablet import PRESENCE

_REASONS = ("The guest called it off", "Sold out")
KEYS = {"page": "NumpadAdd", "undo": "NumpadDecimal", "recall": "NumpadDivide", "done": "NumpadEnter"}
"""The keys of the bump bar, as a tablet keeps them."""


class RailHands(Hands):
    """A cook who touches: turns pages, opens tickets, looks into the drawer of what is ready."""

    def turn(self) -> bool:
        if self._happens(0.2):
            self._turn_page()
        if self._happens(0.1):
            self._touch("#to-new")
        if self._happens(0.03):
            return self._recall()
        return super().turn()

    def _work(self, card: Card) -> bool:
        order, status = card["id"], card["status"]
        if card["isHeld"] or status not in ("pending", "confirmed", "preparing"):
            return False
        if status != "preparing":
            if self._happens(0.03):
                return self._in_ticket(order, lambda: self._cancel(order))
            return self.tablet.press(order, "button.move.primary")
        if not card["lines"]:
            return self.tablet.press(order, "button[value=ready]")
        if self._happens(0.05):
            return self.tablet.press(order, ".despite [data-despite]", "[data-opens]")
        return self._in_ticket(order, lambda: self._strike(order, card["lines"]))

    def _strike(self, order: str, lines: list[str]) -> bool:
        return all(self.tablet.press(order, f"[data-line='{line}'] button.line") for line in lines)

    def _cancel(self, order: str) -> bool:
        return (
            self.tablet.press(order, ".cancel summary")
            and self.tablet.write(order, ".cancel input[name=reason]", self._chance.choice(_REASONS))
            and self.tablet.press(order, ".cancel button[value=cancelled]")
        )

    def _in_ticket(self, order: str, act: Callable[[], bool]) -> bool:
        """Open a ticket with a tap below its head, do something in it, and close it again."""
        if not self.tablet.press(order, ".facts"):
            return False
        try:
            return act()
        finally:
            self._touch(".close-ticket")

    def _turn_page(self) -> None:
        if not self._touch("#page-next"):
            self._touch("#page-before")

    def _recall(self) -> bool:
        self._open_ready()
        ready = [card for card in self.tablet.cards() if card["column"] == "column-ready"]
        done = bool(ready) and self._for_a_reason(self._chance.choice(ready)["id"], "recall")
        if self.tablet.page.locator(
            "#passing:popover-open"
        ).count():  # a key would be typed into a form that is open
            self._touch("#ready-toggle")
        return done

    def _open_ready(self) -> None:
        self._touch("#ready-toggle")

    def _touch(self, selector: str) -> bool:
        """Tap a part of the page; whether it was there."""
        button = self.tablet.page.locator(selector).first
        try:
            if not button.is_visible():
                return False
            button.click(timeout=PRESENCE)
        except TimeoutError:
            return False
        return True


class BumpBarHands(RailHands):
    """A cook who has keys only: a bump bar strikes off no lines, and cancels nothing."""

    def _work(self, card: Card) -> bool:
        if card["isHeld"] or "key" not in card or card["status"] not in ("pending", "confirmed", "preparing"):
            return False
        if card["lines"] and card["status"] == "preparing":
            return self._happens(0.5) and self._all_the_same(card)
        self._bump(card)
        if self._happens(0.05):
            self.tablet.page.keyboard.press(KEYS["undo"])
        return True

    def _bump(self, card: Card) -> None:
        for digit in card["key"]:
            self.tablet.page.keyboard.press(digit)

    def _all_the_same(self, card: Card) -> bool:
        """Its key asks about the lines; Enter says that it is ready all the same."""
        self._bump(card)
        asked = self.tablet.page.locator(f"#{card['id']} [data-despite]:focus")
        if asked.count() == 0:
            return False
        self.tablet.page.keyboard.press("Enter")
        return True

    def _turn_page(self) -> None:
        self.tablet.page.keyboard.press(KEYS["page"])

    def _open_ready(self) -> None:
        self.tablet.page.keyboard.press(KEYS["recall"])
