"""Who attacks: strangers, a guest, and the people, the tablet and the programs of another house."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from flask import Flask

from attack.hostile import Hostile
from attack.kinds import Kind
from ordertrack.rules.roles import Role
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.staff import staff_accounts
from support.cast import House, Person
from support.http_client import Caller, sign_in

_PUBLIC = "/api/v1/openapi.json"


class Reach(Enum):
    """What of the API answers to somebody."""

    ITS_OWN = auto()
    READING = auto()
    NOTHING = auto()


@dataclass
class Asker:
    """One of them, with what they show for themselves; `sign_in` makes it anew when it no longer counts."""

    name: str
    sign_in: Callable[[], dict[str, str]] = dict
    reach: Reach = Reach.ITS_OWN
    kinds: frozenset[Kind] = frozenset()
    hidden: tuple[bytes, ...] = ()  # what is no secret of the house, and not for this one
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = self.sign_in()

    def renew(self) -> None:
        with suppress(AssertionError):  # after many guesses the house lets nobody in for a while
            self.headers = self.sign_in()

    def oversteps(self, hostile: Hostile, status: str) -> bool:
        """Whether it was let in to what its key is not for."""
        if not status.startswith("2") or not hostile.path.startswith("/api/") or hostile.raw:
            return False
        if self.reach is Reach.NOTHING:
            return hostile.method != "OPTIONS" and not hostile.path.startswith(_PUBLIC)
        return self.reach is Reach.READING and hostile.method not in ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Gang:
    """All who attack, and what their own house has that routes ask for; `owner` stands above them all."""

    house: House
    askers: list[Asker]
    own: dict[str, tuple[str, ...]]
    owner: str


def gather(house: House, port: int, operator: Flask) -> Gang:
    """Everybody of this house, and strangers besides."""
    program = Caller(port, house.bearer)
    orders = [
        program.call("/api/v1/orders", body=_order(house, kind)).json for kind in ("pickup", "delivery")
    ]
    epoch = program.call("/api/v1/events").json["next"].partition("-")[0]
    with operator.app_context():
        tenant = accounts.find_tenant(house.slug)
        email = f"owner@{house.slug}.example"
        owner = str(
            staff_accounts.create_staff_member(tenant, email, "Owner", Role.OWNER, secrets.token_hex(9)).id
        )
        _, reading = api_keys.create_key(tenant, "Reading", scopes=(Scope.EVENTS_READ, Scope.ORDERS_READ))
        yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        _, ended = api_keys.create_key(tenant, "Ended", expires_at=yesterday)
    return Gang(
        house,
        [
            *_askers(house, port, f"{epoch}-".encode()),
            _program("reading program", reading, Reach.READING, Kind.NARROW_KEY),
            _program("ended program", ended, Reach.NOTHING, Kind.ENDED_KEY),
        ],
        {
            "order_id": tuple(order["id"] for order in orders),
            "restaurant": house.restaurants,
            "staff_id": (owner,),
            "token": tuple(order["tracking_url"].rpartition("/")[2] for order in orders),
        },
        owner,
    )


def _askers(house: House, port: int, position: bytes) -> Iterator[Asker]:
    forged = {"Cookie": "session=.eJxFzE.forged", "Authorization": "Bearer ot_forged"}
    yield Asker("stranger", hidden=(position,))
    yield Asker("forger", lambda: forged, Reach.NOTHING, frozenset({Kind.MADE_UP}), hidden=(position,))
    yield Asker("program", lambda: dict(house.bearer))
    for person in (house.nour, house.karim, house.maya):
        yield Asker(str(person.principal.role), _signs_in(port, person))
    yield Asker("tablet", lambda: _tablet(house, port))


def _signs_in(port: int, person: Person) -> Callable[[], dict[str, str]]:
    return lambda: sign_in(port, person).headers


def _program(name: str, key: str, reach: Reach, kind: Kind) -> Asker:
    return Asker(name, lambda: {"Authorization": f"Bearer {key}"}, reach, frozenset({kind}))


def _tablet(house: House, port: int) -> dict[str, str]:
    form = {"restaurant": house.restaurants[0], "board": "kitchen", "name": "Grill"}
    made = sign_in(port, house.maya).call("/tablets", form=form)
    return {"Cookie": str(made.headers["Set-Cookie"]).split(";")[0]}


def _order(house: House, fulfilment: str) -> dict[str, object]:
    items = [{"name": "Tea", "quantity": 1}]
    return {"restaurant": house.restaurants[0], "fulfilment": fulfilment, "items": items}
