"""Reports in a window: a house that never closes, and what their charts show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Locator, Page

from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from support.cast import House

Open = Callable[..., Page]
PATIENCE = 20_000  # milliseconds: the roll-up lets events settle first
FOUR_WEEKS = "/sla?range=28"
TABLET = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
CUT = """all => all.filter((each) => {
  const { left, right } = each.getBoundingClientRect();
  return left < -1 || right > innerWidth + 1 || !each.checkVisibility();
}).map((each) => each.outerHTML)"""
SHEET_OF_A4 = {"width": 703, "height": 1032}  # less its margins
SHEET_LAID_DOWN = {"width": 1032, "height": 703}


def never_closes(app: Flask, house: House) -> House:
    """A target for the kitchen, and one shift that always runs."""
    now = dt.datetime.now(dt.UTC)
    by = house.maya.principal
    with tenant_context(app, house.tenant_id):
        for each in cache.of_tenant(house.tenant_id):
            today = each.calendar.day_of(now)
            save.save_target(each.id, Target(Stage.KITCHEN, None, today - dt.timedelta(40), 900), by=by)
            shifts = (Shift("All day", EVERY_WEEKDAY, dt.time(4), dt.time(4)),)
            save.save_rules(each.id, Rules(today, "Asia/Beirut", dt.time(4), shifts), by=by)
    return house


def canvases(page: Page) -> Locator:
    return page.locator("figure.chart .picture canvas:first-child")


def colours(canvas: Locator) -> set[int]:
    """Which colours a canvas shows in some quantity, as numbers."""
    return set(
        canvas.evaluate(
            """canvas => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              const pixels = new Uint32Array(data.buffer);
              const counts = new Map();
              // Neighbours are mostly alike, and are counted at once: a picture has a million of them.
              for (let from = 0, to = 0; from < pixels.length; from = to) {
                while (to < pixels.length && pixels[to] === pixels[from]) to += 1;
                counts.set(pixels[from], (counts.get(pixels[from]) ?? 0) + to - from);
              }
              return [...counts].filter(([, count]) => count > 50).map(([pixel]) => pixel);
            }"""
        )
    )
