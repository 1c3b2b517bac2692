"""What was typed is held against the menu: dishes, what they ask, what they cost; free lines beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from order_entry.carte import DAILY, KAFTA, LEMONADE, MENU, TAOUK
from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import speaking
from ordertrack.menu.dishes import Menu
from ordertrack.order_entry import lines

ZONE = ZoneInfo("Asia/Beirut")
UNTIL = dt.datetime(2026, 11, 30, 20, 0, tzinfo=dt.UTC)


def read(*rows: dict[str, str | list[str]], menu: Menu = MENU) -> lines.Read:
    fields: MultiDict[str, str] = MultiDict()
    for number, row in enumerate(rows):
        for name, value in {"quantity": "1", **row}.items():
            for text in value if isinstance(value, list) else [value]:
                fields.add(f"line-{number}-{name}", text)
    return lines.read(Typed(fields), menu, "USD", ZONE)


def test_a_choice_says_on_the_ticket_whether_it_is_with_or_without() -> None:
    row: dict[str, str | list[str]] = {"sku": "taouk", "quantity": "2"}
    found = read(row | {"modifier": ["Extra: garlic", "Without: onion"], "notes": " well done "})
    assert found.problems == {}
    line = found.lines[0]
    assert (line.name, line.quantity, line.notes) == ("Chicken taouk", 2, "well done")
    assert line.modifiers == ("Without: onion", "Extra: garlic"), "in the order of the menu"
    assert (line.each, line.amount, found.total) == (1350, 2700, 2700)


@pytest.mark.parametrize("name", ["Chicken taouk", "  chicken  TAOUK ", "شيش طاووق"])
def test_a_dish_is_known_by_its_name_in_any_language(name: str) -> None:
    assert read({"name": name}).lines[0].dish == TAOUK


def test_what_is_not_on_the_menu_is_a_line_of_its_own() -> None:
    found = read(
        {"name": "Candle", "quantity": "٣", "price": "1,50", "modifiers": "blue، thin"}, {"name": "Rice"}
    )
    candle, rice = found.lines.values()
    assert (candle.dish, candle.quantity, candle.modifiers, candle.amount) == (None, 3, ("blue", "thin"), 450)
    assert rice.amount is None and found.total is None, "one price is not known"
    assert read({"name": "Candle"}, menu=Menu()).lines[0].name == "Candle", "where there is no menu at all"
    assert read({"sku": "daily"}).total is None, "a dish without a price"
    assert DAILY.price is None


def test_empty_rows_are_no_lines() -> None:
    assert read({"name": ""}, {"quantity": "2"}).lines == {}


@pytest.mark.parametrize("typed", ["price", "notes", "modifiers"])
def test_a_row_that_says_all_but_its_dish_is_not_dropped_in_silence(typed: str) -> None:
    found = read({"sku": "daily"}, {typed: "4"})
    assert list(found.problems) == ["line-1"] and "which dish" in found.problems["line-1"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"sku": "kafta", "quantity": "0"}, "from 1 to 999"),
        ({"sku": "kafta", "quantity": "1.5"}, "from 1 to 999"),
        ({"sku": "kafta", "quantity": ""}, "from 1 to 999"),
        ({"sku": "gone", "name": "Liver"}, "Liver is not on the menu any more"),
        ({"sku": "kafta", "modifier": ["Extra: gold"]}, "“Extra: gold” cannot be chosen with Kafta"),
        ({"sku": "taouk", "modifiers": "garlic"}, "cannot be chosen"),
        ({"sku": "lemonade"}, "Lemonade: choose “Size”"),
        ({"sku": "lemonade", "modifier": ["Size: small", "Size: large"]}, "choose only one of “Size”"),
        ({"name": "Candle", "price": "much"}, "write the price in USD as a number, like 12.50"),
        ({"name": "Candle", "price": "1.505"}, "write the price in USD"),
        ({"name": "Candle", "price": "-1"}, "write the price in USD as a number"),
        ({"name": "x" * 201}, "200 characters at most"),
        ({"name": "Tea\u202e"}, "direction marks"),
        ({"sku": "kafta", "notes": "x" * 1001}, "1000 characters at most"),
        ({"name": "Tea", "modifiers": ",".join("abcdefghijklmnopqrstu")}, "20 modifiers at most"),
    ],
)
def test_what_cannot_be_ordered_says_what_to_change(row: dict[str, str | list[str]], said: str) -> None:
    found = read(row)
    assert said in found.problems["line-0"]
    assert found.total is None


def test_sold_out_and_withdrawn_dishes_are_refused_by_name() -> None:
    menu = replace(
        MENU,
        dishes=(replace(KAFTA, sold_out_until=UNTIL), LEMONADE),
        withdrawn=(replace(TAOUK, is_offered=False),),
    )
    found = read({"sku": "kafta"}, {"sku": "taouk"}, {"sku": "lemonade", "modifier": ["large"]}, menu=menu)
    assert "Kafta is sold out until" in found.problems["line-0"]
    assert "Chicken taouk is not on the menu any more" in found.problems["line-1"]
    assert found.lines[2].each == 700, "the rest stands"


def test_a_choice_is_known_by_its_name_in_the_readers_language() -> None:
    with speaking("fr"):
        assert lines.chosen(TAOUK, "Extra: ail") == lines.chosen(TAOUK, "extra: garlic") != None  # noqa: E711
    choice = lines.chosen(TAOUK, "onion")
    assert choice is not None and choice[0] == "Without: onion"
