"""Kitchen boards to measure in a browser: a house with so many open orders, its server, a tablet."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from playwright.sync_api import Browser, BrowserContext, Page

from contenders.ours import Ordertrack
from house import KITCHEN_PATH, RESTAURANT, House
from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db, tenant_context
from ordertrack.demo.simulation.guests import Guests
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.tenants.principal import Principal
from stage import Stage

MOVED = 40  # orders that are moved, each by
STEPS = 2  # so many: they stay on the board
MOVES = MOVED * STEPS
_PATH = KITCHEN_PATH[: STEPS + 1]


class Board(Protocol):
    """What is measured: where a board is, how one is signed in, and the next card's move."""

    cards: int
    port: int
    sign_in: str

    def advance(self) -> None: ...


@dataclass
class OwnBoard:
    """A board of this tree."""

    cards: int
    house: House
    port: int
    sign_in: str
    waiting: Sequence[uuid.UUID]
    moved: int = field(default=0, init=False)

    def advance(self) -> None:
        times, place = divmod(self.moved, MOVED)
        self.house.commit([(self.waiting[place], _PATH[times], _PATH[times + 1])])
        self.moved += 1


@contextmanager
def serve(stage: Stage, cards: int) -> Iterator[OwnBoard]:
    with stage.house(f"board_{cards}") as house:
        waiting = _fill(house, cards)
        with Ordertrack(stage, house) as server:
            yield OwnBoard(cards, house, server.port, server.sign_ins[0], waiting)


def _fill(house: House, cards: int) -> list[uuid.UUID]:
    """Varied orders, like those of the demo's guests, spread over the kitchen's columns; those that wait."""
    by = Principal(house.tenant_id, "program:bench", "Bench")
    guests = Guests("bench", (RESTAURANT,), 1 / 60)
    app = make_bare_app(house.settings)
    with tenant_context(app, house.tenant_id):
        now = dt.datetime.now(dt.UTC)
        orders = [_for_now(guests.next().order(now, 1.0), now) for _ in range(cards)]
        placed = [intake.place(order, by=by)[0] for order in orders]
        db.engine.dispose()
    waiting = max(cards // 3, MOVED)
    house.commit([(order, _PATH[0], _PATH[1]) for order in placed[waiting:]])
    house.commit([(order, _PATH[1], _PATH[2]) for order in placed[2 * waiting :]])
    return placed[:waiting]


def _for_now(order: NewOrder, now: dt.datetime) -> NewOrder:
    """The same, promised for so soon that it is on the board at once."""
    return replace(order, promised_at=order.promised_at and now + dt.timedelta(minutes=10))


def address(board: Board) -> str:
    return f"http://127.0.0.1:{board.port}/r/{RESTAURANT}/kitchen"


def tablet(chromium: Browser, board: Board) -> BrowserContext:
    """One that was never here before, signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    name, value = board.sign_in.removeprefix("Cookie: ").split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": address(board)}])
    return context


def show(context: BrowserContext, board: Board, page: Page | None = None) -> Page:
    page = page or context.new_page()
    page.goto(address(board))
    page.wait_for_selector("body[data-live=live]")
    shown = page.locator(".columns .column:not([data-passing]) .card").count()
    assert shown >= board.cards, f"{shown} cards are on the board, not {board.cards}"
    return page
