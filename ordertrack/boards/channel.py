"""Boards on the live path: one topic a board, restaurant and language."""

from __future__ import annotations

import uuid

from ordertrack.boards import fragments
from ordertrack.boards.columns import Board
from ordertrack.boards.filters import FILTERS, Told
from ordertrack.i18n.topic_keys import key_of, keys_of, parse_key
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change
from ordertrack.tenants.principal import Principal


class BoardChannel(Channel):
    """Tells a board of every order that comes onto it, moves on it or leaves it."""

    replays = False

    def __init__(self, board: Board) -> None:
        self.board = board
        self.name = board.name

    def topic(self, tenant_id: uuid.UUID, restaurant_id: uuid.UUID, language: str) -> Topic:
        return Topic(tenant_id, self.name, key_of(restaurant_id, language))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        restaurant_id, _ = parse_key(topic.key)
        return watcher.may_open(self.name, restaurant_id)

    def opened(self, watcher: Principal, topic: Topic, said: str) -> None:
        restaurant_id, _ = parse_key(topic.key)
        FILTERS.put(topic.tenant_id, (restaurant_id, self.name, watcher.ended_by[-1]), Told.of_text(said))

    def keys(self, change: Change) -> tuple[str, ...]:
        if self.board.statuses.isdisjoint(change.event.statuses) or change.is_past:
            return ()
        return keys_of(change.order.restaurant_id)

    def render(self, change: Change, key: str) -> Message:
        _, language = parse_key(key)
        return Message(fragments.move(self.board, change.order, language))

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        restaurant_id, language = parse_key(topic.key)
        return Message(fragments.whole(self.board, topic.tenant_id, restaurant_id, language))
