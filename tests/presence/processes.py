"""Processes of a server as tests of the account of screens have them, and what managers are told by it."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import Flask

from ordertrack.boards import blueprints as boards
from ordertrack.i18n.topic_keys import key_of
from ordertrack.live.hub import Hub
from ordertrack.live.topics import Topic
from ordertrack.overview import channel as overview
from ordertrack.presence import channel as presence
from ordertrack.presence.overview import Floor
from ordertrack.presence.tracker import ScreenTracker
from ordertrack.streams.sse import EventLog
from ordertrack.tenants.principal import Principal
from support.recording import Recorder


class Process:
    """A hub and its keeper as a process of a server has them, at a time that the test says."""

    def __init__(self, app: Flask) -> None:
        self.hub = Hub(EventLog(app), [*boards.CHANNELS, *presence.CHANNELS, *overview.CHANNELS])
        self.keeper = ScreenTracker(app, self.hub)
        self._app = app
        self._now = self.keeper._beaten

    def open(
        self, watcher: Principal, board: str, restaurant_id: uuid.UUID, language: str = "en"
    ) -> Recorder:
        return self.watch(watcher, Topic(watcher.tenant_id, board, key_of(restaurant_id, language)))

    def watch(self, watcher: Principal, topic: Topic) -> Recorder:
        recorder = Recorder()
        self.hub.attach(watcher, topic, None, lambda: recorder)
        return recorder

    def tick(self, after: float = 2.0) -> None:
        self._now += after
        self.keeper.tick(self._now)


def on_device(person: Principal) -> Principal:
    """The same person on another device: a sign-in of its own, which no row stands for."""
    return replace(person, session=f"session:{uuid.uuid4()}")


def shown(floor: Floor) -> list[tuple[str, str]]:
    return [(screen.board, screen.name) for screen in floor.screens]
