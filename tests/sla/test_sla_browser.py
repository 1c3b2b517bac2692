"""The report page in a real window: its charts, their files, its form, and the shift that runs."""

from __future__ import annotations

import datetime as dt
import re
import struct
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from playwright.sync_api import expect

from ordertrack.database.session import tenant_context
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import speaking
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from sla.report_window import (
    FOUR_WEEKS,
    PATIENCE,
    PHONE,
    TABLET,
    Open,
    canvases,
    colours,
    never_closes,
)
from support.cast import House
from support.pages.page_recorder import expect_state
from support.server import Server, wait_for
from support.till import move

RUNS = """() => [...document.querySelectorAll("figure.chart")].map((figure) => {
  const chart = echarts.getInstanceByDom(figure.querySelector(".picture"));
  const { type, data, max } = chart.getOption().xAxis[0];
  const last = type === "category" ? data.length - 1 : max;
  const [from, to] = [0, last].map((value) => chart.convertToPixel({ xAxisIndex: 0 }, value));
  return [figure.id, Math.sign(to - from), chart.getOption().yAxis[0].position];
})"""

# Where a day's bar of p50 is in its chart, left of its middle; its day, and how many orders it counts.
A_BAR = """() => {
  const figure = document.querySelector("#days");
  const { p50, orders } = JSON.parse(figure.querySelector("script").textContent);
  const place = p50.findIndex((seconds) => seconds > 0);
  const chart = echarts.getInstanceByDom(figure.querySelector(".picture"));
  const [x, y] = chart.convertToPixel({ seriesIndex: 0 }, [place, p50[place] / 2]);
  const links = [...figure.querySelectorAll("td a")];
  const cell = links.find((each) => each.getAttribute("href") === orders[place]);
  return [x - 5, y, new URL(cell.href).searchParams.get("from"), Number(cell.textContent)];
}"""


@pytest.fixture
def around_the_clock(app: Flask, cedar: House) -> House:
    return never_closes(app, cedar)


@pytest.mark.parametrize("viewport", [TABLET, PHONE], ids=["tablet", "phone"])
@pytest.mark.parametrize(("language", "way", "start"), [("en", 1, "left"), ("ar", -1, "right")])
def test_time_runs_one_way_in_every_chart_the_way_that_the_page_is_read(
    busy: House, open_page: Open, language: str, way: int, start: str, viewport: dict[str, int]
) -> None:
    page = open_page(busy.maya, "/account", viewport=viewport, locale=language)
    for group in ("shift", "day", "restaurant"):
        page.goto(f"/sla?range=7&group={group}")
        expect(canvases(page)).to_have_count(4 if group == "restaurant" else 5)
        runs = page.evaluate(RUNS)
        assert runs == [[chart, way, start] for chart, *_how in runs]


