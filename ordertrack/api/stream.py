"""The stream for programs: every event once and in order, of the tenant, a restaurant or an order."""

from __future__ import annotations

import json
import uuid

from ordertrack.api.answers import ActionMessage, StreamMessage
from ordertrack.api.queries import Included
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders import records
from ordertrack.orders.entries import Change, EventRecord, LogEntry
from ordertrack.orders.intake import RestaurantNotFound
from ordertrack.orders.transitions import OrderNotFound
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, find_restaurant

_NAME = "program"
_EVERYTHING = ""
_WITH_ACTIONS = "actions|"


class ProgramStream(Channel):
    """A channel whose key is the filter: nothing, `restaurant:<slug>` or `order:<id>`.

    After `actions|` it tells of actions too.
    """

    name = _NAME
    replays = True

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        # A customer's page has no role either, and must not see its tenant's other orders.
        return watcher.role is None and watcher.actor.startswith("key:")

    def keys(self, change: Change | LogEntry) -> tuple[str, ...]:
        event = change.event
        filters = (_EVERYTHING, f"restaurant:{event.restaurant}", f"order:{event.order_id}")
        with_actions = tuple(_WITH_ACTIONS + each for each in filters)
        return filters + with_actions if isinstance(event, EventRecord) else with_actions

    def render(self, change: Change | LogEntry, key: str) -> Message:
        # Escaped, for a frame is cut into lines at U+2028 and its like too.
        if isinstance(change.event, EventRecord):
            data = StreamMessage.of(change.event).model_dump_json(by_alias=True, ensure_ascii=True)
            return Message(data, "status_update")
        return Message(ActionMessage.of(change.event).model_dump_json(ensure_ascii=True), "order_action")

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        return Message(json.dumps({"cursor": str(head)}), "reset")


def topic_of(
    tenant_id: uuid.UUID,
    restaurant: str | None,
    order_id: uuid.UUID | None,
    include: Included | None = None,
) -> Topic:
    """What to watch for this filter; raises RestaurantNotFound or OrderNotFound."""
    prefix = "" if include is None else _WITH_ACTIONS
    if order_id is not None:
        order = records.find(tenant_id, order_id)
        if order is None or restaurant not in (None, order.restaurant):
            raise OrderNotFound(order_id)
        return Topic(tenant_id, _NAME, f"{prefix}order:{order_id}")
    if restaurant is not None:
        require_restaurant(tenant_id, restaurant)
        return Topic(tenant_id, _NAME, f"{prefix}restaurant:{restaurant}")
    return Topic(tenant_id, _NAME, prefix + _EVERYTHING)


def require_restaurant(tenant_id: uuid.UUID, slug: str) -> FoundRestaurant:
    """The tenant's restaurant; raises RestaurantNotFound: a filter on nothing is a mistake, not an answer."""
    found = find_restaurant(tenant_id, slug)
    if found is None:
        raise RestaurantNotFound(slug)
    return found
