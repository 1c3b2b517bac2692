"""The forms of the settings page as a browser sends them, what its answers say, and what is then saved."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from ordertrack.database.session import db, tenant_context
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.models import SavedRules, SavedTarget, Stale
from support.cast import House

RULES, TARGETS = "/sla/settings/hamra/rules", "/sla/settings/hamra/targets"
EVERY_DAY = [str(weekday) for weekday in range(7)]
Form = dict[str, Any]


def a_shift(row: int, name: str, starts: str, ends: str, weekdays: list[str] = EVERY_DAY) -> Form:
    prefix = f"shift-{row}-"
    return {
        f"{prefix}name": name,
        f"{prefix}starts": starts,
        f"{prefix}ends": ends,
        f"{prefix}weekday": weekdays,
    }


def rules(*shifts: Form, **changes: str) -> Form:
    """A form that can be saved, with these shifts and with these fields changed."""
    form: Form = {"timezone": "Asia/Beirut", "day_starts": "04:00"}
    form |= {"forgotten_after": "240", "early_before": "60"}
    for each in shifts or (a_shift(0, "Lunch", "11:00", "16:00"), a_shift(1, "Dinner", "16:00", "01:00")):
        form |= each
    return form | changes


def target(**changes: str) -> Form:
    return {"stage": "kitchen", "fulfilment": "", "minutes": "15", "valid_from": ""} | changes


def sentences(answer: TestResponse) -> str:
    """What a page says about fields that cannot be used."""
    found = re.findall(r'<p class="problem" role="alert" id="problem-[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    return unescape(" ".join(found))


def typed(answer: TestResponse, name: str) -> str:
    """What stands in the field of this name."""
    found = re.search(rf'name="{name}" type="\w+" value="([^"]*)"', answer.text)
    assert found is not None, name
    return unescape(found[1])


def settings_of(app: Flask, house: House) -> RestaurantSettings:
    """Hamra's settings as they are in the database."""
    with tenant_context(app, house.tenant_id):
        return next(restaurant for restaurant in cache.read(house.tenant_id) if restaurant.slug == "hamra")


def rows_of(app: Flask, house: House) -> int:
    """How many rows of settings the tenant has."""
    with tenant_context(app, house.tenant_id):
        tables = (SavedRules, SavedTarget, Stale)
        return sum(len(db.session.scalars(select(table)).all()) for table in tables)
