"""Amounts of money read as their reader writes them, on the page and where scripts add them up."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from ordertrack.i18n.money import money
from ordertrack.i18n.translate import speaking


@pytest.mark.parametrize(
    ("language", "currency", "said"),
    [
        ("en", "USD", "US$1,250.50"),
        ("en", "EUR", "€1,250.50"),
        ("en", "LBP", "LBP 1,250.50"),
        ("fr", "USD", "1 250,50 $US"),
        ("fr", "EUR", "1 250,50 €"),
        ("fr", "LBP", "1 250,50 £LB"),
        ("ar", "USD", "1,250.50 US$"),
        ("ar", "EUR", "1,250.50 €"),
        ("ar", "LBP", "1,250.50 ل.ل."),
    ],
)
def test_an_amount_has_the_sign_that_its_reader_knows(language: str, currency: str, said: str) -> None:
    with speaking(language):
        read = money(125050, currency)
    assert read.translate({0xA0: " ", 0x202F: " ", 0x200E: None, 0x200F: None}) == said


def test_among_arabic_the_sign_of_dollars_is_not_turned_around(chromium: Browser) -> None:
    with speaking("ar"):
        read = money(125050, "USD")
    page = chromium.new_page()
    page.set_content(f"<p dir=rtl>الإجمالي <bdi>{read}</bdi></p>")
    place = """(text, sign) => {
      const node = document.querySelector("bdi").firstChild;
      const range = document.createRange();
      const start = node.data.indexOf(sign);
      range.setStart(node, start);
      range.setEnd(node, start + 1);
      return range.getBoundingClientRect().left;
    }"""
    letter, sign = (page.evaluate(f"sign => ({place})(null, sign)", each) for each in "S$")
    page.close()
    assert letter < sign
