"""A house in which there is no company yet, and what founds one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ordertrack import create_app
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.setup import invitations
from support.quiet_database import quiet_database

PASSWORD = "seven lemons on a bicycle"


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    with quiet_database(settings, tmp_path) as made:
        app = create_app(made)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def first(empty: Flask) -> str:
    """The address that the start of the server printed."""
    return first_of(empty)


def first_of(empty: Flask) -> str:
    with make_bare_app(empty.config["SETTINGS"], as_operator=True).app_context():
        code = invitations.make_first()
        db.session.remove()
        db.engine.dispose()
    return f"/setup/{code}"


@pytest.fixture
def invited(operator_app: Flask) -> str:
    with operator_app.app_context():
        return f"/setup/{invitations.invite(None)[1]}"


def form(**changed: str) -> dict[str, str]:
    """What somebody types who founds a company."""
    tag = secrets.token_hex(4)
    said = {"company": f"Seven Lemons {tag}", "name": "Rima", "email": f"rima@{tag}.example"}
    return said | {"password": PASSWORD, "language": "en"} | changed


def owner_of_a_new_one(app: Flask, operator_app: Flask) -> FlaskClient:
    with operator_app.app_context():
        code = invitations.invite(None)[1]
    client = app.test_client()
    assert client.post(f"/setup/{code}", data=form()).location == "/setup"
    return client


@pytest.fixture
def owner(app: Flask, operator_app: Flask) -> FlaskClient:
    """The owner of a company that was founded just now, signed in."""
    return owner_of_a_new_one(app, operator_app)


@pytest.fixture(scope="module")
def refused_owner(app: Flask, operator_app: Flask) -> FlaskClient:
    """The same, for tests in which nothing that is asked is done."""
    return owner_of_a_new_one(app, operator_app)


RESTAURANT = {
    "name": "Hamra", "slug": "", "timezone": "Asia/Beirut", "currency": "LBP",
    "languages": ["ar", "en"], "rule_set": "extended",
}  # fmt: skip


@pytest.fixture
def furnished(owner: FlaskClient) -> FlaskClient:
    """The same, with a restaurant."""
    assert save_restaurant(owner).location == "/setup/people"
    return owner


def save_restaurant(client: FlaskClient, **changed: Any) -> TestResponse:
    """Fill the page of the restaurant and the company, as it is now."""
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', client.get("/setup/restaurant").text)
    return client.post("/setup/restaurant", data={"seen": seen} | RESTAURANT | changed)


def alerts(page: str) -> list[str]:
    """By what field something has to change, as the page says it."""
    return re.findall(r'role="alert" id="problem-(\w+)"', page)
