"""The kinds of readers: beside programs, boards and tracking pages, which want what is true."""

from __future__ import annotations

from typing import Any, ClassVar

from ordertrack.boards.columns import BOARDS
from ordertrack.live.cursor import Cursor
from ordertrack.orders.log.entries import EventRecord
from ordertrack.rules.order_actions import OrderAction
from soak.checks.truth import Entry
from soak.plans.plan import Screen
from soak.plans.steps import Hands
from soak.reading.programs import ProgramReader
from soak.reading.readers import Reader
from soak.reading.screens import BoardScreen, TrackingScreen
from support.http_client import Caller, Frame

_GUESTS_ARE_TOLD = (OrderAction.CHANGE, OrderAction.DELAY, OrderAction.FIRE)


class PageReader(Reader):
    """Loads a page, follows its stream, and comes back with what its page holds.

    `fresh` is the same page, loaded when all was over.
    """

    expects: ClassVar = frozenset({None})
    screen: BoardScreen | TrackingScreen
    fresh: BoardScreen | TrackingScreen

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
            self.position = self.read(self._path.rpartition("after=")[2])

    def look_back(self) -> None:
        caller, address = self.page()
        self.fresh.load(self.stage.read(lambda: caller.call(address)).text)

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
    fresh: BoardScreen

    def __init__(self, *which: Any) -> None:
        super().__init__(*which)
        self.screen, self.fresh = BoardScreen(), BoardScreen()
        self.board = BOARDS[self.watch.screen]
        assert self.watch.restaurant is not None
        self.restaurant = self.stage.house.restaurants[self.watch.restaurant]

    def concerns(self, entry: Entry) -> bool:
        touched = set(entry.statuses) & self.board.statuses
        return bool(touched) and entry.restaurant == self.restaurant

    def page(self) -> tuple[Caller, str]:
        hands = Hands.NOUR if self.watch.screen == Screen.KITCHEN else Hands.KARIM
        return self.stage.callers[hands], f"/r/{self.restaurant}/{self.board.name}"


class TrackingReader(PageReader):
    """A customer's phone."""

    screen: TrackingScreen
    fresh: TrackingScreen

    def __init__(self, *which: Any) -> None:
        super().__init__(*which)
        self.screen, self.fresh = TrackingScreen(), TrackingScreen()
        assert self.watch.order is not None
        self.order = self.stage.orders[self.watch.order]

    def read(self, told: str) -> Cursor:
        return self.stage.guest_positions.read(self.order.await_id(), told)

    def told(self, cursor: Cursor) -> str:
        return self.stage.guest_positions.tell(self.order.await_id(), cursor)

    def concerns(self, entry: Entry) -> bool:
        is_told = isinstance(entry, EventRecord) or entry.act in _GUESTS_ARE_TOLD
        return is_told and entry.order_id == self.order.id

    def page(self) -> tuple[Caller, str]:
        self.order.await_id()
        return self.stage.calls(), self.order.tracking_path


READERS: dict[Screen, type[Reader]] = {
    Screen.PROGRAM: ProgramReader,
    Screen.KITCHEN: BoardReader,
    Screen.DISPATCH: BoardReader,
    Screen.TRACKING: TrackingReader,
}
