"""What somebody says of an uploaded log, as JSON that is kept and as what the importer takes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ordertrack.i18n import time_zones
from ordertrack.i18n.form_fields import day, member
from ordertrack.i18n.translate import gettext as _
from ordertrack.importing.choices import UNITS, Choices
from ordertrack.importing.moments import DateOrder
from ordertrack.importing.roles import ROLES
from ordertrack.importing.source import ENCODINGS
from ordertrack.restaurants import checks
from ordertrack.rules.state_machine import Fulfilment

MOST_COLUMNS = 200
MOST_RESTAURANTS = 200
"""Whose zones can be typed one by one."""


def of(said: dict[str, Any]) -> Choices:
    return Choices(
        {role: tuple(names) for role, names in said.get("columns", {}).items()},
        said.get("encoding") or None,
        DateOrder(said["dates"]) if said.get("dates") else None,
        UNITS[said["unit"]] if said.get("unit") else None,
        dt.date.fromisoformat(said["first_day"]) if said.get("first_day") else None,
        Fulfilment(said.get("fulfilment") or Fulfilment.DELIVERY),
        said.get("restaurant") or None,
    )


def from_form(form: Any, names: list[str], slugs: set[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed, and what is wrong with it by field; `names` are the columns that the page showed."""
    said: dict[str, Any] = {
        name: form.get(name, "").strip()
        for name in ("encoding", "dates", "unit", "first_day", "zone", "fulfilment", "restaurant")
    }
    said["leave_open"] = form.get("leave_open") == "yes"
    problems: dict[str, str] = {}
    said["zones"], problem = _zones(form)
    if problem:
        problems["zones"] = problem
    if typed := said["zone"]:
        said["zone"] = time_zones.find(typed) or typed
        if time_zones.find(typed) is None:
            problems["zone"] = checks.no_time_zone(typed)
    if said["first_day"]:
        typed = day(said["first_day"])
        if typed is None:
            problems["first_day"] = _("Write a day, such as 2026-03-02.")
        else:
            said["first_day"] = typed.isoformat()
    for name, known in (
        ("encoding", set(ENCODINGS)),
        ("dates", set(DateOrder)),
        ("unit", set(UNITS)),
        ("restaurant", slugs),
    ):
        if said[name] and said[name] not in known:
            problems[name] = _("Choose one of these.")
    if said["fulfilment"] and member(Fulfilment, said["fulfilment"]) is None:
        problems["fulfilment"] = _("Choose one of these.")
    said["columns"] = _columns(form, names)
    return said, problems


def _zones(form: Any) -> tuple[dict[str, str], str | None]:
    """By a restaurant's name the zone that was typed for it, and what is wrong with one of them."""
    found: dict[str, str] = {}
    problem = None
    for place in range(MOST_RESTAURANTS):
        name, typed = (form.get(f"{field}-{place}", "").strip() for field in ("restaurant", "zone"))
        if typed:
            zone = time_zones.find(typed)
            found[name] = zone or typed
            problem = problem or (None if zone else checks.no_time_zone(typed))
    return found, problem


def _columns(form: Any, names: list[str]) -> dict[str, list[str]]:
    """By role the columns that were chosen for it, and none for the others: no name tells anything then."""
    chosen: dict[str, list[str]] = {}
    if not names or "column-0" not in form:
        return chosen
    for place, name in enumerate(names[:MOST_COLUMNS]):
        role = form.get(f"column-{place}", "")
        if role in ROLES and len(chosen.get(role, ())) < 2:
            chosen.setdefault(role, []).append(name)
    return {role: chosen.get(role, []) for role in ROLES}
