"""A board that is looked at keeps the screen awake, and takes that up again when it comes back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from support.cast import House
from support.pages import page_recorder
from support.server import wait_for

COUNT = """() => {
  const request = WakeLock.prototype.request;
  window.locks = [];
  WakeLock.prototype.request = function (kind) { locks.push(kind); return request.call(this, kind); };
}"""


def test_a_board_takes_the_lock_each_time_it_comes_into_sight_and_other_pages_never(
    cedar: House, open_page: Callable[..., Page]
) -> None:
    page = open_page(cedar.maya, "/boards", strict=False)
    page.add_init_script(f"({COUNT})()")
    page.goto("/r/hamra/kitchen")
    page_recorder.expect_state(page, "live")
    wait_for(lambda: page.evaluate("locks") == ["screen"], "the lock")
    page_recorder.put_in_background(page, True)
    assert page.evaluate("locks") == ["screen"]
    page_recorder.put_in_background(page, False)
    wait_for(lambda: page.evaluate("locks") == ["screen"] * 2, "the lock again")
    page.goto("/sla")
    page_recorder.expect_state(page, "live")
    assert page.evaluate("locks") == []
