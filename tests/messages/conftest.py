"""What sends messages, step by step: nobody else follows the logs of these tests meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from messages.peers import Mailbox, Peer
from messages.working import Working
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.messages import choices, providers
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import Way
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House
from support.following import nobody_else_follows

SITE = "http://localhost"


@pytest.fixture(autouse=True, scope="module")
def _nobody_else_follows(settings: Settings) -> Iterator[None]:
    """A server of the suite would send what is to be sent here."""
    with nobody_else_follows(settings) as held:
        # A company that is younger than a follower is followed from its first entry on.
        held.execute("INSERT INTO followers (name) VALUES ('messages') ON CONFLICT DO NOTHING")
        yield


@pytest.fixture(autouse=True)
def _peers_are_near(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    """They are on this machine, and links begin with an address of the house."""
    monkeypatch.setenv("ORDERTRACK_OUTGOING_PRIVATE", "1")
    house = replace(app.config["SETTINGS"], public_url=SITE)
    monkeypatch.setitem(app.config, "SETTINGS", house)


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    yield made
    made.close()


@pytest.fixture
def choose(app: Flask) -> Callable[..., None]:
    """Have Hamra tell all kinds by these ways: `choose(cedar, Way.SMS, Way.MAIL)`."""

    def save(house: House, *ways: Way, kinds: tuple[Kind, ...] = tuple(Kind)) -> None:
        with tenant_context(app, house.tenant_id):
            found = find_restaurant(house.tenant_id, "hamra")
            assert found is not None
            held = choices.read(house.tenant_id).get(found.id, choices.Choice())
            by = house.maya.principal
            choices.save(found.id, found.name, kinds, ways, "Seven Lemons", by=by, seen=held.version)

    return save


@pytest.fixture
def set_up(app: Flask) -> Callable[..., str]:
    """Set a provider up; the code in the address that it calls."""

    def save(house: House, way: Way, said: dict[str, str]) -> str:
        with tenant_context(app, house.tenant_id):
            held = providers.of_tenant(house.tenant_id)[way]
            whole = held.shown() | said
            providers.save(way, whole, by=house.maya.principal, seen=held.version)
            hook = providers.of_tenant(house.tenant_id)[way].hook
            assert hook is not None
            return hook

    return save


@pytest.fixture
def by_twilio(set_up: Callable[..., str], choose: Callable[..., None], peer: Peer) -> Callable[[House], str]:
    """Hamra tells by SMS, Twilio's form, at the peer; the code in the address that it calls."""

    def save(house: House) -> str:
        choose(house, Way.SMS)
        peer.says(201, {"sid": "SM" + "a" * 32})
        said = {"provider": "twilio", "account": "AC1", "token": "secret-token", "from": "+9611555701"}
        return set_up(house, Way.SMS, {**said, "address": peer.address, "price": "0.045"})

    return save


@pytest.fixture
def work(app: Flask) -> Callable[[House], Working]:
    return lambda house: Working(app, house)


@pytest.fixture
def ordered(app: Flask) -> Callable[..., uuid.UUID]:
    """An order of a guest who agreed: `ordered(cedar, fulfilment=..., notify=["sms"], promised_at=...)`."""

    def place(house: House, fulfilment: Fulfilment = Fulfilment.DELIVERY, **said: object) -> uuid.UUID:
        promised_at = said.pop("promised_at", None)
        customer = {
            "name": "Rana",
            "phone": "+961 3 555 127",
            "email": "Rana@Example.com",
            "locale": "en",
            "notify": ["sms", "whatsapp", "mail"],
        }
        wanted = {name: value for name, value in (customer | said).items() if value is not None}
        order = NewOrder(
            "hamra",
            fulfilment,
            (NewItem("Kebab", 2),),
            customer=wanted,
            promised_at=promised_at,  # type: ignore[arg-type]
            begins_now=True,
        )
        with tenant_context(app, house.tenant_id):
            return intake.place(order, by=house.program)[0]

    return place