@pytest.mark.parametrize("viewport", [TABLET, PHONE])
def test_every_chart_is_drawn_as_wide_as_its_place_and_nothing_sticks_out(
    busy: House, open_page: Open, viewport: dict[str, int]
) -> None:
    page = open_page(busy.maya, FOUR_WEEKS, viewport=viewport)
    expect(canvases(page)).to_have_count(5)
    for canvas in canvases(page).all():
        assert len(colours(canvas)) > 3
        widths = canvas.evaluate("canvas => [canvas.clientWidth, canvas.closest('.picture').clientWidth]")
        assert widths[0] == widths[1]
        assert widths[0] <= viewport["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


SCROLLING = """() => [...document.querySelectorAll(".scroll")]
  .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.ariaLabel)"""


# The extended rules bring two columns more: they are put in here as wide as their words.
TWO_MORE = """titles => { for (const title of titles) for (const doubts of all(".doubts")) {
  const cell = doubts.cloneNode();
  cell.className = "n whole";
  cell.textContent = doubts.matches("thead *") ? title : "123";
  doubts.before(cell);
} function all(selector) { return document.querySelectorAll(selector); } }"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_on_a_laptop_no_column_of_a_report_lies_beyond_its_table(
    busy: House, open_page: Open, language: str
) -> None:
    page = open_page(busy.maya, f"{FOUR_WEEKS}&doubtful=in", viewport=TABLET, locale=language)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.locator(".scroll").count() == 9
    with speaking(language):
        page.evaluate(TWO_MORE, [_("Again"), _("Cancelled late")])
    assert page.evaluate(SCROLLING) == []


NOT_WHOLE = """() => [...document.querySelectorAll("main :is(td, .value, input, figcaption p)")]
.filter((each) => {
  if (!each.checkVisibility()) return false;
  const words = document.createRange();
  words.selectNodeContents(each);
  const lines = new Set([...words.getClientRects()].map(({ top }) => Math.round(top)));
  const { left, right } = each.getBoundingClientRect();
  const isBroken = each.matches(".n, .value") && lines.size > 1;
  return isBroken || each.scrollWidth > each.clientWidth + 1 || left < 0 || right > innerWidth;
}).map((each) => each.outerHTML)"""
# Asked again and again from outside: a script of the page may not, for it would have to be made from a text.
AS_WIDE_AS_ITS_PLACE = """() => [...document.querySelectorAll(".picture")].every((place) =>
  place.querySelector("canvas")?.clientWidth === place.clientWidth)"""
# What is written in a chart, by where it stands: beyond its edge, or over what a bar shows.
WRITTEN_OVER = """() => [...document.querySelectorAll(".picture")].flatMap((picture) => {
  const chart = echarts.getInstanceByDom(picture);
  const drawn = chart.getZr().storage.getDisplayList(true).filter((each) => !each.ignore && !each.invisible);
  const placed = drawn.map((each) => {
    const box = each.getBoundingRect().clone();
    if (each.transform) box.applyTransform(each.transform);
    return { each, box };
  });
  const texts = placed.filter(({ each }) => each.type === "tspan");
  const targets = texts.filter(({ each }) => /target|objectif|الهدف/.test(each.style.text));
  const bars = placed.filter(({ each }) => each.type === "rect" && each.style.decal !== undefined);
  const isOut = ({ box }) => box.x < -1 || box.x + box.width > chart.getWidth() + 1;
  const isOver = (target) => [...bars, ...texts]
    .some(({ each, box }) => each !== target.each && box.clone().intersect(target.box));
  return [...texts.filter(isOut), ...targets.filter(isOver)].map(({ each }) => each.style.text);
})"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_on_a_phone_every_figure_is_whole_and_no_target_is_written_over_a_bar(
    busy: House, open_page: Open, language: str
) -> None:
    page = open_page(busy.maya, "/account", viewport=PHONE, locale=language)
    for group in ("shift", "day", "restaurant"):
        page.goto(f"{FOUR_WEEKS}&group={group}")
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            wait_for(lambda: page.evaluate(AS_WIDE_AS_ITS_PLACE), "charts of this width")
            assert page.evaluate(NOT_WHOLE) == [], (group, width)
            assert page.evaluate(WRITTEN_OVER) == [], (group, width)


def test_charts_follow_the_width_of_their_place(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, FOUR_WEEKS, viewport=TABLET)
    first = canvases(page).first
    expect(first).to_be_visible()
    page.set_viewport_size(PHONE)
    wait_for(lambda: page.evaluate(AS_WIDE_AS_ITS_PLACE), "charts of this width")
    assert page.locator(".picture").first.evaluate("place => place.clientWidth") < 390
    assert len(colours(first)) > 3


