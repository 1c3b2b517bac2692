"""What a page has shown, moment by moment: kept by the page itself, so that no moment is missed."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

_RECORD = """() => {
  const seen = (window.seen = { states: [], said: [], cards: {}, twice: [] });
  const look = () => {
    const state = document.getElementById("live").dataset.state;
    const shown = [...document.querySelectorAll(".card")];
    if (seen.states.at(-1)?.[0] !== state) seen.states.push([state, shown.length]);
    const here = {};
    for (const card of shown) {
      if (here[card.id]) seen.twice.push(card.id);
      here[card.id] = `${card.dataset.version} ${card.closest("[data-status]").dataset.status}`;
    }
    for (const id of new Set([...Object.keys(here), ...Object.keys(seen.cards)])) {
      const past = (seen.cards[id] ??= []);
      const now = here[id] ?? "gone";
      if (past.at(-1) !== now) past.push(now);
    }
    const said = document.getElementById("announcement").textContent;
    if (said !== (seen.said.at(-1) ?? "")) seen.said.push(said);
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ["data-version", "data-state"] });
}"""

_LAYOUT = """() => [...document.querySelectorAll("section[data-column]")].map((section) => [
  section.dataset.column,
  [...section.querySelectorAll(".card")].map((card) => `${card.id} ${card.dataset.version}`),
])"""


def record(page: Page) -> None:
    """Begin to keep what the page shows, from this moment on."""
    page.evaluate(_RECORD)


def states(page: Page) -> list[str]:
    """Every state that the sign has been in, in order."""
    return [state for state, _ in page.evaluate("seen.states")]


def cards_when(page: Page, state: str) -> list[int]:
    """How many cards stood there each time the sign came to this state."""
    return [cards for was, cards in page.evaluate("seen.states") if was == state]


def said_aloud(page: Page) -> list[str]:
    """What a screen reader was told of the connection."""
    return list(page.evaluate("seen.said"))


def history(page: Page, card: str) -> list[str]:
    """Every `<version> <status>` that this card has shown, in order; `gone` where it was off the board."""
    return list(page.evaluate("id => seen.cards[id] ?? []", card))


def assert_nothing_went_back(page: Page) -> None:
    """No card ever showed an older version than before, and none stood there twice."""
    assert page.evaluate("seen.twice") == []
    for card, past in page.evaluate("seen.cards").items():
        shown = [int(moment.split()[0]) for moment in past if moment != "gone"]
        assert shown == sorted(shown), f"{card} went back: {past}"


def layout(page: Page) -> Any:
    """Each column with its cards and their versions, from top to bottom."""
    return page.evaluate(_LAYOUT)


def expect_state(page: Page, state: str, patience: float = 20_000) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", state, timeout=patience)


def state_now(page: Page) -> str:
    """The sign's state at this very moment: nothing is waited for."""
    return str(page.evaluate("document.body.dataset.live"))


def put_in_background(page: Page, is_hidden: bool) -> None:
    """Tell the page that it went to the background, or came back."""
    page.evaluate(
        """isHidden => {
          Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )
