"""The overview on the live path: a topic a language, told of the rows that changed, once a second at most."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from enum import StrEnum

from flask import Flask, current_app

from ordertrack.database.session import tenant_context
from ordertrack.i18n.topic_keys import confined_key, parse_confined
from ordertrack.i18n.translate import speaking
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.orders.log.entries import Change
from ordertrack.overview import company, fragments
from ordertrack.overview.company import Overview
from ordertrack.overview.rows import Row
from ordertrack.presence.channel import CHANNEL as SCREENS
from ordertrack.tenants.principal import Principal

EVERY = 1.0  # seconds between two readings of a tenant's overview, at least
_SHARE_OF_TIME = 0.1  # that reading one may take: a large one is read less often


class Part(StrEnum):
    """What may be watched: the whole page, or what needs attention, which every page of a manager counts."""

    WHOLE = "whole"
    CARE = "care"


class OverviewChannel(Channel):
    """For managers and owners: of every restaurant of their tenant, or of those that they are of.

    Events send nothing: the keeper calls `refresh_changed`, which reads the overview anew where something
    happened, or where time alone has changed it, and tells each language what differs.
    """

    name = "overview"
    replays = False

    def __init__(self) -> None:
        self._shown: dict[uuid.UUID, Overview] = {}
        self._looked_at: dict[uuid.UUID, Cursor | None] = {}
        self._not_before: dict[uuid.UUID, float] = {}
        self._marked: set[uuid.UUID] = set()
        SCREENS.on_mark.append(self.mark)

    def topic(
        self,
        tenant_id: uuid.UUID,
        language: str,
        part: Part = Part.WHOLE,
        slugs: frozenset[str] | None = None,
    ) -> Topic:
        """Of these restaurants, or of all for None."""
        return Topic(tenant_id, self.name, confined_key(f"{part}:{language}", slugs))

    def admits(self, watcher: Principal, topic: Topic) -> bool:
        is_manager = watcher.is_manager and watcher.tablet is None
        return is_manager and watcher.slugs in (None, parse_confined(topic.key)[1])

    def keys(self, change: Change) -> tuple[str, ...]:
        return ()

    def render(self, change: Change, key: str) -> Message:
        return Message("", self.name)

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        """The overview as the others have it, so that what differs next is right for all of them."""
        shown = self._shown.get(topic.tenant_id) or company.read(topic.tenant_id)
        return _message(shown, topic.key)

    def mark(self, tenant_id: uuid.UUID) -> None:
        """Have a tenant's overview read anew: something changed without an event."""
        if tenant_id in self._looked_at:
            self._marked.add(tenant_id)

    def refresh_changed(self, app: Flask, hub: Hub) -> None:
        """Tell the watchers of every tenant what is other than before."""
        watched = set(hub.watching(self.name))
        for tenant_id in [each for each in self._looked_at if each not in watched]:
            self._forget(tenant_id)
        for tenant_id in watched:
            head = hub.head(tenant_id)
            if self._may_differ(tenant_id, head) and time.monotonic() >= self._not_before.get(tenant_id, 0):
                self._looked_at[tenant_id] = head
                self._marked.discard(tenant_id)
                self._show(app, hub, tenant_id)

    def _may_differ(self, tenant_id: uuid.UUID, head: Cursor | None) -> bool:
        if tenant_id in self._marked or self._looked_at.get(tenant_id) is None:
            return True
        changes_at = self._shown[tenant_id].changes_at if tenant_id in self._shown else None
        is_due = changes_at is not None and changes_at <= dt.datetime.now(dt.UTC)
        return is_due or head != self._looked_at[tenant_id]

    def _forget(self, tenant_id: uuid.UUID) -> None:
        for kept in (self._shown, self._looked_at, self._not_before):
            kept.pop(tenant_id, None)
        self._marked.discard(tenant_id)

    def _show(self, app: Flask, hub: Hub, tenant_id: uuid.UUID) -> None:
        began = time.monotonic()
        with tenant_context(app, tenant_id):
            try:
                overview = company.read(tenant_id)
            except BaseException:
                self._marked.add(tenant_id)  # the next time
                raise
            finally:
                took = time.monotonic() - began
                self._not_before[tenant_id] = began + max(EVERY, took / _SHARE_OF_TIME)
            # Before anything is told: who joins meanwhile gets this one, then what differs in it once more.
            before, self._shown[tenant_id] = self._shown.get(tenant_id), overview
            for key in {watcher.topic.key for watcher in hub.watchers(tenant_id, self.name)}:
                if message := _difference(before, overview, key):
                    hub.tell(tenant_id, self.name, key, message)


def _difference(before: Overview | None, overview: Overview, key: str) -> Message | None:
    """What tells a page that shows `before` (None: nobody knows what) of `overview`; None for nothing."""
    _, _, slugs = _parted(key)
    overview, before = overview.only(slugs), before and before.only(slugs)
    if before is None:
        return _message(overview, key)
    known = {row.slug: row for row in before.rows}
    rows = tuple(row for row in overview.rows if known.get(row.slug) != row)
    is_care_news = (before.lines, before.left_out) != (overview.lines, overview.left_out)
    is_news = is_care_news or (rows and _parted(key)[0] == Part.WHOLE)
    return _message(overview, key, rows, is_care_news) if is_news else None


def _message(
    overview: Overview, key: str, rows: tuple[Row, ...] | None = None, is_care_news: bool = True
) -> Message:
    """With all rows unless some are named."""
    part, language, slugs = _parted(key)
    overview = overview.only(slugs)
    values = fragments.values(overview) | {"is_care_news": is_care_news}
    if rows is not None:
        values["rows"] = rows
    with speaking(language):
        return Message(current_app.jinja_env.get_template(_TEMPLATES[part]).render(values))


def _parted(key: str) -> tuple[Part, str, frozenset[str] | None]:
    shared, slugs = parse_confined(key)
    part, _, language = shared.partition(":")
    return Part(part), language, slugs


_TEMPLATES = {Part.WHOLE: "overview/_message.html", Part.CARE: "overview/_alerts.html"}


CHANNEL = OverviewChannel()
CHANNELS: list[Channel] = [CHANNEL]
