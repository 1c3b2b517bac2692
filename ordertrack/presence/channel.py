"""The overview of screens on the live path: shown anew when it has changed, at most every few seconds."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

from flask import Flask, current_app

from ordertrack.boards.filters import FILTERS
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.i18n.topic_keys import confined_key, parse_confined, parse_key
from ordertrack.i18n.translate import speaking
from ordertrack.live import frames
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change
from ordertrack.presence import overview as floor_overview
from ordertrack.presence.open_work import Place
from ordertrack.presence.overview import Overview
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.shared_tablets import tablets


class ScreensChannel(Channel):
    """A topic for each language, and for whose managers see to some restaurants only.

    Events send nothing. The tracker calls `refresh_changed`, which re-reads the overview and sends what
    differs: so a rush costs one reading every few seconds. Where a screen is filtered it does so even if no
    manager watches, and tells boards of the orders that no screen shows.
    """

    name = "screens"
    replays = False

    def __init__(self) -> None:
        self._shown: dict[uuid.UUID, Overview] = {}
        self._looked_at: dict[uuid.UUID, Cursor | None] = {}
        self._marked: set[uuid.UUID] = set()
        self._told: dict[uuid.UUID, dict[Place, tuple[uuid.UUID, ...]]] = {}
        self._lock = threading.Lock()
        self.on_mark: list[Callable[[uuid.UUID], None]] = []

    def topic(self, tenant_id: uuid.UUID, language: str, slugs: frozenset[str] | None = None) -> Topic:
        """Of these restaurants, or of all for None."""
        return Topic(tenant_id, self.name, confined_key(language, slugs))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        return watcher.is_manager and watcher.slugs in (None, parse_confined(topic.key)[1])

    def keys(self, change: Change) -> tuple[str, ...]:
        return ()

    def render(self, change: Change, key: str) -> Message:
        return Message("", self.name)

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        """The overview as the others have it, so that the next refresh is right for all of them."""
        overview = self._shown.get(topic.tenant_id) or floor_overview.read(topic.tenant_id)
        language, slugs = parse_confined(topic.key)
        with speaking(language):
            template = current_app.jinja_env.get_template("presence/_screens_message.html")
            return Message(template.render(overview=overview.only(slugs), titles=tablets.BOARDS))

    def mark(self, tenant_id: uuid.UUID) -> None:
        """Have a tenant's overview re-read: something changed without an event."""
        self._marked.add(tenant_id)
        for listener in self.on_mark:
            listener(tenant_id)

    def alarmed(self) -> frozenset[uuid.UUID]:
        """The tenants to which an alarm is shown: its orders may be forgotten ones by now."""
        return frozenset(tenant for tenant, shown in list(self._shown.items()) if shown.alarms)

    def refresh_changed(self, app: Flask, hub: Hub, changed_tenants: set[uuid.UUID]) -> None:
        """Send overviews that differ; `changed_tenants` are those that watchers came to or left."""
        filtered = FILTERS.tenants()
        for tenant_id in changed_tenants:
            if tenant_id in filtered or tenant_id in self._told:
                self._looked_at[tenant_id] = None  # a newcomer has not been told
            elif any(hub.watchers(tenant_id, self.name)):
                self._looked_at.setdefault(tenant_id, None)
            else:
                self._forget(tenant_id)
        for tenant_id, looked_at in list(self._looked_at.items()):
            head = hub.head(tenant_id)
            if head is None and tenant_id not in hub.watched():  # nobody of it is here any more
                self._forget(tenant_id)
            elif tenant_id in self._marked or looked_at is None or head != looked_at:
                self._marked.discard(tenant_id)
                self._show(app, hub, tenant_id, tenant_id in changed_tenants)
                self._looked_at[tenant_id] = head
        self._marked &= self._looked_at.keys()

    def _forget(self, tenant_id: uuid.UUID) -> None:
        self._looked_at.pop(tenant_id, None)
        self._shown.pop(tenant_id, None)
        self._told.pop(tenant_id, None)

    def _show(self, app: Flask, hub: Hub, tenant_id: uuid.UUID, is_turned: bool) -> None:
        with tenant_context(app, tenant_id):
            overview = floor_overview.read(tenant_id)
            self._tell_boards(hub, tenant_id, overview, is_turned)
        before = self._shown.get(tenant_id)
        self._shown[tenant_id] = overview
        if overview == before:
            return
        for key in {watcher.topic.key for watcher in hub.watchers(tenant_id, self.name)}:
            hub.refresh(tenant_id, self.name, key)

    def _tell_boards(self, hub: Hub, tenant_id: uuid.UUID, overview: Overview, is_turned: bool) -> None:
        """Tell this process's boards which orders no screen shows: what changed, or all if somebody came."""
        before = self._told.pop(tenant_id, {})
        now = {
            (floor.id, board): orders for floor in overview.floors for board, orders in floor.hidden.items()
        }
        if now:
            self._told[tenant_id] = now
        for place in before.keys() | now.keys():
            orders = now.get(place, ())
            if is_turned or orders != before.get(place):
                restaurant_id, board = place
                template = current_app.jinja_env.get_template("board/messages/_unshown_message.html")
                frame = frames.encode(Message(template.render(orders=orders, card_id=card_id)))
                for watcher in hub.watchers(tenant_id, board):
                    if parse_key(watcher.topic.key)[0] == restaurant_id:
                        watcher.connection.write(frame)


CHANNEL = ScreensChannel()
CHANNELS: list[Channel] = [CHANNEL]
