"""A shared tablet in tests: set up through the page by a manager, and people who sign on at it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.staff import people, staff_accounts
from support.cast import House, Person

PIN = "7294"
OTHER_PIN = "5183"


@dataclass(frozen=True)
class Tablet:
    """A device that is a tablet, and its client."""

    id: str
    client: FlaskClient

    def sign_on(self, staff_id: str, pin: str = PIN) -> str:
        """The token of somebody who signs on here."""
        answer = self.client.post("/tablet/person", data={"staff": staff_id, "pin": pin})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return str(answer.json["token"])


def id_of(person: Person) -> str:
    return person.principal.actor.removeprefix("staff:")


def give_pin(operator: Flask, house: House, person: Person, pin: str = PIN) -> str:
    """Give one of the cast a PIN; their staff id."""
    with operator.app_context():
        tenant = accounts.find_tenant(house.slug)
        people.set_pin(staff_accounts.find_staff_member(tenant, person.email), pin)
    return id_of(person)


def hire(operator: Flask, house: House, name: str, role: Role = Role.KITCHEN, pin: str = PIN) -> str:
    """Somebody who only ever signs on at tablets; their staff id."""
    with operator.app_context():
        tenant = accounts.find_tenant(house.slug)
        return str(people.add(tenant.id, name, role, pin).id)


def set_up(
    sign_in: Callable[[Person], FlaskClient],
    house: House,
    board: str = "kitchen",
    restaurant: str | None = None,
) -> Tablet:
    """A device on which the manager signed in and made it a tablet."""
    client = sign_in(house.maya)
    form = {"restaurant": restaurant or house.restaurants[0], "board": board, "name": "Grill"}
    answer = client.post("/tablets", data=form)
    assert answer.status_code == 302, answer.text
    with client.session_transaction() as session:
        identity = session["_user_id"]
    assert re.fullmatch(rf"{house.tenant_id}:tablet:[0-9a-f-]+", identity)
    return Tablet(str(uuid.UUID(identity.rpartition(":")[2])), client)
