"""Which topics a process carries, of all its tenants: by channel, and by when their heartbeat is due."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection

from ordertrack.live.pulses import slot_of
from ordertrack.live.topics import Topic


class TopicIndex:
    """So that nobody looks through thousands of tenants for the few that are concerned.

    Reading takes no lock; each tenant's hub says of its own topics that they come and go.
    """

    def __init__(self) -> None:
        self._tenants: dict[str, Counter[uuid.UUID]] = {}
        self._by_slot: dict[int, set[Topic]] = {}

    def add(self, topic: Topic) -> None:
        self._tenants.setdefault(topic.channel, Counter())[topic.tenant_id] += 1
        self._by_slot.setdefault(slot_of(topic), set()).add(topic)

    def remove(self, topic: Topic) -> None:
        tenants = self._tenants[topic.channel]
        tenants[topic.tenant_id] -= 1
        if not tenants[topic.tenant_id]:
            del tenants[topic.tenant_id]
        self._by_slot[slot_of(topic)].discard(topic)

    def tenants_of(self, channel: str) -> list[uuid.UUID]:
        """The tenants that have a topic of this channel."""
        return list(self._tenants.get(channel, ()))

    def of_slots(self, slots: Collection[int]) -> list[Topic]:
        """The topics whose heartbeat is due with these slots."""
        return [topic for slot in slots for topic in self._by_slot.get(slot, ())]
