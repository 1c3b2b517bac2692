"""A house in full service, with every kind of card on its boards and a past that its reports tell of."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from flask import Flask

from menu.menus import save as save_menu
from ordertrack.backoffice.log_import import kept_logs, looking
from ordertrack.channels import connections, payloads
from ordertrack.channels.connections import Draft
from ordertrack.channels.interface import Payload
from ordertrack.channels.interface import Way as HowItCame
from ordertrack.channels.woocommerce import CHANNEL
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs
from ordertrack.messages import choices
from ordertrack.messages.kinds import Kind
from ordertrack.messages.models import GuestMessage, State
from ordertrack.messages.transports import Way
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import AddLine, SetFields, VoidLine
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.restaurants import cache, operations, roster, save
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.restaurants.roster import Rider
from ordertrack.restaurants.targets import Target
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.roles import Role
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.setup import invitations
from ordertrack.sla.rollup import extend
from ordertrack.tenants.shared_tablets import tablet_codes
from ordertrack.tenants.staff import password_links, people
from ordertrack.webhooks import deliveries, endpoints
from support import cast, tablet
from support.cast import House, Person
from support.houses.past_service import service, write

_WAY = (
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
    OrderStatus.COMPLETED,
)
_ITEMS = (
    NewItem("Kebab", 2, "no onion", ("extra garlic",)),
    NewItem("Hummus", 1, "Allergy: sesame"),
    NewItem("تبولة", 3, "بدون بصل"),
)


@dataclass(frozen=True)
class Furnished:
    """The house, the ids of its orders by what is particular about them, and their tracking tokens.

    The token `password` is of a link by which Karim sets his; `company` opens the page on which one is
    founded, `connection` and `payload` are ids of a shop's, `code` is the id of a tablet's code, and `tablet`
    what its device opens.
    """

    house: House
    owner: Person
    orders: Mapping[str, uuid.UUID]
    tokens: Mapping[str, str]


def furnish(app: Flask, operator: Flask, house: House) -> Furnished:
    """Write its past, then let it serve."""
    now = dt.datetime.now(dt.UTC)
    write(operator, house, service(house, 11, now - dt.timedelta(9), 8, 250))
    with tenant_context(app, house.tenant_id):
        for restaurant in cache.of_tenant(house.tenant_id):
            shown = Brand(restaurant.id, "#ffd84a", "سبع ليمونات", "+961 1 555 701", ("Makdissi St", "Hamra"))
            save.save_brand(shown, by=house.maya.principal)
            asking = replace(
                operations.of_restaurant(house.tenant_id, restaurant.id),
                orders=OrderHandling(ready_needs_lines=True),
            )
            save.save_operations(asking, by=house.maya.principal)
            for rider in (Rider("زياد", "+961 3 654321", is_here=True), Rider("Nadim")):
                roster.save(restaurant.id, rider, by=house.maya.principal)
            day = restaurant.calendar.day_of(now) - dt.timedelta(30)
            for stage, fulfilment, seconds in (
                (Stage.ACCEPT, Fulfilment.PICKUP, 1),
                (Stage.ACCEPT, None, 3600),
                (Stage.KITCHEN, None, 1200),
            ):
                target = Target(stage, fulfilment, day, seconds)
                save.save_target(restaurant.id, target, by=house.maya.principal)
        extend.rebuild(house.tenant_id)
    save_menu(app, house)
    _tell_guests(app, house)
    tablet.give_pin(operator, house, house.nour)
    tablet.hire(operator, house, "Walid", Role.DISPATCH)
    made = _Service(app, house)
    orders = made.of_every_kind()
    tokens = {name: made.token_of(order_id) for name, order_id in orders.items()}
    _note_messages(app, house, orders["with Ziad"])
    with tenant_context(app, house.tenant_id):
        karim = people.find(house.tenant_id, house.karim.principal.staff_id)
        tokens["password"] = password_links.make(karim, by=house.maya.principal).token
        hamra = cache.of_tenant(house.tenant_id)[0].id
        code = tablet_codes.make(hamra, "kitchen", "Grill", by=house.maya.principal)
        told = endpoints.make(house.maya.principal, "https://shop.example/hook", ["cancelled"]).endpoint
        for status, said in ((204, None), (500, "<h1>Internal Server Error</h1>")):
            tried = {"seq": 1, "order_id": orders["cancelled"], "kind": "cancelled", "milliseconds": 31}
            answered = {"tries": 1, "status": status, "failure": None, "excerpt": said, "next_at": None}
            deliveries.note(house.tenant_id, [{"endpoint_id": told.id, **tried, **answered}])
        tokens["endpoint"] = str(told.id)
        tokens |= {"code": str(code.id), "tablet": tablet_codes.text_of(code)}
        draft = Draft("Web shop", {hamra: ""}, {"shop": "https://shop.example.com", "makes": []}, {})
        row = connections.make(CHANNEL, draft, by=house.maya.principal)
        [kept] = payloads.keep(row, (Payload("order.created", b'{"note": "\xd8\xb3"}'),), HowItCame.CALLED)
        payloads.settle(row, CHANNEL, kept)
        tokens |= {"connection": str(row.id), "payload": str(kept), "log": _looked_at(house)}
    with operator.app_context():
        tokens["company"] = invitations.invite(None)[1]
    return Furnished(house, cast.hire_owner(operator, house), orders, tokens)


def _tell_guests(app: Flask, house: House) -> None:
    """Hamra tells everything by SMS, of which nobody has said by whom it is sent."""
    with tenant_context(app, house.tenant_id):
        hamra = cache.of_tenant(house.tenant_id)[0]
        by = house.maya.principal
        choices.save(hamra.id, hamra.name, tuple(Kind), (Way.PUSH, Way.SMS, Way.MAIL), None, by=by, seen=0)


def _note_messages(app: Flask, house: House, order_id: uuid.UUID) -> None:
    """One of each kind, with what can become of them."""
    states = (State.DELIVERED, State.SEEN, State.FAILED, State.UNKNOWN, State.PASSED)
    with tenant_context(app, house.tenant_id):
        order = records.find(house.tenant_id, order_id)
        assert order is not None
        for kind, state in zip(Kind, states, strict=True):
            went = {"transport": Way.SMS, "masked": "+961•••456", "segments": 2, "cost": Decimal("0.09")}
            row = GuestMessage(
                tenant_id=house.tenant_id,
                order_id=order_id,
                kind=kind,
                restaurant_id=order.restaurant_id,
                state=state,
                since=dt.datetime.now(dt.UTC),
                why="30003: Unreachable destination handset" if state == State.FAILED else None,
                **(went | {"currency": "USD"} if state != State.SEEN else {}),
            )
            db.session.add(row)
        db.session.commit()


class _Service:
    """Orders of one evening."""

    def __init__(self, app: Flask, house: House) -> None:
        self.app = app
        self.house = house

    def of_every_kind(self) -> dict[str, uuid.UUID]:
        """One order a name."""
        with tenant_context(self.app, self.house.tenant_id):
            return {
                "new": self._order(Fulfilment.DELIVERY),
                "late": self._order(Fulfilment.PICKUP),
                "rush": self._order(Fulfilment.DELIVERY, 1, (OrderAction.RUSH, None)),
                "after the starters": self._order(
                    Fulfilment.DINE_IN, 1, (OrderAction.HOLD, "After the starters")
                ),
                "cooking": self._order(Fulfilment.PICKUP, 2),
                "ready": self._order(Fulfilment.PICKUP, 3),
                "waits for Ali": self._order(Fulfilment.DELIVERY, 3, (OrderAction.ASSIGN, "Ali")),
                "held": self._order(
                    Fulfilment.DELIVERY, 3, (OrderAction.ASSIGN, "Ali"), (OrderAction.HOLD, "Door code?")
                ),
                "with Ziad": self._order(Fulfilment.DELIVERY, 4, (OrderAction.ASSIGN, "زياد")),
                "completed": self._order(Fulfilment.DELIVERY, 5),
                "cancelled": self._cancelled(),
                "changed": self._changed(),
                "for later": self._for_later(),
            }

    def token_of(self, order_id: uuid.UUID) -> str:
        with tenant_context(self.app, self.house.tenant_id):
            order = records.find(self.house.tenant_id, order_id)
        assert order is not None
        return order.tracking_token

    def _order(
        self, fulfilment: Fulfilment, steps: int = 0, *acts: tuple[OrderAction, str | None]
    ) -> uuid.UUID:
        promised = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15)
        guest = {"name": "Rita خوري", "phone": "+961 3 123456"}
        order = NewOrder("hamra", fulfilment, _ITEMS, "T-7", guest, promised)
        order_id = intake.place(order, by=self.house.program)[0]
        for status in _WAY[:steps]:
            transitions.advance(order_id, status, by=self.house.program)
        for act, detail in acts:
            actions.act(order_id, act, by=self.house.program, detail=detail)
        return order_id

    def _changed(self) -> uuid.UUID:
        order_id = self._order(Fulfilment.DELIVERY, 2)
        wanted = [AddLine(NewItem("Baklava", 4)), VoidLine(1), SetFields({"note": "ring twice"})]
        changes.change(order_id, wanted, by=self.house.program, expected_revision=3)
        return order_id

    def _for_later(self) -> uuid.UUID:
        promised = dt.datetime.now(dt.UTC) + dt.timedelta(hours=30)
        address = {"area": "Hamra", "lines": ["Bliss St"], "instructions": "ring twice"}
        amounts = {"currency": "LBP", "total": 89500000, "to_collect": 89500000}
        order = NewOrder(
            *("hamra", Fulfilment.DELIVERY, _ITEMS, "T-8", {"name": "Rita", "address": address}, promised),
            amounts=amounts,
        )
        return intake.place(order, by=self.house.program)[0]

    def _cancelled(self) -> uuid.UUID:
        order_id = self._order(Fulfilment.DELIVERY)
        transitions.advance(
            order_id, OrderStatus.CANCELLED, by=self.house.maya.principal, reason="الزبون ألغى by phone"
        )
        return order_id


def _looked_at(house: House) -> str:
    """A log that was uploaded, with a question and a row that is left out; its id. Inside the tenant."""
    content = "Order,Branch,Ordered at,When ready,Phone\n1,hamra,03/04/2025 18:00,20,x\n,hamra,,,\n"
    kept = kept_logs.keep("april.csv", content.encode(), house.maya.principal)
    [job] = jobs.latest(db.session.connection(), house.tenant_id, kept_logs.LOOK, most=1)
    db.session.commit()
    looking.look(job)
    db.session.commit()
    return str(kept)
