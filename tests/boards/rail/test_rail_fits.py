"""The rail on every screen and in every language: one bar of 56 pixels, targets for a finger, nothing cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from boards.hands import move
from boards.rail.steps import open_rail, order_of_lines
from ordertrack.i18n.translate import gettext, speaking
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

SIZES = [(1280, 800), (1920, 1080), (1024, 600), (800, 1280), (390, 844), (320, 640)]
_BAR = """() => {
  const bar = document.querySelector(".bar");
  const inside = ":scope > :not(h1, output), .alert-bar > :not([popover]), .tools > *";
  const parts = [...bar.querySelectorAll(inside)]
    .filter((part) => part.checkVisibility() && getComputedStyle(part).display !== "contents");
  return {
    height: bar.getBoundingClientRect().height,
    cut: parts.filter((part) => {
      const { left, right, top, bottom } = part.getBoundingClientRect();
      const isOutside = left < -0.5 || right > innerWidth + 0.5 || top < 0 || bottom > 57;
      return isOutside || part.scrollWidth > part.clientWidth + 1;
    }).map(({ outerHTML }) => outerHTML.slice(0, 100)),
    small: [...document.querySelectorAll(".bar button, .foot button, .card button:not([data-story]), .bar a")]
      .filter((each) => each.checkVisibility({ contentVisibilityAuto: true }))
      .filter((each) => getComputedStyle(each).pointerEvents !== "none")
      .filter((each) => {
        const { width, height } = each.getBoundingClientRect();
        const around = Number.parseFloat(getComputedStyle(each, "::after").blockSize) || 0;
        return width < 47.5 || Math.max(height, around) < 47.5;
      })
      .map(({ outerHTML }) => outerHTML.slice(0, 100)),
    extent: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  };
}"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_bar_is_one_row_in_which_nothing_is_cut(
    app: Flask, cedar: House, open_page: Callable[..., Page], size: tuple[int, int], language: str
) -> None:
    for number in range(14):
        order = order_of_lines(app, cedar, 15, in_minutes=number)
        if number % 2:
            move(app, cedar, order, OrderStatus.CONFIRMED)
    width, height = size
    page = open_rail(open_page, cedar, viewport={"width": width, "height": height}, language=language)
    page.wait_for_selector("#alerts-open:not([hidden])")
    shown = page.evaluate(_BAR)
    assert shown["height"] <= 57
    assert shown["cut"] == []
    assert shown["small"] == []
    assert tuple(shown["extent"]) <= size


_CUT_IN_HEADS = """() => [...document.querySelectorAll(
  ".card[data-spot] :is(header, h3, .clock, .primary, .despite > button)")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1)
  .map(({ outerHTML }) => outerHTML)"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("density", ["compact", "normal", "large"])
def test_no_word_of_a_head_is_cut(
    app: Flask, cedar: House, open_page: Callable[..., Page], density: str, language: str
) -> None:
    ways = ((), (OrderStatus.CONFIRMED,), (OrderStatus.CONFIRMED, OrderStatus.PREPARING))
    for way in ways:
        move(app, cedar, order_of_lines(app, cedar, 2), *way)
    page = open_rail(open_page, cedar, language=language)
    page.evaluate("density => localStorage.setItem('density', density)", density)
    page.reload()
    page.wait_for_selector(".card[data-spot]")
    with speaking(language):
        late = gettext("late by %(time)s", time=gettext("%(hours)s h %(minutes)s", hours=1, minutes="59"))
    page.locator(".card[data-spot] .timer").evaluate_all(
        "(timers, late) => timers.forEach(timer => { timer.textContent = late; })", late
    )
    cut = page.evaluate(_CUT_IN_HEADS)
    assert page.locator(".card[data-spot]").count() == len(ways)
    assert cut == []
