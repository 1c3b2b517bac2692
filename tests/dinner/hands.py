"""What people do at a dispatch board during a dinner: the next sensible thing, and now and then a slip."""

from __future__ import annotations

import random
from typing import Any

from playwright.sync_api import TimeoutError

from dinner.tablet import PRESENCE, Tablet

RIDERS = ("Jad", "Maroun", "سامي")
Card = dict[str, Any]


class Hands:
    """One person at one tablet. `turn` makes one tap, or none if there is nothing to do."""

    def __init__(self, tablet: Tablet, chance: random.Random) -> None:
        self.tablet = tablet
        self._chance = chance

    def turn(self) -> bool:
        self.tablet.dismiss_refusals()
        cards = self.tablet.cards()
        self._chance.shuffle(cards)
        return any(self._tap(card) for card in sorted(cards, key=self._urgency)[:6])

    def _urgency(self, card: Card) -> int:
        if card["isChanged"]:
            return 0
        return {"cancelled": 0, "ready": 1, "preparing": 2, "confirmed": 3}.get(card["status"], 4)

    def _tap(self, card: Card) -> bool:
        is_to_be_seen = card["isChanged"] and self.tablet.board == "kitchen"
        if card["status"] == "cancelled" or is_to_be_seen:
            return self.tablet.press(card["id"], "button[value=acknowledge]")
        return self._work(card)

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    def _work(self, card: Card) -> bool:
        press, order = self.tablet.press, card["id"]
        if card["column"] == "column-kitchen":
            return self._dispatch_ahead(card)
        if card["isHeld"]:
            return press(order, "button[value=release]")
        if card["column"] == "column-ready" and card["isDelivery"]:
            return self._hand_over(card["rider"]) if "rider" in card else self._choose(order)
        if card["column"] not in ("column-ready", "column-delivering"):
            return False
        if card["column"] == "column-delivering" and self._happens(0.1):
            return self._for_a_reason(order, "came_back")
        done = press(order, "button[value=completed]")
        if done and self._happens(0.1):  # a slip: taken back while it can be
            press(order, "[data-undoing]")
        return done

    def _dispatch_ahead(self, card: Card) -> bool:
        order = card["id"]
        if card["isHeld"]:
            return self.tablet.press(order, "button[value=release]")
        ways = ((0.03, self._rush), (0.03, self._delay), (0.02, self._hold), (0.03, self._assign))
        for share, way in ways:
            if self._happens(share):
                return self.tablet.press(order, "[data-more]") and self._and_close(way(card))
        return False

    def _rush(self, card: Card) -> bool:
        return self.tablet.press(card["id"], f"button[value={'unrush' if card['isRush'] else 'rush'}]")

    def _delay(self, card: Card) -> bool:
        return self._for_a_reason(card["id"], "delay")

    def _hold(self, card: Card) -> bool:
        return self._write(card["id"], "hold", "The guest is late")

    def _assign(self, card: Card) -> bool:
        return card["isDelivery"] and self._write(card["id"], "rider", self._chance.choice(RIDERS))

    def _write(self, order: str, asked: str, text: str) -> bool:
        form = f"details[data-asks={asked}]"
        return (
            self.tablet.press(order, f"{form} summary")
            and self.tablet.write(order, f"{form} input[name=detail]", text)
            and self.tablet.press(order, f"{form} button[name=act]")
        )

    def _and_close(self, is_done: bool) -> bool:
        """What was opened over the board does not stay open."""
        close = self.tablet.page.locator(".card:popover-open .close-ticket")
        try:
            if close.count():
                close.click(timeout=PRESENCE)
        except TimeoutError:
            pass  # it closed by itself
        return is_done

    def _choose(self, order: str) -> bool:
        """Choose it, now and then others of its direction with it, and give them to somebody by name."""
        page = self.tablet.page
        if not self.tablet.press(order, ".pick:not(:disabled)"):
            return False
        try:
            if self._happens(0.5) and (together := page.locator(".group button:visible")).count():
                together.first.click(timeout=PRESENCE)
            page.locator("#hand input").fill(self._chance.choice(RIDERS), timeout=PRESENCE)
            page.locator("#hand form button").click(timeout=PRESENCE)
        except TimeoutError:
            return False  # others were faster: nothing is chosen any more
        return True

    def _for_a_reason(self, order: str, name: str) -> bool:
        """What is unplanned is done for the first reason that is offered."""
        press = self.tablet.press
        return press(order, f".{name} summary") and press(order, f".{name} .picks button")

    def _hand_over(self, rider: str) -> bool:
        button = self.tablet.page.locator(f"#rider-strip [data-rider='{rider}'] button")
        if not button.is_visible():
            return False
        try:
            button.click(timeout=PRESENCE)
        except TimeoutError:
            return False
        return True
