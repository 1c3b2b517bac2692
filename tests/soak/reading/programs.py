"""The readers that are programs: they want every entry of the log once, and in order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ordertrack.live.cursor import Cursor
from ordertrack.orders.log.entries import EventRecord
from soak.checks.truth import Entry
from soak.plans.plan import Back
from soak.reading.readers import Reader
from soak.stage import Stage
from support.http_client import Frame

_OF_ALL = ("order_id", "status", "number", "restaurant", "changed_by", "metadata")
_OF_EVENTS = (*_OF_ALL, "from")
_OF_ACTIONS = (*_OF_ALL, "act", "line", "reason", "rider", "minutes", "occurred_at", "changes")


@dataclass
class Chain:
    """The events that a program got, one after the other, from a cursor to a cursor."""

    start: int
    until: int
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


class ProgramReader(Reader):
    """Reads the program stream; after a `reset` it reads up through the feed, as integrators are told to."""

    def __init__(self, stage: Stage, *which: Any) -> None:
        super().__init__(stage, *which)
        self._include = "include=actions" if self.watch.with_actions else ""
        self.expects = frozenset({"status_update", "reset"} | ({"order_action"} if self._include else set()))
        self.chains: list[Chain] = []
        self._headers = stage.house.bearer
        restaurant, order = self.watch.restaurant, self.watch.order
        self.restaurant = None if restaurant is None else stage.house.restaurants[restaurant]
        self.order_id: str | None = None
        self._order = None if order is None else stage.orders[order]

    def concerns(self, entry: Entry) -> bool:
        is_told = isinstance(entry, EventRecord) or self.watch.with_actions
        return is_told and self._wants(entry.restaurant, str(entry.order_id))

    def _wants(self, restaurant: str, order_id: str) -> bool:
        return self.restaurant in (None, restaurant) and self.order_id in (None, order_id)

    def begin(self) -> None:
        """At first: at the beginning of the log. Later: the feed is read to its end, then the stream."""
        of = f"restaurant={self.restaurant}" if self.restaurant else ""
        if self._order is not None:
            self.order_id = str(self._order.await_id())
            of = f"order={self.order_id}"
        self._path = f"/api/v1/stream?{'&'.join(each for each in (of, self._include) if each)}".rstrip("?")
        if not self.chains:
            epoch = Cursor.parse(self._page("?limit=1")["next"]).epoch
            self.position = Cursor(epoch, 0)
            self.chains.append(Chain(0, 0))
        else:
            self._read_feed(None)

    def cursor(self, how: Back) -> str:
        if how == Back.OLD:
            self.position = Cursor(self.position.epoch, 0)
            self.chains.append(Chain(0, 0))
        return super().cursor(how)

    def begins_anew(self, frame: Frame) -> bool:
        return frame.event == "reset"

    def take(self, frame: Frame) -> None:
        said = json.loads(frame.data)
        if frame.event == "reset":
            self.counts["resets"] += 1
            if not self._is_lost or frame.id != said["cursor"]:
                self._complain(f"at {self.position} was told {frame}")
            self._begin_at(Cursor.parse(said["cursor"]))
            return
        if frame.id is None:
            self._complain(f"was sent an event without id: {frame}")
            return
        self.chains[-1].events.append((Cursor.parse(frame.id).seq, said))

    def _begin_at(self, cursor: Cursor) -> None:
        """Read up to where the stream goes on; what it is going to tell again is another chain."""
        if cursor.seq < self.position.seq:
            self.counts["resets to before"] += 1
            self.chains.append(Chain(cursor.seq, cursor.seq))
        else:
            self._read_feed(cursor)

    def _receive(self, frame: Frame) -> None:
        super()._receive(frame)
        self.chains[-1].until = self.position.seq

    def _read_feed(self, until: Cursor | None) -> None:
        """Go on from the position through the feed, to this cursor or to the feed's end."""
        while until is None or self.position.seq < until.seq:
            page = self._page(f"?after={self.position}&limit=200&{self._include}".rstrip("&"))
            items = [(Cursor.parse(item["cursor"]), item) for item in page["items"]]
            items = [(cursor, item) for cursor, item in items if until is None or cursor.seq <= until.seq]
            for cursor, item in items:
                if self._wants(item["restaurant"], item["order_id"]):
                    self.chains[-1].events.append((cursor.seq, _as_streamed(item)))
                self.position = cursor
            if not items:  # what else there is up to the cursor is not told
                break
        self.chains[-1].until = self.position.seq

    def _page(self, query: str) -> Any:
        return self.stage.read(lambda: self.stage.program.call(f"/api/v1/events{query}")).json


def _as_streamed(item: dict[str, Any]) -> dict[str, Any]:
    """An item of the feed as the stream would have told it."""
    if "act" in item:
        return {name: item[name] for name in _OF_ACTIONS}
    return {name: item[name] for name in _OF_EVENTS} | {"updated_at": item["occurred_at"]}
