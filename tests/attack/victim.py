"""The house that is attacked: a word that nobody else may read stands in all that it wrote."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import URL

from ordertrack.rules.roles import Role
from ordertrack.tenants.sessions import known_devices
from support.cast import PASSWORD, House
from support.database import connect
from support.http_client import Answer, Caller, sign_in
from support.server import wait_for

SKU = "house-dish"
MARK = "quincewood"
"""A word that stands in everything that the victim wrote, and that no attacker ever sends."""

_TENANT_TABLES = """
    SELECT DISTINCT table_name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY table_name
"""
# The roll-up works behind the log, in its own time.
_ROLLED_UP = """
    SELECT coalesce((SELECT seq FROM sla_progress WHERE tenant_id = stream.tenant_id), 0) = stream.seq
      FROM tenant_streams AS stream WHERE tenant_id = %s
"""


@dataclass(frozen=True)
class Victim:
    """A house with orders, people, a tablet and settings; `known` is what its attackers got hold of."""

    house: House
    orders: tuple[str, ...]
    tablet: str
    tokens: tuple[str, ...]
    device: str  # the cookie of the one on which the manager has signed in

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        """Ids that are no permission by themselves, by the argument of a route."""
        people = (self.house.nour, self.house.karim, self.house.maya)
        return {
            "order_id": self.orders,
            "tablet_id": (self.tablet,),
            "staff_id": tuple(each.principal.actor.removeprefix("staff:") for each in people),
            "key_id": (self.house.program.actor.removeprefix("key:"),),
            "restaurant": self.house.restaurants,
            "sku": (SKU,),
        }

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What stands in no answer to anybody else."""
        return tuple(each.encode() for each in (MARK, *self.tokens, self.house.key))

    def may_sign_in(self, port: int) -> bool:
        """Whether the manager still can on their device, whoever has guessed at it meanwhile."""
        return _sign_in(port, self.house, {"Cookie": self.device}).status == 302


def move_in(make_house: Callable[..., House], port: int) -> Victim:
    """Make the house, and have it lived in: orders of all kinds, a tablet, a person without an address."""
    house = make_house(f"{MARK.title()}-{uuid.uuid4().hex[:6]}", ("verdun", "badaro"))
    program = Caller(port, house.bearer)
    placed = [program.call("/api/v1/orders", body=_order(house, number)) for number in range(6)]
    assert [each.status for each in placed] == [201] * 6, placed[0].text
    orders = [each.json for each in placed]
    for order in orders[:3]:
        path = f"/api/v1/orders/{order['id']}/transitions"
        assert program.call(path, body={"to": "confirmed", "seen": "pending"}).status == 200
    manager = sign_in(port, house.maya)
    hired = manager.call("/people", form={"name": f"Ziad {MARK}", "role": Role.KITCHEN.value, "pin": "7294"})
    assert hired.status == 302, hired.text
    dish = {"do": "save", "name_en": f"Kebab {MARK}", "sku": SKU, "price": "12"}
    added = manager.call("/menu/new", form=dish)
    assert added.status == 303, added.text
    tablet = _set_up_tablet(port, house)
    cookies = _sign_in(port, house, {}).headers.get_all("Set-Cookie") or []
    (device,) = (each.partition(";")[0] for each in cookies if each.startswith(f"{known_devices.COOKIE}="))
    return Victim(
        house,
        tuple(order["id"] for order in orders),
        tablet,
        tuple(order["tracking_url"].rpartition("/")[2] for order in orders),
        device,
    )


def _sign_in(port: int, house: House, headers: dict[str, str]) -> Answer:
    return Caller(port, headers).call("/login", form={"email": house.maya.email, "password": PASSWORD})


def rows(url: URL, tenant_id: uuid.UUID) -> dict[str, str]:
    """A hash of the tenant's rows in each table, as soon as the roll-up has come to rest."""
    with connect(url) as connection:

        def is_rolled_up() -> bool:
            found = connection.execute(_ROLLED_UP, [tenant_id]).fetchone()
            connection.rollback()
            return found is not None and found[0]

        wait_for(is_rolled_up, "the roll-up of the house that is attacked", 60)
        return {name: _hash(connection, name, tenant_id) for (name,) in connection.execute(_TENANT_TABLES)}


def _hash(connection: psycopg.Connection[tuple[str]], table: str, tenant_id: uuid.UUID) -> str:
    query = sql.SQL(
        "SELECT count(*) || ' ' || md5(coalesce(string_agg(each::text, E'\\n' ORDER BY each::text), ''))"
        " FROM {} AS each WHERE tenant_id = %s"
    ).format(sql.Identifier(table))
    (hashed,) = connection.execute(query, [tenant_id]).fetchone() or ("",)
    return hashed


def _order(house: House, number: int) -> dict[str, object]:
    fulfilment = ("delivery", "pickup", "dine_in")[number % 3]
    return {
        "restaurant": house.restaurants[number % 2],
        "fulfilment": fulfilment,
        "reference": f"{MARK}-{number}",
        "customer": {"name": f"Rana {MARK}", "phone": f"+961 1 555 01{number}"},
        "items": [
            {"name": f"Kebab {MARK}", "quantity": 2, "notes": f"for {MARK}", "modifiers": [f"extra {MARK}"]},
            {"name": "Fattoush", "quantity": 1},
        ],
        "metadata": {"till": MARK},
    }


def _set_up_tablet(port: int, house: House) -> str:
    """The id of a tablet of the house; its cookie is thrown away."""
    form = {"restaurant": house.restaurants[0], "board": "kitchen", "name": f"Grill {MARK}"}
    made = sign_in(port, house.maya).call("/tablets", form=form)
    assert made.status == 302, made.text
    page = sign_in(port, house.maya).call("/tablets").text
    return page.partition('action="/tablets/')[2].partition("/end")[0]
