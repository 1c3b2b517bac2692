"""One window as screens of several sizes: each opens the page anew, as a screen of that size would."""

from __future__ import annotations

from playwright.sync_api import Page


def load_at(page: Page, size: tuple[int, int]) -> None:
    """Load the page anew in a window of this width and height; half of what a window of its own costs."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()
