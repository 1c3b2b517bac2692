"""Boards on the live path: one topic a board and restaurant."""

from __future__ import annotations

import uuid

from ordertrack.boards import fragments
from ordertrack.boards.columns import Board
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Message, Topic
from ordertrack.orders.event_log import Change
from ordertrack.tenants.principal import Principal


class BoardChannel:
    """Tells a board of every order that comes onto it, moves on it or leaves it."""

    replays = False

    def __init__(self, board: Board) -> None:
        self.board = board
        self.name = board.name

    def topic(self, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Topic:
        return Topic(tenant_id, self.name, str(restaurant_id))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        return self.board.admits(watcher)

    def keys(self, change: Change) -> tuple[str, ...]:
        if self.board.statuses.isdisjoint((change.event.from_status, change.event.to_status)):
            return ()
        return (str(change.order.restaurant_id),)

    def render(self, change: Change, key: str) -> Message:
        return Message(fragments.move(self.board, change.order))

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        return Message(fragments.whole(self.board, topic.tenant_id, uuid.UUID(topic.key)))
