"""A page's clock in the test's hands; heartbeats say its time too, as if the server's clock were the same."""

from __future__ import annotations

from playwright.sync_api import Page

_HEARTBEATS = """window.addEventListener("htmx:sse:before:message", ({ detail: { message } }) => {
  if (message.event === "hb") message.data = String(Date.now());
}, { capture: true });"""


_TIME_IS_OVER = "htmx: htmx:error: timeout"


def is_overtaken(page: Page, error: str) -> bool:
    """Whether the time of a request is over because a test's clock jumped while it was under way."""
    if page.is_closed() or not error.startswith(_TIME_IS_OVER):
        return False
    return bool(page.evaluate("'__pwClock' in globalThis"))


def install_clock(page: Page) -> None:
    """Take the page's clock into the test's hands, and load the page anew under it."""
    page.clock.install()
    page.add_init_script(_HEARTBEATS)
    page.reload()
