"""The topics of one tenant that somebody watches, or watched until the last heartbeat; by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ordertrack.live.budget import Budget
from ordertrack.live.subscriptions import Subscription
from ordertrack.live.topic_index import TopicIndex
from ordertrack.live.topic_state import Watched
from ordertrack.live.topics import Channel, Topic

Name = tuple[str, str]  # a topic's channel and key


class WatchedTopics:
    """Reading takes no lock: whoever changes it holds the one of its tenant's hub."""

    def __init__(self, channels: Mapping[str, Channel], budget: Budget, index: TopicIndex) -> None:
        self._channels = channels
        self._budget = budget
        self._index = index
        self._by_name: dict[Name, Watched] = {}

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[Watched]:
        return iter(list(self._by_name.values()))

    def find(self, name: Name) -> Watched | None:
        return self._by_name.get(name)

    def names(self) -> list[Name]:
        return list(self._by_name)

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
            self._index.add(topic)
        return watched

    def remove(self, watched: Watched) -> None:
        watched.forget_snapshot()
        del self._by_name[watched.topic.channel, watched.topic.key]
        self._index.remove(watched.topic)
