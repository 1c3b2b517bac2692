"""The topics of one tenant that somebody watches, or watched until the last heartbeat; by name and slot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ordertrack.live.budget import Budget
from ordertrack.live.pulses import slot_of
from ordertrack.live.subscriptions import Subscription
from ordertrack.live.topic_state import Watched
from ordertrack.live.topics import Channel, Topic

Name = tuple[str, str]  # a topic's channel and key


class WatchedTopics:
    """Reading takes no lock: whoever changes it holds the one of its tenant's hub."""

    def __init__(self, channels: Mapping[str, Channel], budget: Budget) -> None:
        self._channels = channels
        self._budget = budget
        self._by_name: dict[Name, Watched] = {}
        self._by_slot: dict[int, set[Name]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[Watched]:
        return iter(list(self._by_name.values()))

    def find(self, name: Name) -> Watched | None:
        return self._by_name.get(name)

    def names(self) -> list[Name]:
        return list(self._by_name)

    def of_slots(self, slots: Collection[int]) -> list[Name]:
        """Those whose heartbeat is due with these slots."""
        return [name for slot in slots if slot in self._by_slot for name in self._by_slot[slot]]

    def subscriptions(self, channel: str | None = None) -> Iterator[Subscription]:
        """Of every topic, or of those of a channel."""
        for watched in self:
            if channel in (None, watched.topic.channel):
                yield from list(watched.subscriptions)

    def add(self, topic: Topic) -> Watched:
        """The topic, from now on at the latest."""
        name = (topic.channel, topic.key)
        watched = self._by_name.get(name)
        if watched is None:
            watched = self._by_name[name] = Watched(topic, self._channels[topic.channel], self._budget)
            self._by_slot.setdefault(slot_of(topic), set()).add(name)
        return watched

    def remove(self, watched: Watched) -> None:
        name, slot = (watched.topic.channel, watched.topic.key), slot_of(watched.topic)
        watched.forget_snapshot()
        del self._by_name[name]
        self._by_slot[slot].discard(name)
        if not self._by_slot[slot]:
            del self._by_slot[slot]
