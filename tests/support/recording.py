"""The live path with its ends in the test's hands: connections that record, a log that can be interrupted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Channel, Message, Topic
from ordertrack.streams.sse import EventLog

_OF_A_GUEST = re.compile(r"[0-9a-f]{8}-[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Frame:
    """`id` is None where none was told, and where it is a guest's position, which names none of the log."""

    id: Cursor | None
    event: str | None
    data: str


def parse(stream: bytes) -> list[Frame]:
    """What a browser reads out of the bytes, by the rules of the HTML standard."""
    frames = []
    for block in stream.decode().split("\n\n")[:-1]:
        fields: dict[str, list[str]] = {}
        for line in re.split(r"\r\n|\r|\n", block):
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        if fields.keys() - {""}:
            told = fields.get("id", [""])[-1]
            position = None if _OF_A_GUEST.fullmatch(told) or not told else Cursor.parse(told)
            frames.append(Frame(position, fields.get("event", [None])[-1], "\n".join(fields.get("data", []))))
    return frames


@dataclass
class Recorder:
    """A connection that keeps what it is given; from `breaks_after` bytes on it is as good as gone."""

    breaks_after: int | None = None
    written: bytes = b""
    writes: int = 0
    is_open: bool = True
    closed_because: str | None = None
    on_close: Callable[[], None] = field(default=lambda: None)

    def write(self, data: bytes, *, bounded: bool = True) -> None:
        if not self.is_open:
            return
        self.written += data
        self.writes += 1
        if self.breaks_after is not None and len(self.written) > self.breaks_after:
            self.close("slow")

    def drain(self) -> bool:
        return self.is_open

    def close(self, why: str) -> None:
        if self.is_open:
            self.is_open, self.closed_because = False, why
            self.on_close()

    @property
    def frames(self) -> list[Frame]:
        return parse(self.written)

    @property
    def seqs(self) -> list[int]:
        """The positions of the unnamed messages that each tell of one event."""
        return [frame.id.seq for frame in self.frames if frame.event is None and frame.id is not None]

    @property
    def snapshots(self) -> list[Frame]:
        return [frame for frame in self.frames if frame.event == "snapshot"]


class Orders(Channel):
    """A channel for tests: one topic a restaurant, one short message an event, counted as it is rendered.

    `setting` stands in every message, as targets do in every card.
    """

    def __init__(self, name: str = "orders", replays: bool = False) -> None:
        self.name = name
        self.replays = replays
        self.rendered: list[int] = []
        self.admits_anybody = True
        self.setting = ""
        self.fails = False

    def topic(self, house: Any, restaurant: str = "hamra") -> Topic:
        return Topic(house.tenant_id, self.name, restaurant)

    def admits(self, watcher: Any, topic: Topic) -> bool:
        return self.admits_anybody

    def keys(self, change: Any) -> tuple[str, ...]:
        return (change.event.restaurant,)

    def render(self, change: Any, key: str) -> Message:
        self.rendered.append(change.cursor.seq)
        return Message(f"{change.event.number} {change.event.to_status}{self.setting}")

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        if self.fails:
            raise RuntimeError("a card that cannot be rendered")
        return Message(f"all of {topic.key} at {head.seq}{self.setting}", "snapshot")


class Interrupted(EventLog):
    """The real log, with what the test wants done just after a head or a page was read."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.after_head: list[Callable[[], Any]] = []
        self.after_page: list[Callable[[], Any]] = []
        self.reads = 0
        self.read_together: list[set[uuid.UUID]] = []

    def head(self, tenant_id: uuid.UUID) -> Cursor:
        position = super().head(tenant_id)
        if self.after_head:
            self.after_head.pop(0)()
        return position

    def after(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]:
        self.reads += 1
        page = super().after(tenant_id, seq, limit)
        if self.after_page:
            self.after_page.pop(0)()
        return page

    def after_many(self, positions: Mapping[uuid.UUID, int]) -> Mapping[uuid.UUID, list[Any]]:
        self.reads += 1
        self.read_together.append(set(positions))
        found = super().after_many(positions)
        if self.after_page:
            self.after_page.pop(0)()
        return found

    def entries(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]:
        self.reads += 1
        page = super().entries(tenant_id, seq, limit)
        if self.after_page:
            self.after_page.pop(0)()
        return page


@contextmanager
def count(metric: Any, **labels: str) -> Iterator[Callable[[], float]]:
    """How much a counter of ordertrack.metrics has grown since."""
    counter = metric.labels(**labels) if labels else metric
    before = counter._value.get()
    yield lambda: counter._value.get() - before
