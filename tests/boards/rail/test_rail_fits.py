"""The rail on every screen and in every language: one bar of 56 pixels, targets for a finger, nothing cut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import act, move
from boards.rail.steps import open_rail, order_of_lines
from ordertrack.database.session import tenant_context
from ordertrack.i18n.translate import gettext, speaking
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.pages import page_recorder

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


def sizes_of(page: Page, sizes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The live board as it opens on each of these screens, one after another."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        page_recorder.expect_state(page, "live")
        yield width, height


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_bar_is_one_row_in_which_nothing_is_cut(
    app: Flask, cedar: House, open_page: Callable[..., Page], language: str
) -> None:
    for number in range(14):
        order = order_of_lines(app, cedar, 15, in_minutes=number)
        if number % 2:
            move(app, cedar, order, OrderStatus.CONFIRMED)
    page = open_rail(open_page, cedar, language=language)
    for size in sizes_of(page, SIZES):
        page.wait_for_selector("#alerts-open:not([hidden])")
        shown = page.evaluate(_BAR)
        assert shown["height"] <= 57, size
        assert shown["cut"] == [], size
        assert shown["small"] == [], size
        assert tuple(shown["extent"]) <= size


_CUT_IN_FOOT = """() => [...document.querySelectorAll(".foot button, .foot output")].filter((part) => {
  const { left, right, bottom } = part.getBoundingClientRect();
  const isOutside = left < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
  return part.checkVisibility() && (isOutside || part.scrollWidth > part.clientWidth + 1);
}).map(({ outerHTML }) => outerHTML)"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_foot_says_whole_what_lies_before_and_after_a_page(
    app: Flask, cedar: House, open_page: Callable[..., Page], language: str
) -> None:
    for number in range(36):
        order_of_lines(app, cedar, 5, in_minutes=number - 20)
    page = open_rail(open_page, cedar, language=language)
    for size in sizes_of(page, [(1024, 600), (800, 1280), (640, 400)]):
        page.wait_for_selector(".card[data-spot]")
        page.locator("#page-next").click()
        page.locator("#page-next").click()
        page.wait_for_selector("#page-first:not([hidden])")
        assert page.locator("#page-before").is_visible(), size
        assert page.locator("#page-next").is_visible(), size
        assert page.evaluate(_CUT_IN_FOOT) == [], size


_CUT_IN_HEADS = """() => [...document.querySelectorAll(
  ".card[data-spot] :is(header, h3, .clock, .primary, .despite > button)")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1)
  .map(({ outerHTML }) => outerHTML)"""


@pytest.mark.usefixtures("lines_asked")
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("density", ["compact", "normal", "large"])
def test_no_word_of_a_head_is_cut(
    app: Flask, cedar: House, open_page: Callable[..., Page], density: str, language: str
) -> None:
    ways = ((), (OrderStatus.CONFIRMED,), (OrderStatus.CONFIRMED, OrderStatus.PREPARING))
    for way in ways:
        move(app, cedar, order_of_lines(app, cedar, 2), *way)
    page = open_rail(open_page, cedar, language=language, kept={"density": density})
    page.wait_for_selector(".card[data-spot]")
    with speaking(language):
        time = gettext("%(hours)s h %(minutes)s", hours=1, minutes="59")
        late, past = (gettext(said, time=time) for said in ("late by %(time)s", "target +%(time)s"))
        words = (late, past, gettext("due"), gettext("late"))
    assert page.locator(".card[data-spot]").count() == len(ways)
    for word in words:
        page.locator(".card[data-spot] .timer").evaluate_all(
            "(timers, word) => timers.forEach(timer => { timer.textContent = word; })", word
        )
        assert page.evaluate(_CUT_IN_HEADS) == [], word
    page.locator(".card[data-spot]").evaluate_all(
        "cards => cards.forEach(({ dataset }) => Object.assign(dataset, { time: 'late', news: 'late' }))"
    )
    expect(page.locator(".card[data-spot] .age:visible")).to_have_count(len(ways))
    assert page.evaluate(_CUT_IN_HEADS) == []


_CUT_IN_FACTS = """() => [...document.querySelectorAll(".card[data-spot] .facts > *")].filter((part) => {
  const [line, own] = [part.parentElement.getBoundingClientRect(), part.getBoundingClientRect()];
  const isOutside = own.left < line.left - 1 || own.right > line.right + 1 || own.bottom > line.bottom + 1;
  const isCut = part.matches(":not(.customer)") && part.scrollWidth > part.clientWidth + 1;
  return part.checkVisibility() && (isOutside || isCut);
}).map(({ outerHTML }) => outerHTML)"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("density", ["compact", "normal", "large"])
def test_the_day_of_a_promise_is_read_whole_beside_a_table(
    app: Flask, cedar: House, open_page: Callable[..., Page], density: str, language: str
) -> None:
    promised = dt.datetime.now(dt.UTC) + dt.timedelta(days=8)
    new = NewOrder(
        "hamra",
        Fulfilment.DINE_IN,
        (NewItem("Tea", 1),),
        table="Terrace 14",
        customer={"name": "Maria Christina van der Hoogenbosch"},
        promised_at=promised,
    )
    with tenant_context(app, cedar.tenant_id):
        order = intake.place(new, by=cedar.program)[0]
    act(app, cedar, order, OrderAction.FIRE)
    page = open_rail(open_page, cedar, language=language, kept={"density": density})
    page.wait_for_selector(".card[data-spot] .table")
    assert page.evaluate(_CUT_IN_FACTS) == []
