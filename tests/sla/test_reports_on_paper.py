"""Reports on A4: whole, on white, with what was chosen; what is not there is said."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from sla.report_window import (
    CUT,
    FOUR_WEEKS,
    SHEET_LAID_DOWN,
    SHEET_OF_A4,
    Open,
    canvases,
    colours,
)
from support.cast import House


@pytest.mark.parametrize("sheet", [SHEET_OF_A4, SHEET_LAID_DOWN], ids=["portrait", "landscape"])
def test_on_paper_charts_and_tables_are_whole_and_nothing_is_there_to_tap(
    busy: House, open_page: Open, sheet: dict[str, int]
) -> None:
    for language in ("en", "fr", "ar"):
        page = open_page(busy.maya, FOUR_WEEKS, viewport=sheet, locale=language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(canvases(page)).to_have_count(5)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        charts = page.locator("figure.chart > canvas")
        expect(charts).to_have_count(5)
        assert all(len(colours(charts.nth(number))) > 2 for number in range(5))
        shown = page.locator(":is(table, th, td):not(.on-screen, .on-screen *), .tiles *, figure > canvas")
        assert shown.evaluate_all(CUT) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= sheet["width"]
        tapped = page.locator("button, summary, .button, .bar, .choice, .manager-alarm, .about a, .trust a")
        expect(tapped.filter(visible=True)).to_have_count(0)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(charts).to_have_count(0)
        page.emulate_media(media="screen")
        expect(canvases(page).first).to_be_visible()


WRITTEN_ON = """picture => echarts.getInstanceByDom(picture).getZr().storage.getDisplayList(true)
  .filter((each) => each.type === "tspan" && !each.ignore && !each.invisible)
  .map((each) => each.style.text)"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_week_fits_three_sheets_of_paper_which_say_what_is_not_on_them(
    busy: House, open_page: Open, language: str
) -> None:
    page = open_page(busy.maya, "/sla?range=7", locale=language)
    expect(canvases(page)).to_have_count(5)
    sheets = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 3
    assert len(re.findall(rb"/Width 1920\b[^>]*/SMask", sheets)) == 5, "a picture a chart"
    page.goto(FOUR_WEEKS)
    page.emulate_media(media="print")
    expect(page.locator("#hours table")).to_be_hidden()
    expect(page.locator("#hours > p.on-paper")).to_contain_text("CSV")
    doubtful = page.locator("#doubtful")
    left = doubtful.locator("tbody tr").count() - doubtful.locator("tbody tr").filter(visible=True).count()
    assert left > 0
    expect(doubtful.locator("p.on-paper")).to_contain_text(f"{left}")


def test_on_paper_each_bar_has_its_name_and_its_time(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, "/sla?range=7&group=day")
    expect(canvases(page)).to_have_count(5)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for name in ("stages", "days", "restaurants"):
        figure = page.locator(f"figure#{name}")
        names = figure.locator("script").evaluate("script => JSON.parse(script.textContent).labels")
        written = figure.locator(".picture").evaluate(WRITTEN_ON)
        bare = [text.removeprefix("▲ ") for text in written]
        assert [each for each in names if each not in bare] == []
        axis = sum(bool(re.fullmatch(r"[\d.]+ (s|min|h)", text)) for text in written)
        assert axis >= 2 * len(names), written


def test_on_paper_stands_what_was_chosen_and_of_which_day_it_is(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, f"{FOUR_WEEKS}&fulfilment=delivery&group=day&doubtful=in")
    page.emulate_media(media="print")
    about = page.locator(".sheet")
    for said in ("Kitchen, ", "Delivery only", "all restaurants: Hamra, Jounieh"):
        expect(about).to_contain_text(said, use_inner_text=True)
    expect(page.locator(".trust")).to_contain_text(re.compile(r"Figures up to \w{3} \d+ \w{3}, \d\d:\d\d"))
    expect(page.locator(".doubt").first).to_contain_text("doubtful, counted in")
    assert (
        page.locator("table", has_text="Business day").filter(visible=True).count()
        < page.locator("table", has_text="Business day").count()
    ), "the days stand on it once"


def test_charts_of_a_dark_page_come_out_on_white(busy: House, open_page: Open) -> None:
    page = open_page(busy.maya, FOUR_WEEKS)
    expect(canvases(page)).to_have_count(5)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    bars = colours(page.locator("figure.chart > canvas").first)
    assert 0xFFB27200 in bars and 0xFFE9B456 not in bars  # as on a light page
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert page.evaluate("getComputedStyle(document.querySelector('.chart')).color") == "rgb(0, 0, 0)"
