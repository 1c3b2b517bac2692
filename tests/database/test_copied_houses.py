"""The suite's houses are copies of one that was made as operators make them, and are worth as much."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.config import Settings
from ordertrack.database.session import operator_connection
from support import copied_rows
from support.cast import House, Person

# What the roll-up and the followers of a server write by themselves, whenever they get to it.
_OF_WHAT_RUNS_BESIDE = {"sla_progress", "sla_shift_names", "follower_positions"}


def rows(settings: Settings, house: House) -> dict[str, list[dict[str, Any]]]:
    """All that it holds but when it was made, sorted, with a number in the place of each id."""
    with operator_connection(settings.operator_url) as connection:
        held = copied_rows.of_tenant(connection, house.tenant_id)
    numbers: dict[str, str] = {house.slug: "slug"}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], str(len(numbers)))

    theirs = re.compile(rf"{house.slug}|[0-9a-f]{{64}}|[0-9a-f]{{8}}-[0-9a-f-]{{27}}")

    def told(table: str, text: str) -> list[dict[str, Any]]:
        columns = held.columns[table]
        kept = [json.dumps({name: row[name] for name in columns}) for row in json.loads(text)]
        kept.sort(key=lambda row: theirs.sub("", row))
        return [json.loads(theirs.sub(number, row)) for row in kept]

    return {
        table: told(table, text) for table, text in held.rows.items() if table not in _OF_WHAT_RUNS_BESIDE
    }


def test_a_copy_holds_what_was_made_and_nothing_of_the_others(
    make_house: Callable[..., House], settings: Settings
) -> None:
    made, *copies = (make_house("Twin", ("north", "south")) for _ in range(3))
    assert "audit_entries" in rows(settings, made)
    for copy in copies:
        assert rows(settings, copy) == rows(settings, made)
    own = [
        each for house in (made, *copies) for each in (house.tenant_id, house.key, house.maya.principal.actor)
    ]
    assert len(set(own)) == len(own)


def test_its_people_sign_in_and_its_program_is_let_in(
    make_house: Callable[..., House], app: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    for house in (make_house("Twin", ("north", "south")) for _ in range(2)):
        assert "South" in sign_in(house.maya).get("/restaurants").text
        listed = app.test_client().get("/api/v1/restaurants", headers=house.bearer)
        assert [each["slug"] for each in listed.json["items"]] == ["north", "south"]
