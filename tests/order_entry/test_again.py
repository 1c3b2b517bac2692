"""An earlier order again: what can still be had comes, what cannot is said, what is of health never goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from order_entry.carte import FISH, KAFTA, LEMONADE, MENU, TAOUK
from ordertrack.menu.dishes import Menu
from ordertrack.order_entry import again
from ordertrack.orders.reading.order_record import ItemRecord, OrderRecord

ZONE = ZoneInfo("Asia/Beirut")
UNTIL = dt.datetime(2026, 11, 30, 20, 0, tzinfo=dt.UTC)


def order(*items: tuple[str, int, str | None, tuple[str, ...]]) -> OrderRecord:
    lines = tuple(ItemRecord(at, *item, None, False) for at, item in enumerate(items, 1))
    return cast(OrderRecord, SimpleNamespace(lines=lines))


def rows(found: again.Again) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if value} for row in found.rows]


def test_dishes_come_with_what_was_chosen_and_noted() -> None:
    found = again.of_order(
        order(("Chicken taouk", 2, "well done", ("Without: garlic",)), ("Candle", 1, None, ("blue",))),
        MENU,
        ZONE,
    )
    assert found.left_out == ()
    assert rows(found) == [
        {"sku": "taouk", "quantity": "2", "modifier": ["Without: garlic"], "notes": "well done"},
        {"name": "Candle", "quantity": "1", "modifier": ["blue"]},
    ]
    assert ("line-0-modifier", "Without: garlic") in list(again.fields(found.rows))


def test_what_had_to_be_left_out_is_said() -> None:
    menu = replace(MENU, dishes=(TAOUK, LEMONADE, replace(FISH, sold_out_until=UNTIL)))
    found = again.of_order(
        order(("Sea bass", 1, None, ()), ("Lemonade", 2, None, ("Size: large", "Size: huge"))), menu, ZONE
    )
    assert rows(found) == [{"sku": "lemonade", "quantity": "2", "modifier": ["Size: large"]}]
    assert found.left_out[0].startswith("Sea bass is sold out until")
    assert found.left_out[1:] == ("Lemonade, without “Size: huge”.",)


def test_what_is_of_health_goes_on_as_a_note_whatever_the_menu_says() -> None:
    found = again.of_order(
        order(("Kafta", 1, "spicy", ("no nuts", "peanut allergy", "gold leaf"))), MENU, ZONE
    )
    assert rows(found) == [{"sku": "kafta", "quantity": "1", "notes": "no nuts\npeanut allergy\nspicy"}]
    assert found.left_out == ("Kafta, without “gold leaf”.",)


def test_without_a_menu_every_line_comes_as_it_was_typed() -> None:
    found = again.of_order(order(("Kafta", 3, None, ())), Menu(), ZONE)
    assert rows(found) == [{"name": "Kafta", "quantity": "3"}]
    assert KAFTA.sku not in str(found.rows)
