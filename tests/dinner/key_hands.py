"""What people do who have a keyboard alone: arrows walk over the cards, all else are the keys of `?`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat

from dinner.hands import RIDERS, Card, Hands
from dinner.tablet import Tablet

_FAR = 200  # keys until somebody gives up looking for a place
_FOCUSED = "document.activeElement.closest('.card')?.id"
_IS_THERE = """
([selector, text]) => {
  const focused = document.activeElement;
  return focused.matches(selector) && focused.textContent.includes(text);
}
"""
_REASON = "The guest called it off"


class KeyTablet(Tablet):
    """A device without touch: what has no key of its own is reached by Tab."""

    def start_sound(self) -> None:
        if self.page.locator("#start-sound").is_visible():
            self.reach("#start-sound")
            self.page.keyboard.press("Enter")

    def sign_on(self) -> None:
        dialog = self.page.locator("dialog#person")
        if not dialog.is_visible():
            self.reach("#person-on")
            self.page.keyboard.press("Enter")
        dialog.wait_for()
        self.reach("dialog#person .names button", self.person)
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(self.pin)
        self.page.keyboard.press("Enter")
        dialog.wait_for(state="hidden")

    def dismiss_refusals(self) -> None:
        while self.page.locator("#refused button").count() > 0:
            self.reach("#refused button")
            self.page.keyboard.press("Enter")

    def reach(self, selector: str, text: str = "") -> None:
        """Press Tab until the focus is on it."""
        for _ in range(_FAR):
            if self.page.evaluate(_IS_THERE, [selector, text]):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.name}: no Tab leads to {selector}")


class _KeyHands(Hands):
    """Walks to a card and acts on it."""

    def _tap(self, card: Card) -> bool:
        return self._walk_to(card["id"]) and super()._tap(card)

    def _press(self, *keys: str) -> bool:
        for key in keys:
            self.tablet.page.keyboard.press(key)
        return True

    def _write_in(self, letter: str, text: str) -> bool:
        """The letter opens a form whose first field has the focus; Enter sends it."""
        self._press(letter)
        is_open = self.tablet.page.evaluate("document.activeElement.matches('.card input, #hand input')")
        if is_open:
            self.tablet.page.keyboard.type(text)
        return self._press("Enter")

    def _walk_to(self, order: str) -> bool:
        for key in islice(self._way(), _FAR):
            self._press(key)
            if self._place() == order:
                return True
        return False

    def _place(self) -> str | None:
        found: str | None = self.tablet.page.evaluate(_FOCUSED)
        return found

    def _way(self) -> Iterator[str]:
        """Keys that come by every card."""
        raise NotImplementedError


class KeyKitchenHands(_KeyHands):
    """A cook: Enter takes the next step, a digit strikes off the line of that number."""

    def _way(self) -> Iterator[str]:
        yield "Home"
        yield from repeat("ArrowRight")  # along the rail, over its pages

    def _tap(self, card: Card) -> bool:
        if card["isChanged"] or card["status"] == "cancelled":
            return self._walk_to(card["id"]) and self._press("Enter")
        return super()._tap(card)

    def _work(self, card: Card) -> bool:
        if card["isHeld"]:
            return self._press("h")
        if card["status"] not in ("pending", "confirmed", "preparing"):
            return False
        if card["status"] != "preparing":
            return self._write_in("x", _REASON) if self._happens(0.05) else self._press("Enter")
        has_no_key = any(len(line) > 1 for line in card["lines"])
        if card["lines"] and (self._happens(0.1) or has_no_key):
            return self._press("Enter", "Enter")  # it asks about the lines, and all the same
        self._press(*(card["lines"] or ["Enter"]))
        if not card["lines"] and self._happens(0.1):
            self._press("u")  # a slip: taken back while it can be
        return True


class KeyDispatchHands(_KeyHands):
    """Who hands over: Enter chooses or moves on, A leads to those who ride."""

    def _way(self) -> Iterator[str]:
        yield from ("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
        while True:
            yield "Home"
            before = None
            while before != (before := self._place()):
                yield "ArrowDown"
            yield "ArrowRight"

    def _tap(self, card: Card) -> bool:
        if card["status"] == "cancelled":
            return self._walk_to(card["id"]) and self._press("Enter")
        return super()._tap(card)

    def _work(self, card: Card) -> bool:
        if card["isHeld"]:
            return self._press("h")
        if card["column"] == "column-kitchen":
            return self._happens(0.05) and self._press("r")
        if card["column"] == "column-ready" and card["isDelivery"]:
            return self._press("Enter") and self._write_in("a", self._chance.choice(RIDERS))
        if card["column"] not in ("column-ready", "column-delivering"):
            return False
        return self._press("Enter")
