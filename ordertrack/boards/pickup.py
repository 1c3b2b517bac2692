"""The board that guests look at: the numbers being made and those that may be fetched, and nothing else."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from flask import current_app

from ordertrack.boards.fragments import card_id
from ordertrack.i18n.topic_keys import key_of, keys_of, parse_key
from ordertrack.i18n.translate import LANGUAGES, Language, current, marked, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import ActionRecord, Change
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.principal import PICKUP, Principal

CALLED_FOR = dt.timedelta(minutes=30)
FULFILMENTS = (Fulfilment.PICKUP, Fulfilment.DINE_IN)
"""Who waits in the room. Every device is sent both and shows those that it was set up for."""
MOST_NUMBERS = 100  # in one area


@dataclass(frozen=True)
class Area:
    """A part of the board: the orders in `statuses`, for `shown_for` if they do not leave it before."""

    name: str
    title: str
    statuses: tuple[OrderStatus, ...]
    shown_for: dt.timedelta | None = None

    @property
    def dom_id(self) -> str:
        return f"pickup-{self.name}"

    def gone_at(self, order: OrderRecord) -> dt.datetime | None:
        return None if self.shown_for is None else order.status_since + self.shown_for

    def sort_key(self, order: OrderRecord) -> str:
        """What the area sorts by, smallest first: what is due first; of what is ready, what came last."""
        moment = order.due_at if self.shown_for is None else order.status_since
        at = int(moment.timestamp() * 1000)
        return f"{at if self.shown_for is None else _FAR_AHEAD - at}{order.number:06}"


_FAR_AHEAD = 10**13  # milliseconds: the year 2286
AREAS = (
    Area("preparing", marked("Preparing"), (OrderStatus.CONFIRMED, OrderStatus.PREPARING)),
    Area("ready", marked("Ready, please come"), (OrderStatus.READY,), CALLED_FOR),
)
_MOVES_NUMBERS = {OrderAction.CHANGE, OrderAction.DELAY, OrderAction.FIRE}
_STATUSES = frozenset(status for area in AREAS for status in area.statuses)


class PickupChannel(Channel):
    """Tells the guests' boards of a restaurant of every number that comes, is ready or goes."""

    name = PICKUP
    replays = False

    def topic(self, tenant_id: uuid.UUID, restaurant_id: uuid.UUID, language: str) -> Topic:
        return Topic(tenant_id, self.name, key_of(restaurant_id, language))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        restaurant_id, _language = parse_key(topic.key)
        return watcher.may_open(PICKUP, restaurant_id)

    def keys(self, change: Change) -> tuple[str, ...]:
        # What is done to an order without moving it leaves its number where it is, but for a change.
        is_still = isinstance(change.event, ActionRecord) and change.event.act not in _MOVES_NUMBERS
        if is_still or change.order.fulfilment not in FULFILMENTS:
            return ()
        if _STATUSES.isdisjoint(change.event.statuses):
            return ()
        return keys_of(change.order.restaurant_id)

    def render(self, change: Change, key: str) -> Message:
        _restaurant, language = parse_key(key)
        area = area_of(change.order, dt.datetime.now(dt.UTC))
        return Message(_render(language, "pickup/_move_message.html", order=change.order, area=area))

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        restaurant_id, language = parse_key(topic.key)
        areas = areas_of(topic.tenant_id, restaurant_id)
        return Message(_render(language, "pickup/_areas_message.html", areas=areas))


def area_of(order: OrderRecord, now: dt.datetime) -> Area | None:
    """Where the order's number stands at a moment; None if it does not."""
    if order.fulfilment not in FULFILMENTS or order.is_later:
        return None
    for area in AREAS:
        if order.status in area.statuses:
            gone_at = area.gone_at(order)
            return area if gone_at is None or gone_at > now else None
    return None


def areas_of(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[tuple[Area, list[OrderRecord], int]]:
    """Each area with its orders, in the area's own order, and how many more there are."""
    now = dt.datetime.now(dt.UTC)
    return [(area, *_standing(area, tenant_id, restaurant_id, now)) for area in AREAS]


def _standing(
    area: Area, tenant_id: uuid.UUID, restaurant_id: uuid.UUID, now: dt.datetime
) -> tuple[list[OrderRecord], int]:
    lasting, passing = area.statuses, {}
    if area.shown_for is not None:
        lasting, passing = (), dict.fromkeys(area.statuses, now - area.shown_for)
    found, left_out = records.most_urgent(
        tenant_id, restaurant_id, lasting, passing, MOST_NUMBERS, FULFILMENTS
    )
    return sorted((order for order in found if area_of(order, now) is area), key=area.sort_key), left_out


def other_languages() -> list[Language]:
    """Those but the one spoken, for rooms whose guests speak two; one where only the digits differ."""
    return list(
        {
            each.catalogue: each for each in LANGUAGES.values() if each.catalogue != current().catalogue
        }.values()
    )


def in_others(message: str) -> list[tuple[Language, str]]:
    """The message in each of them."""
    return [(language, _said(message, language)) for language in other_languages()]


def _said(message: str, language: Language) -> str:
    with speaking(language.tag):
        return _(message)


def _render(language: str, template: str, **values: object) -> str:
    with speaking(language):
        return current_app.jinja_env.get_template(template).render(card_id=card_id, **values)
