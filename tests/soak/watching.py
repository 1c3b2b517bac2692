"""The kinds of readers: programs that want every event, boards and tracking pages that want what is true."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ordertrack.boards.columns import BOARDS
from ordertrack.live.cursor import Cursor
from ordertrack.orders.event_log import EventRecord
from soak.plan import Back, Hands, Screen
from soak.readers import Reader
from soak.screens import BoardScreen, TrackingScreen
from soak.stage import Stage
from support.http_client import Caller, Frame

_TOLD = ("order_id", "status", "from", "number", "restaurant", "changed_by", "metadata")


@dataclass
class Chain:
    """The events that a program got, one after the other, from a cursor to a cursor."""

    start: int
    until: int
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


class ProgramReader(Reader):
    """Reads the program stream; after a `reset` it reads up through the feed, as integrators are told to."""

    expects: ClassVar = frozenset({"status_update", "reset"})

    def __init__(self, stage: Stage, *which: Any) -> None:
        super().__init__(stage, *which)
        self.chains: list[Chain] = []
        self._headers = stage.house.bearer
        restaurant, order = self.watch.restaurant, self.watch.order
        self.restaurant = None if restaurant is None else stage.house.restaurants[restaurant]
        self.order_id: str | None = None
        self._order = None if order is None else stage.orders[order]

    def concerns(self, event: EventRecord) -> bool:
        return self._wants(event.restaurant, str(event.order_id))

    def _wants(self, restaurant: str, order_id: str) -> bool:
        return self.restaurant in (None, restaurant) and self.order_id in (None, order_id)

    def begin(self) -> None:
        """At first: at the beginning of the log. Later: the feed is read to its end, then the stream."""
        self._path = f"/api/v1/stream?restaurant={self.restaurant}" if self.restaurant else "/api/v1/stream"
        if self._order is not None:
            self.order_id = str(self._order.await_id())
            self._path = f"/api/v1/stream?order={self.order_id}"
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
            page = self._page(f"?after={self.position}&limit=200")
            for item in page["items"]:
                cursor = Cursor.parse(item["cursor"])
                if until is not None and cursor.seq > until.seq:
                    break
                if self._wants(item["restaurant"], item["order_id"]):
                    as_told = {name: item[name] for name in _TOLD} | {"updated_at": item["occurred_at"]}
                    self.chains[-1].events.append((cursor.seq, as_told))
                self.position = cursor
            if not page["items"]:
                break
        self.chains[-1].until = self.position.seq

    def _page(self, query: str) -> Any:
        return self.stage.read(lambda: self.stage.program.call(f"/api/v1/events{query}")).json


class PageReader(Reader):
    """Loads a page, follows its stream, and comes back with what its page holds."""

    expects: ClassVar = frozenset({None})
    screen: BoardScreen | TrackingScreen

    def __init__(self, *which: Any) -> None:
        super().__init__(*which)
        self._on_the_wire: dict[str, int] = {}

    def page(self) -> tuple[Caller, str]:
        raise NotImplementedError  # who loads which address

    def begin(self) -> None:
        caller, address = self.page()
        html = self.stage.read(lambda: caller.call(address)).text
        self._headers = caller.headers
        self._path = self.screen.load(html)
        if self._path is not None:
            self.position = Cursor.parse(self._path.rpartition("after=")[2])

    def begins_anew(self, frame: Frame) -> bool:
        return 'hx-swap="innerHTML' in frame.data

    def begin_connection(self) -> None:
        self._on_the_wire = {}

    def take(self, frame: Frame) -> None:
        # What changes without an event, as other rules do, is told all anew: what it knows comes again.
        if frame.id is None and not self.begins_anew(frame):
            self._complain(f"was sent a change without id: {frame}")
        for card, version in self.screen.apply(frame.data):
            before = self._on_the_wire.get(card, 0)
            if version < before:
                self._complain(f"saw {card} go from version {before} to {version} with frame {frame.id}")
            self._on_the_wire[card] = version


class BoardReader(PageReader):
    """A kitchen or dispatch board on somebody's tablet."""

    screen: BoardScreen

    def __init__(self, *which: Any) -> None:
        super().__init__(*which)
        self.screen = BoardScreen()
        self.board = BOARDS[self.watch.screen]
        assert self.watch.restaurant is not None
        self.restaurant = self.stage.house.restaurants[self.watch.restaurant]

    def concerns(self, event: EventRecord) -> bool:
        touched = {event.from_status, event.to_status} & self.board.statuses
        return bool(touched) and event.restaurant == self.restaurant

    def page(self) -> tuple[Caller, str]:
        hands = Hands.NOUR if self.watch.screen == Screen.KITCHEN else Hands.KARIM
        return self.stage.callers[hands], f"/r/{self.restaurant}/{self.board.name}"


class TrackingReader(PageReader):
    """A customer's phone."""

    screen: TrackingScreen

    def __init__(self, *which: Any) -> None:
        super().__init__(*which)
        self.screen = TrackingScreen()
        assert self.watch.order is not None
        self.order = self.stage.orders[self.watch.order]

    def concerns(self, event: EventRecord) -> bool:
        return event.order_id == self.order.id

    def page(self) -> tuple[Caller, str]:
        self.order.await_id()
        return Caller(self.stage.port), self.order.tracking_path


READERS: dict[Screen, type[Reader]] = {
    Screen.PROGRAM: ProgramReader,
    Screen.KITCHEN: BoardReader,
    Screen.DISPATCH: BoardReader,
    Screen.TRACKING: TrackingReader,
}
