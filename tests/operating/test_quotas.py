"""A company may have as much as the operator says; what is over it is refused in a sentence."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.tenants import quotas
from support.cast import House, Person
from support.command_line import run_here

ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


def limit(settings: Settings, house: House, *options: str) -> Any:
    finished = run_here(settings, "tenant", "quota", house.slug, *options, "--json")
    assert finished.returncode == 0, finished.stderr
    quotas.forget(house.tenant_id)
    return json.loads(finished.stdout)


def test_orders_of_a_day_are_counted_and_the_next_is_told_when_to_come(
    app: Flask, settings: Settings, cedar: House, rival: House, place: Callable[..., uuid.UUID]
) -> None:
    limit(settings, cedar, "--orders-a-day", "2")
    place(cedar)
    program = app.test_client()
    assert program.post("/api/v1/orders", json=ORDER, headers=cedar.bearer).status_code == 201
    refused = program.post("/api/v1/orders", json=ORDER, headers=cedar.bearer)
    assert refused.status_code == 429
    assert refused.json is not None
    assert refused.json["type"].endswith("/problems/quota-reached")
    assert "may have 2 orders in 24 hours, and has had them" in refused.json["detail"]
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    place(rival)
    limit(settings, cedar, "--orders-a-day", "none")
    assert program.post("/api/v1/orders", json=ORDER, headers=cedar.bearer).status_code == 201


def test_restaurants_and_people_are_refused_in_a_sentence_and_what_is_there_stays(
    settings: Settings, operator_app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    limit(settings, cedar, "--restaurants", "2", "--people", "3")
    made = ("restaurant", "create", "Verdun", "--tenant", cedar.slug, "--slug", "verdun", "--timezone", "UTC")
    refused = run_here(settings, *made)
    assert refused.returncode == 1 and "This company has 2 restaurants at most." in refused.stderr
    maya = sign_in(cedar.maya)
    page = maya.post("/people", data={"name": "Zeina", "role": "kitchen", "pin": "4711"})
    assert page.status_code == 422 and "This company has 3 people at most." in page.text
    limit(settings, cedar, "--restaurants", "3")
    assert run_here(settings, *made).returncode == 0


def test_who_has_used_its_storage_places_no_order(
    app: Flask,
    settings: Settings,
    operator: psycopg.Connection[Any],
    cedar: House,
) -> None:
    limit(settings, cedar, "--storage-mb", "10")
    with tenant_context(app, cedar.tenant_id):
        quotas.note_use(cedar.tenant_id, 10_400_000)
        quotas.db.session.commit()
    quotas.forget(cedar.tenant_id)
    refused = app.test_client().post("/api/v1/orders", json=ORDER, headers=cedar.bearer)
    assert refused.status_code == 429 and refused.json is not None
    assert "used all the storage" in refused.json["detail"]


def test_quotas_are_printed_lifted_and_written_down(settings: Settings, cedar: House) -> None:
    none = dict.fromkeys(("restaurants", "people", "orders_a_day", "storage_mb"))
    assert limit(settings, cedar) == {"tenant": cedar.slug, **none}
    assert limit(settings, cedar, "--people", "40")["people"] == 40
    listed = json.loads(run_here(settings, "tenant", "list", "--json").stdout)
    (ours,) = (each for each in listed if each["slug"] == cedar.slug)
    assert ours["quotas"] == {**none, "people": 40} and ours["people"] == 3
    assert limit(settings, cedar, "--people", "none")["people"] is None
    for wrong in ("-1", "x", "1.5", "99999999999"):
        assert run_here(settings, "tenant", "quota", cedar.slug, "--people", wrong).returncode == 2
    audit = json.loads(run_here(settings, "audit", "--tenant", cedar.slug, "--json").stdout)
    assert [each["after"] for each in audit][:2] == [{"most_people": None}, {"most_people": 40}]


@pytest.mark.parametrize(("own", "of_all", "bytes_"), [(1, 4, 25), (0, 4, 0), (0, 0, 0), (4, 4, 100)])
def test_a_company_s_part_of_the_disk_is_its_part_of_all_entries(own: int, of_all: int, bytes_: int) -> None:
    assert quotas.share(100, own, of_all) == bytes_
