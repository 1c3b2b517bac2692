"""A shared tablet in a real browser: set up by the manager, signed on with a PIN, tapped as by hand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from playwright.sync_api import Browser, Page, TimeoutError

from dinner import hearing
from support.cast import PASSWORD, House

PATIENCE = 20_000  # milliseconds
PRESENCE = 1_500  # in which what is there can be tapped

# What the page says of its taps is heard outside it, so that no reload forgets it.
_LISTEN = """
const tell = (what) => ({ detail }) => console.debug(JSON.stringify(["tap", what, detail.id,
  Boolean(detail.fields?.despite_open_lines)]));
const whats = ["queued", "sent", "undone", "refused"];
for (const what of whats) document.addEventListener("tap:" + what, tell(what));
"""

# The cards as a person finds them, but for those whose last tap is still under way.
_CARDS = """
() => [...document.querySelectorAll(".card")].filter((card) =>
  card.checkVisibility() && !card.querySelector("[data-undoing], .unsent")).map((card) => ({
  id: card.id, column: card.parentElement.id, ...card.dataset,
  isHeld: card.dataset.held !== undefined, isRush: card.dataset.rush !== undefined,
  isChanged: card.querySelector(".changed") !== null,
  isDelivery: card.dataset.fulfilment === "delivery",
  lines: [...card.querySelectorAll("[data-line]:not([data-done])")].map(({ dataset }) => dataset.line),
}))
"""
_SHOWN = """
() => {
  const text = (line, selector) => line.querySelector(selector)?.textContent.trim() ?? "";
  const said = (line) => [text(line, ".mark"), text(line, ".quantity"), text(line, ".dish"),
    line.dataset.done === undefined ? "" : "done"].join("|");
  return [...document.querySelectorAll(".cards")].map((list) => [list.id, [...list.children].map((card) => [
    card.id, Number(card.dataset.version), card.querySelector(".changed") !== null,
    [...card.querySelectorAll(".items > li")].map(said)])]);
}
"""


class Shown(NamedTuple):
    """A card: its revision, whether it says that it was changed, and its lines: mark, count, dish, done."""

    id: str
    revision: int
    is_changed: bool
    lines: list[str]


Columns = dict[str, list[Shown]]


@dataclass
class Tablet:
    """`made` are the ids of the taps that were made on it, `ended` how each of them ended, and how often.

    `insisted` are those that called an order ready all the same.
    """

    page: Page
    name: str
    board: str
    person: str
    pin: str
    made: list[str] = field(default_factory=list)
    insisted: set[str] = field(default_factory=set)
    ended: dict[str, Counter[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_offline: bool = False
    ear: hearing.Ear = field(default_factory=hearing.Ear)
    reloads: int = 0

    @classmethod
    def open(
        cls, browser: Browser, address: str, name: str, board: str, person: str, pin: str, **kept: str
    ) -> Self:
        """`kept` is what the tablet keeps of how it is used."""
        page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE)
        tablet = cls(page, name, board, person, pin)
        page.add_init_script(_LISTEN)
        page.add_init_script(hearing.LISTEN)
        for what, chosen in kept.items():
            page.add_init_script(f"localStorage.setItem({json.dumps(what)}, {json.dumps(chosen)})")
        page.on("console", lambda message: tablet._hear(message.type, message.text))
        page.on("pageerror", lambda error: tablet.errors.append(str(error)))
        return tablet

    def set_up(self, house: House) -> None:
        """Sign in as the manager, make the device a tablet, and sign somebody on."""
        page = self.page
        page.goto("/login")
        page.locator("[name=email]").fill(house.maya.email)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form .primary").click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto("/tablets")
        page.locator("[name=restaurant]").select_option(house.restaurants[0])
        page.locator("[name=board]").select_option(self.board)
        page.locator("[name=name]").fill(self.name)
        page.locator("form.fields .primary").click()
        page.wait_for_selector("body[data-live=live]")
        self.sign_on()
        self.start_sound()

    def start_sound(self) -> None:
        """The tap that starts the shift, or gives the sound back after a reload."""
        button = self.page.locator("#start-sound")
        if button.is_visible():
            button.click()

    def reload(self) -> None:
        """Open the board anew while orders ring."""
        self.page.reload()
        self.reloads += 1
        self.start_sound()

    def sign_on(self) -> None:
        """Tap the name and the PIN, if nobody is on."""
        dialog = self.page.locator("dialog#person")
        if not dialog.is_visible():
            self.page.locator("#person-on").click()
        dialog.locator(".names button", has_text=self.person).click()
        for digit in self.pin:
            dialog.locator(f"[data-digit='{digit}']").click()
        dialog.locator("form .primary").click()
        dialog.wait_for(state="hidden")

    def cards(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate(_CARDS))

    def shown(self) -> Columns:
        """Each column's cards."""
        return {name: [Shown(*card) for card in cards] for name, cards in self.page.evaluate(_SHOWN)}

    def press(self, card: str, selector: str, *opened_by: str) -> bool:
        """Press a button of a card, after what opens it; whether it was there to be pressed."""
        for each in (*opened_by, selector):
            button = self.page.locator(f"#{card} {each}").first
            try:
                # Nobody waits for a button that is not there, or that waits itself.
                if not (button.is_visible() and button.is_enabled(timeout=PRESENCE)):
                    return False
                button.click(timeout=PRESENCE)
            except TimeoutError:
                return False  # the card was moved, or struck from elsewhere, under the finger
        return True

    def dismiss_refusals(self) -> None:
        """What was refused is read, and then no longer in the way."""
        refusals = self.page.locator("#refused button")
        while refusals.count() > 0:
            refusals.last.click()

    def write(self, card: str, field: str, text: str) -> bool:
        """Write into a field of a card; whether it was there to be written into."""
        place = self.page.locator(f"#{card} {field}")
        if not place.is_visible():
            return False
        try:
            place.fill(text, timeout=PRESENCE)
        except TimeoutError:
            return False
        return True

    def go_offline(self, is_offline: bool) -> None:
        self.page.context.set_offline(is_offline)
        self.is_offline = is_offline

    def slow_down(self, milliseconds: int) -> None:
        """Put so much latency on the line; 0 takes it off."""
        session = self.page.context.new_cdp_session(self.page)
        line = {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1}
        session.send("Network.emulateNetworkConditions", line)

    def waiting(self) -> int:
        """How many taps have no answer yet."""
        return len(self.made) - sum(bool(self.ended.get(tap)) for tap in self.made)

    def _hear(self, kind: str, text: str) -> None:
        if kind == "debug" and text.startswith('["ear"'):
            self.ear.hear(*json.loads(text)[1:])
        if kind == "debug" and text.startswith('["tap"'):
            _, what, tap, insists = json.loads(text)
            if what == "queued":
                self.made.append(tap)
                self.insisted.update([tap] if insists else [])
            else:
                self.ended.setdefault(tap, Counter())[what] += 1
