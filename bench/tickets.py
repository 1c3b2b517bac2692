"""How many whole tickets the kitchen's first page shows: 41 open orders, by screen and density.

Their lines are those of a dinner: median 5, nine in ten at most 9, the longest 25; some with modifiers
or notes. Letters are Debian's fonts-roboto, which is what most tablets have.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

from playwright.sync_api import Browser

import table
from contenders.ours import Ordertrack
from house import KITCHEN_PATH, RESTAURANT, House
from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.principal import Principal

# How many orders have so many lines: 41 in all.
_LINES = {1: 3, 2: 4, 3: 5, 4: 6, 5: 9, 6: 4, 7: 3, 8: 2, 9: 2, 12: 1, 18: 1, 25: 1}
_DISHES = (
    "Aubergine dip", "Bean stew", "Cheese pie", "Chicken skewers", "Cola", "Cucumber salad", "Flat bread",
    "Fried squid", "Grilled courgettes, mint and lemon", "Lamb shoulder for two", "Lemonade", "Milk pudding",
    "Onion rings", "Pickled turnips", "Potato wedges", "Rice with almonds", "Spinach triangles",
    "Tomato soup", "Veal burger", "سلطة خضار",
)  # fmt: skip
_MODIFIERS = ("no salt", "extra bread", "large", "well done", "half portion")
_NOTES = ("Dressing on the side", "Cut for a child", "Allergic to sesame!")
_MODIFIED_SHARE, _NOTED_SHARE = 0.25, 0.08
# Width and height of a screen in CSS pixels, and how many whole tickets it is to show at which density.
TARGETS: Mapping[tuple[int, int], Mapping[str, int]] = {
    (1280, 800): {"normal": 8, "compact": 12},
    (1920, 1080): {"normal": 15, "compact": 21},
    (800, 1280): {"normal": 7, "compact": 13},
    (1024, 600): {"compact": 8},
}
_COUNT = """() => {
  const whole = (card) => {
    const cards = card.parentElement;
    const list = getComputedStyle(cards).display === "contents" ? card.closest("main") : cards;
    const [own, outer] = [card, list].map((each) => each.getBoundingClientRect());
    const isAcross = own.width > 0 && own.right <= innerWidth;
    const isDown = own.top >= outer.top - 1 && own.bottom <= outer.bottom + 1;
    return isAcross && isDown && !card.querySelector(".fold")?.checkVisibility();
  };
  return [...document.querySelectorAll(".columns .column:not([data-passing]) .card")].filter(whole).length;
}"""


def fill(house: House) -> None:
    """The same 41 orders in each run: a third new, a third confirmed, a third being made."""
    by = Principal(house.tenant_id, "program:bench", "Bench")
    app = make_bare_app(house.settings)
    with tenant_context(app, house.tenant_id):
        placed = [intake.place(order, by=by)[0] for order in _orders()]
        db.engine.dispose()
    house.commit([(order, *KITCHEN_PATH[:2]) for order in placed[:27]])
    house.commit([(order, *KITCHEN_PATH[1:3]) for order in placed[:14]])


def _orders() -> Iterator[NewOrder]:
    draw = random.Random("tickets")
    lines = list(chain.from_iterable(repeat(many, orders) for many, orders in _LINES.items()))
    draw.shuffle(lines)
    now = dt.datetime.now(dt.UTC)
    for place, many in enumerate(lines):
        fulfilment = draw.choice((*Fulfilment, Fulfilment.DELIVERY))
        promised = now + dt.timedelta(minutes=5 + place / 8) if place % 2 else None  # none for later
        items = tuple(_line(draw) for _ in range(many))
        yield NewOrder(RESTAURANT, fulfilment, items, customer={"name": "Rana Khoury"}, promised_at=promised)


def _line(draw: random.Random) -> NewItem:
    modifiers = (draw.choice(_MODIFIERS),) if draw.random() < _MODIFIED_SHARE else ()
    notes = draw.choice(_NOTES) if draw.random() < _NOTED_SHARE else None
    return NewItem(draw.choice(_DISHES), draw.choice((1, 1, 1, 2, 3)), notes, modifiers)


def has_roboto() -> bool:
    """Whether Debian's fonts-roboto is here."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    return "Roboto" in subprocess.run([lister, ":", "family"], capture_output=True, text=True).stdout


def count(chromium: Browser, server: Ordertrack) -> list[table.Row]:
    """A row for each screen and density, beside what columns show there."""
    letters = "" if has_roboto() else ", letters wider than a tablet's: fonts-roboto is not installed"
    rows = []
    for (width, height), targets in TARGETS.items():
        screen = {"width": width, "height": height}
        columns = _whole(chromium, server, screen, {"view": "columns"})
        for density, target in targets.items():
            shown = _whole(chromium, server, screen, {"view": "rail", "density": density})
            rows.append(
                table.Row(
                    f"whole tickets on the first page of 41, {width} × {height}, {density}{letters}",
                    [shown],
                    "",
                    f"{columns} in columns",
                    f"≥ {target}",
                    shown >= target,
                )
            )
    return rows


def _whole(chromium: Browser, server: Ordertrack, screen: dict[str, int], look: dict[str, Any]) -> int:
    context = chromium.new_context(viewport=screen)  # type: ignore[arg-type]
    name, value = server.sign_ins[0].removeprefix("Cookie: ").split("=", 1)
    address = f"http://127.0.0.1:{server.port}"
    context.add_cookies([{"name": name, "value": value, "url": address}])
    kept = "".join(f"localStorage.setItem({key!r}, {chosen!r});" for key, chosen in look.items())
    context.add_init_script(kept)
    page = context.new_page()
    page.goto(f"{address}/r/{RESTAURANT}/kitchen")
    page.wait_for_selector("body[data-live=live]")
    page.wait_for_timeout(500)  # what moves has come to rest
    shown = int(page.evaluate(_COUNT))
    context.close()
    return shown
