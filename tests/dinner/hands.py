"""What people do at a dispatch board during a dinner: the next sensible thing, and now and then a slip."""

from __future__ import annotations

import random
from typing import Any

from playwright.sync_api import TimeoutError

from dinner.tablet import PRESENCE, Tablet

_RIDERS = ("Jad", "Maroun", "سامي")
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
            if "rider" not in card:
                if not press(order, ".assign summary"):
                    return False
                rider = self._chance.choice(_RIDERS)
                return self.tablet.write(order, ".assign input[name=detail]", rider) and press(
                    order, ".assign button[value=assign]"
                )
            return self._hand_over(card["rider"])
        if card["column"] not in ("column-ready", "column-delivering"):
            return False
        if card["column"] == "column-delivering" and self._happens(0.1):
            return self._for_a_reason(order, "came_back")
        done = press(order, "button[value=completed]")
        if done and self._happens(0.1):  # a slip: taken back while it can be
            press(order, "[data-undoing]")
        return done

    def _dispatch_ahead(self, card: Card) -> bool:
        press, order = self.tablet.press, card["id"]
        if card["isHeld"]:
            return press(order, "button[value=release]")
        if self._happens(0.03):
            return press(order, "button[value=unrush]" if card["isRush"] else "button[value=rush]")
        if self._happens(0.03):
            return self._for_a_reason(order, "delay")
        if self._happens(0.02):
            if not press(order, ".hold summary"):
                return False
            return self.tablet.write(order, ".hold input[name=detail]", "The guest is late") and press(
                order, ".hold button[value=hold]"
            )
        return False

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
