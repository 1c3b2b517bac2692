"""The stream for programs: every event once and in order, of the tenant, some restaurants or an order."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from ordertrack.api.answers import ActionMessage, StreamMessage
from ordertrack.api.confinement import require_order, require_restaurant
from ordertrack.api.queries import Included
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change, EventRecord, LogEntry
from ordertrack.orders.moving.transitions import OrderNotFound
from ordertrack.rules.scopes import Scope
from ordertrack.tenants.principal import Principal

_NAME = "program"
_EVERYTHING = ""
_WITH_ACTIONS = "actions|"


class ProgramStream(Channel):
    """A channel whose key is the filter: nothing, `restaurants:<slug>,<slug>` or `order:<slug>:<id>`.

    After `actions|` it tells of actions too.
    """

    name = _NAME
    replays = True

    def __init__(self) -> None:
        # The filters on several restaurants that were asked for, by each of these: one for each set that some
        # key is for, of all tenants.
        self._sets: dict[str, set[str]] = {}

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        # A customer's page has no role either, and must not see its tenant's other orders.
        if watcher.role is not None or not watcher.actor.startswith("key:"):
            return False
        if Scope.EVENTS_READ not in watcher.scopes:
            return False
        return watcher.restaurants is None or {each.slug for each in watcher.restaurants}.issuperset(
            _restaurants_of(topic.key) or (_EVERYTHING,)
        )

    def opened(self, watcher: Principal, topic: Topic, said: str) -> None:
        slugs = _restaurants_of(topic.key)
        if len(slugs) > 1:
            for slug in slugs:
                self._sets.setdefault(slug, set()).add(_of_restaurants(slugs))

    def keys(self, change: Change | LogEntry) -> tuple[str, ...]:
        event = change.event
        filters = (
            _EVERYTHING,
            _of_restaurants((event.restaurant,)),
            _of_order(event.restaurant, event.order_id),
            *self._sets.get(event.restaurant, ()),
        )
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
    watcher: Principal,
    restaurant: str | None,
    order_id: uuid.UUID | None,
    include: Included | None = None,
) -> Topic:
    """What to watch for this filter; raises RestaurantNotFound or OrderNotFound.

    Without one it is all that the watcher may see.
    """
    tenant_id = watcher.tenant_id
    prefix = "" if include is None else _WITH_ACTIONS
    if order_id is not None:
        order = require_order(watcher, order_id)
        if restaurant not in (None, order.restaurant):
            raise OrderNotFound(order_id)
        return Topic(tenant_id, _NAME, prefix + _of_order(order.restaurant, order_id))
    if restaurant is not None:
        require_restaurant(watcher, restaurant)
        return Topic(tenant_id, _NAME, prefix + _of_restaurants((restaurant,)))
    if watcher.restaurants is not None:
        slugs = sorted(each.slug for each in watcher.restaurants)
        return Topic(tenant_id, _NAME, prefix + _of_restaurants(slugs))
    return Topic(tenant_id, _NAME, prefix + _EVERYTHING)


def _of_restaurants(slugs: Sequence[str]) -> str:
    return f"restaurants:{','.join(slugs)}"


def _of_order(restaurant: str, order_id: uuid.UUID) -> str:
    return f"order:{restaurant}:{order_id}"


def _restaurants_of(key: str) -> list[str]:
    """The restaurants that a key names; none where it is for all."""
    kind, _, rest = key.removeprefix(_WITH_ACTIONS).partition(":")
    return rest.partition(":")[0].split(",") if kind else []