def test_a_bar_leads_to_the_orders_that_it_counts_and_each_to_its_story(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, f"{FOUR_WEEKS}&group=day", viewport=TABLET)
    expect(page.locator("#days canvas").first).to_be_visible()
    page.locator("#days").scroll_into_view_if_needed()
    x, y, day, count = page.evaluate(A_BAR)
    page.locator("#days .picture").click(position={"x": x, "y": y})
    page.wait_for_url("**/sla/orders?**")
    assert f"from={day}&to={day}" in page.url
    expect(page.locator(".listed tbody tr")).to_have_count(count)
    page.locator(".listed tbody th a").first.click()
    page.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}$"))


def test_charts_change_their_colours_with_the_theme(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, FOUR_WEEKS)
    bars = canvases(page).first
    expect(bars).to_be_visible()
    light = colours(bars)
    page.get_by_role("button", name="Change between dark and light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".picture canvas").first).to_be_visible()
    dark = colours(bars)
    assert 0xFFB27200 in light and 0xFFB27200 not in dark  # #0072b2, as the memory has it
    assert 0xFFE9B456 in dark and 0xFFE9B456 not in light  # #56b4e9


def test_charts_change_their_colours_with_the_device(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, FOUR_WEEKS, color_scheme="dark")
    bars = canvases(page).first
    expect(bars).to_be_visible()
    assert 0xFFE9B456 in colours(bars)
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    light = colours(bars)
    assert 0xFFB27200 in light and 0xFFE9B456 not in light


def test_every_chart_tells_those_who_cannot_see_it_what_it_shows_and_has_its_table(
    busy: House, open_page: Open
) -> None:
    page = open_page(busy.maya, FOUR_WEEKS)
    for figure in page.locator("figure.chart").all():
        picture = figure.get_by_role("img")
        assert "table below" in (picture.get_attribute("aria-label") or "")
        table = figure.locator("table")
        if not table.is_visible():
            figure.get_by_text("Table", exact=True).click()
        expect(table).to_be_visible()
        assert table.locator("tbody tr").count() > 0


def test_a_chart_can_be_had_as_an_image_as_shapes_and_as_numbers(
    busy: House, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(busy.maya, FOUR_WEEKS)
    figures = page.locator("figure.chart")
    expect(canvases(page)).to_have_count(5)
    for figure in figures.all():
        title = figure.locator("h2").inner_text()
        for button in ("PNG", "SVG", "CSV"):
            with page.expect_download() as waiting:
                figure.get_by_text(button, exact=True).click()
            file = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(file)
            assert file.suffix == f".{button.lower()}" and "-kitchen-" in file.name
        name = figure.get_attribute("data-file")
        width, height = struct.unpack(">II", (tmp_path / f"{name}.png").read_bytes()[16:24])
        assert (width, height) > (800, 400)
        drawing = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        assert title in " ".join(drawing.itertext())
        assert len(list(drawing.iter("{http://www.w3.org/2000/svg}path"))) > 5


def test_an_arabic_reader_begins_a_chart_at_its_right(busy: House, open_page: Open, tmp_path: Path) -> None:
    page = open_page(busy.maya, FOUR_WEEKS, language="ar-arab")
    expect(canvases(page)).to_have_count(5)
    said: dict[str, float] = {}
    with page.expect_download() as waiting:
        page.locator("#stages [data-save=svg]").click()
    waiting.value.save_as(tmp_path / "stages.svg")
    drawing = ElementTree.parse(tmp_path / "stages.svg").getroot()
    for text in drawing.iter("{http://www.w3.org/2000/svg}text"):
        said["".join(text.itertext())] = float(text.get("transform", "").split("(")[1].split()[0].strip(",)"))
    assert not [text for text in said if re.search("[A-Za-z0-9]", text)]
    # A picture has no direction of its own: each text brings it along, or its numbers would change places.
    assert all(text[0] == "\u2067" and text[-1] == "\u2069" for text in said if re.search("[ء-ي]", text))
    kitchen = next(place for text, place in said.items() if "المطبخ" in text)
    assert kitchen > float(drawing.get("width", "0")) * 0.8
    assert page.evaluate("document.documentElement.scrollWidth === document.documentElement.clientWidth")


def test_without_scripts_the_tables_say_everything(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, FOUR_WEEKS, java_script_enabled=False)
    for figure in page.locator("figure.chart").all():
        expect(figure.locator(".picture")).to_be_hidden()
        expect(figure.get_by_role("button")).to_have_count(0)
        if not figure.locator("table").is_visible():
            figure.get_by_text("Table", exact=True).click()
        expect(figure.locator("table")).to_be_visible()
    page.get_by_role("combobox", name="Stage").select_option("Road")
    page.get_by_role("button", name="Show").last.click()
    expect(page.get_by_role("heading", name="Road,")).to_be_visible()


def test_the_address_says_what_was_chosen_and_no_more(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, "/sla")

    def address() -> dict[str, list[str]]:
        return parse_qs(urlsplit(page.url).query)

    page.get_by_role("button", name="28 days").click()
    page.wait_for_url("**/sla?*range=28*")
    assert address() == {"range": ["28"], "stage": ["kitchen"], "group": ["shift"]}
    page.get_by_role("combobox", name="Stage").select_option("Cook")
    page.locator("summary", has_text="All restaurants").click()
    page.get_by_label("Jounieh").check()
    page.get_by_role("button", name="Show").last.click()
    page.wait_for_url("**stage=cook*")
    cook = {"range": ["28"], "stage": ["cook"], "group": ["shift"], "restaurant": ["jounieh"]}
    assert address() == cook
    first = page.get_by_label("From", exact=True).input_value()
    page.get_by_label("To", exact=True).fill(first)
    page.get_by_role("button", name="Show").last.click()
    page.wait_for_url("**from=*")
    assert address() == {
        **{name: value for name, value in cook.items() if name != "range"},
        "from": [first],
        "to": [first],
    }


def test_the_running_shift_follows_orders_as_they_move(
    app: Flask, around_the_clock: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    page = open_page(around_the_clock.maya, FOUR_WEEKS)
    expect_state(page, "live")
    page.evaluate("window.isSamePage = true")
    hamra = page.locator("#running .shift", has_text="Hamra")
    expect(hamra).to_contain_text("All day until 04:00")
    order_id = place(around_the_clock)
    expect(hamra).to_contain_text("pending", timeout=PATIENCE)
    move(app, around_the_clock, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    expect(hamra).to_contain_text("1 preparing", timeout=PATIENCE)
    assert page.evaluate("window.isSamePage"), "the page was reloaded"


def test_an_order_becomes_late_on_the_panel_though_nothing_happens(
    app: Flask, around_the_clock: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    order_id = place(around_the_clock)
    with tenant_context(app, around_the_clock.tenant_id):
        hamra = next(each for each in cache.of_tenant(around_the_clock.tenant_id) if each.slug == "hamra")
        today = hamra.calendar.day_of(dt.datetime.now(dt.UTC))
        save.save_target(hamra.id, Target(Stage.KITCHEN, None, today, 6), by=around_the_clock.maya.principal)
    move(app, around_the_clock, order_id, OrderStatus.CONFIRMED)
    page = open_page(around_the_clock.maya, "/sla")
    shift = page.locator("#running .shift", has_text="Hamra")
    expect(shift).to_contain_text("late now", timeout=PATIENCE)
    expect(shift.locator(".late")).to_have_text("▲ 1 late now", timeout=PATIENCE)


def test_a_page_that_lost_its_line_says_so_and_is_right_again_when_it_is_back(
    app: Flask, server: Server, around_the_clock: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    page = open_page(around_the_clock.maya, FOUR_WEEKS, strict=False)
    expect_state(page, "live")
    server.kill()
    expect_state(page, "reconnecting")
    move(app, around_the_clock, place(around_the_clock), OrderStatus.CONFIRMED)
    server.start()
    expect_state(page, "live")
    expect(page.locator("#running .shift", has_text="Hamra")).to_contain_text("1 confirmed", timeout=PATIENCE)
