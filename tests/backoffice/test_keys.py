"""Managers make, change and end the keys of programs: shown once, and never above their own role."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.tenants.keys import issuing
from ordertrack.tenants.models import ApiKey, Restaurant
from ordertrack.tenants.principal import BoundTo
from support.cast import House, Person

Sign = Callable[[Person], FlaskClient]
FORM = {"name": "Shop", "scope": ["orders:read"]}


def shown(page: str) -> str:
    """The text that the page shows this once."""
    found = re.search(r'id="api-key" readonly dir="ltr" value="(ot_[\w-]{43})"', page)
    assert found is not None, page
    return found[1]


def key_of(app: Flask, house: House, name: str) -> ApiKey:
    with tenant_context(app, house.tenant_id):
        return db.session.scalars(select(ApiKey).where(ApiKey.name == name)).one()


def status(app: Flask, secret: str, path: str = "/api/v1/restaurants") -> int:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_is_made_shown_once_and_does_what_was_ticked(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    secret = shown(maya.post("/keys", data=FORM | {"restaurant": "hamra", "until": "2035-01-31"}).text)
    assert status(app, secret) == 200
    assert status(app, secret, "/api/v1/orders?restaurant=jounieh") in (403, 404)
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Tea", "quantity": 1}]}
    placed = app.test_client().post(
        "/api/v1/orders", json=order, headers={"Authorization": f"Bearer {secret}"}
    )
    assert placed.status_code == 403
    made = key_of(app, cedar, "Shop")
    assert made.expires_at == dt.datetime(2035, 1, 31, 22, tzinfo=dt.UTC)  # midnight in Beirut
    page = maya.get("/keys").text
    assert secret not in page and "Shop" in page and "Good until 1 Feb 2035" in page.replace("\u2009", " ")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"scope": []}, "scope"),
        ({"scope": ["orders:read", "everything"]}, "scope"),
        ({"restaurant": ["hamra", "verdun"]}, "restaurant"),
        ({"until": "2001-01-01"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"until": "9999-12-31"}, "until"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    app: Flask, cedar: House, maya: FlaskClient, typed: dict[str, object], field: str
) -> None:
    answer = maya.post("/keys", data=FORM | {"name": "Shop of the corner"} | typed)
    assert answer.status_code == 422 and f'id="problem-add-{field}"' in answer.text
    assert "Shop of the corner" in answer.text or field == "name"
    with tenant_context(app, cedar.tenant_id):
        assert [key.name for key in db.session.scalars(select(ApiKey))] == ["Till"]


def test_another_text_stands_beside_the_old_one_or_replaces_it(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    path = f"/keys/{cedar.program.actor.removeprefix('key:')}/rotate"
    second = shown(maya.post(path, data={"overlap": "24", "seen": ""}).text)
    assert status(app, cedar.key) == status(app, second) == 200
    late = maya.post(path, data={"overlap": "24", "seen": ""})
    assert late.status_code == 422 and "Somebody else gave this key another text" in late.text
    seen = key_of(app, cedar, "Till").previous_until
    assert seen is not None
    third = shown(maya.post(path, data={"overlap": "0", "seen": seen.isoformat()}).text)
    assert [status(app, secret) for secret in (cedar.key, second, third)] == [401, 401, 200]


@pytest.mark.parametrize("typed", [{"overlap": ""}, {"overlap": "9999"}, {"until": "yesterday"}])
def test_another_text_that_cannot_be_is_refused_in_its_row(
    app: Flask, cedar: House, maya: FlaskClient, typed: dict[str, str]
) -> None:
    path = f"/keys/{cedar.program.actor.removeprefix('key:')}/rotate"
    answer = maya.post(path, data={"overlap": "24", "seen": ""} | typed)
    assert answer.status_code == 422 and 'class="problem"' in answer.text
    assert key_of(app, cedar, "Till").previous_hash is None


def test_a_key_that_is_ended_is_refused_and_gone(app: Flask, cedar: House, maya: FlaskClient) -> None:
    path = f"/keys/{cedar.program.actor.removeprefix('key:')}/end"
    assert "The key “Till” has ended." in maya.post(path, follow_redirects=True).text
    assert status(app, cedar.key) == 401
    assert maya.post(path).status_code == 404


def test_kitchen_and_dispatch_have_none_of_it(cedar: House, sign_in: Sign) -> None:
    key_id = cedar.program.actor.removeprefix("key:")
    for person in (cedar.nour, cedar.karim):
        client = sign_in(person)
        assert client.get("/keys").status_code == client.post("/keys", data=FORM).status_code == 403
        assert client.post(f"/keys/{key_id}/end").status_code == 403
        assert client.post(f"/keys/{key_id}/rotate").status_code == 403


def test_nobody_issues_a_key_for_more_restaurants_than_their_own(app: Flask, cedar: House) -> None:
    with tenant_context(app, cedar.tenant_id):
        hamra, jounieh = db.session.scalars(select(Restaurant).order_by(Restaurant.slug)).all()
        of_hamra = replace(cedar.maya.principal, restaurants=(BoundTo(hamra.id, hamra.slug),))
        assert issuing.may_issue(of_hamra, [hamra.id])
        assert not issuing.may_issue(of_hamra, [hamra.id, jounieh.id])
        assert not issuing.may_issue(of_hamra, None)
        assert issuing.may_issue(cedar.maya.principal, None)
        assert not issuing.may_issue(cedar.karim.principal, [hamra.id])
        assert issuing.in_use(of_hamra) == []
        with pytest.raises(issuing.NoSuchKey):
            issuing.find(of_hamra, issuing.in_use(cedar.maya.principal)[0].id)
