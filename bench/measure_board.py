"""make bench-board: what a board with 200 open cards weighs, and what a moved card costs a slow tablet.

Measured in Chromium on a kitchen board of `ordertrack serve`; written into RESULTS.md, beside a board of 20.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

import machine
import table
import tickets
from contenders.ours import Ordertrack
from house import KITCHEN_PATH, RESTAURANT, House
from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db, tenant_context
from ordertrack.demo.simulation.guests import Guests
from ordertrack.orders import intake
from ordertrack.orders.new_order import NewOrder
from ordertrack.tenants.principal import Principal
from stage import QUICK, Stage

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from support import browser

CARDS = (200, 20)
ROUNDS = 3
MOVES = 30  # cards moved in a round, one by one
THROTTLE = 4
LATENCY = 300  # milliseconds that every answer is late, to count round trips with
HEAVIEST = 60_000  # bytes
FRAME = 16.0  # milliseconds
WINDOW = 0.15  # seconds after a message in which its work is done
_WHERE = KITCHEN_PATH
STEPS = len(_WHERE) - 1


@dataclass
class Board:
    """A house with so many open cards, and what was measured of its board."""

    cards: int
    server: Ordertrack
    house: House
    waiting: list[uuid.UUID]
    bytes: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)
    trips: list[float] = field(default_factory=list)
    later_trips: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    longest: list[float] = field(default_factory=list)
    moved: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/r/{RESTAURANT}/kitchen"


def main() -> None:
    with Stage(QUICK) as stage, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=browser.ARGUMENTS)
        with _board(stage, CARDS[0]) as many, _board(stage, CARDS[1]) as few:
            for turn in range(ROUNDS):
                stage.say(f"round {turn + 1}")
                for board in (many, few):
                    _weigh(chromium, board)
                    _count_trips(chromium, board)
                    _move(chromium, board)
        with stage.house("board_tickets") as house:
            tickets.fill(house)
            with Ordertrack(stage, house) as server:
                whole = tickets.count(chromium, server)
        described = machine.describe(stage)
        chromium.close()
    rows = [*_rows(many, few), *whole]
    for row in rows:
        print(f"{row.what}: {row.measured}  {row.ratio}  {row.target}  {row.verdict}")
    kinds = ", ".join(f"{kind} {size:,}" for kind, size in many.by_kind.most_common())
    table.write_section(
        table.BOARD, [described, f"Bytes of the 200 cards' board by kind: {kinds}.", table.markdown(rows)]
    )


@contextmanager
def _board(stage: Stage, cards: int) -> Iterator[Board]:
    with stage.house(f"board_{cards}") as house:
        waiting = _fill(house, cards)
        with Ordertrack(stage, house) as server:
            yield Board(cards, server, house, waiting)


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
    third = cards // 3
    house.commit([(order, _WHERE[0], _WHERE[1]) for order in placed[third:]])
    house.commit([(order, _WHERE[1], _WHERE[2]) for order in placed[2 * third :]])
    return placed[:third]


def _for_now(order: NewOrder, now: dt.datetime) -> NewOrder:
    """The same, promised for so soon that it is on the board at once."""
    return replace(order, promised_at=order.promised_at and now + dt.timedelta(minutes=10))


def _open(chromium: Browser, board: Board) -> BrowserContext:
    """A tablet that was never here before, signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    name, value = board.server.sign_ins[0].removeprefix("Cookie: ").split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": board.address}])
    return context


def _show(context: BrowserContext, board: Board, page: Page | None = None) -> Page:
    page = page or context.new_page()
    page.goto(board.address)
    page.wait_for_selector("body[data-live=live]")
    shown = page.locator(".columns .column:not([data-passing]) .card").count()
    assert shown >= board.cards, f"{shown} cards are on the board, not {board.cards}"
    return page


def _weigh(chromium: Browser, board: Board) -> None:
    """What a first visit brings over the line, headers included; not the stream, which goes on."""
    context = _open(chromium, board)
    page = context.new_page()
    session = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda told: kinds.setdefault(told["requestId"], told["type"]))
    session.on(
        "Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]})
    )
    session.send("Network.enable")
    _show(context, board, page)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)  # what a page fetches later, such as its worker
    weighed = {each: size for each, size in sizes.items() if kinds.get(each) != "EventSource"}
    kinds["worker"], weighed["worker"] = "Worker", _weigh_worker(board)
    board.bytes.append(sum(weighed.values()))
    board.requests.append(len(weighed))
    board.by_kind = Counter()
    for each, size in weighed.items():
        board.by_kind[kinds.get(each, "Other")] += round(size)
    context.close()


def _weigh_worker(board: Board) -> float:
    """The service worker's own script, which a browser fetches outside of the page."""
    connection = http.client.HTTPConnection("127.0.0.1", board.server.port)
    connection.request("GET", "/sw.js", headers={"Accept-Encoding": "br"})
    answer = connection.getresponse()
    headers = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    size = headers + len(answer.read())
    connection.close()
    return size


def _count_trips(chromium: Browser, board: Board) -> None:
    """After how many answers one after the other the cards are painted: by what latency adds to it."""
    context = _open(chromium, board)
    page = context.new_page()
    session = context.new_cdp_session(page)
    first = [_painted(session, page, board, latency) for latency in (LATENCY, 0)]
    board.trips.append((first[0] - first[1]) / LATENCY)
    page.wait_for_timeout(1000)  # the worker has kept what it keeps
    later = [_painted(session, page, board, latency) for latency in (LATENCY, 0)]
    board.later_trips.append((later[0] - later[1]) / LATENCY)
    context.close()


def _painted(session: CDPSession, page: Page, board: Board, latency: int) -> float:
    """When a card was first painted, in milliseconds after the page was asked for."""
    line = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", line)
    page.goto("about:blank")
    page.goto(board.address)
    page.wait_for_selector("body[data-live=live]")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(painted)


def _move(chromium: Browser, board: Board) -> None:
    """Move cards one by one under a slow processor, and count the work after each message."""
    context = _open(chromium, board)
    page = _show(context, board)
    page.evaluate(
        "document.addEventListener('htmx:sse:before:message', ({ detail }) =>"
        " { if (!detail.message.event) performance.mark('message'); })"
    )
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    chromium.start_tracing(page=page, categories=["toplevel", "blink.user_timing", "devtools.timeline"])
    for _ in range(min(MOVES, len(board.waiting) * STEPS // ROUNDS)):
        times, place = divmod(board.moved, len(board.waiting))
        board.house.commit([(board.waiting[place], _WHERE[times], _WHERE[times + 1])])
        board.moved += 1
        page.wait_for_timeout(450)
    events = json.loads(chromium.stop_tracing())["traceEvents"]
    context.close()
    work, longest = _work(events)
    board.work.extend(work)
    board.longest.extend(longest)


def _work(events: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """For each message: milliseconds of the main thread until it is painted, and the longest task of them."""
    marks = [event for event in events if event["name"] == "message" and "user_timing" in event["cat"]]
    main_threads = {(event["pid"], event["tid"]) for event in marks}
    tasks = [
        (event["ts"], event["dur"] / 1000)
        for event in events
        if event["name"].endswith("RunTask")
        and "dur" in event
        and (event["pid"], event["tid"]) in main_threads
    ]
    work, longest = [], []
    for mark in marks:
        # The message is read inside a task that began before the mark.
        here = [dur for ts, dur in tasks if ts + dur * 1000 >= mark["ts"] and ts < mark["ts"] + WINDOW * 1e6]
        work.append(sum(here))
        longest.append(max(here, default=0.0))
    return work, longest


def _rows(many: Board, few: Board) -> list[table.Row]:
    beside = f"{few.cards} cards"
    slow = f"{THROTTLE} × slower processor"
    tail = quantiles(many.longest, n=20)[-1]
    return [
        table.at_most(
            f"first visit, {many.cards} open cards: page and all its assets over the line",
            many.bytes,
            "bytes",
            f"{median(few.bytes):,.0f} with {beside}",
            HEAVIEST,
        ),
        table.Row("— in so many requests", many.requests, "", f"{median(few.requests):.0f} with {beside}"),
        table.Row(
            "answers one after the other until the cards are painted, first visit",
            many.trips,
            "",
            f"{median(few.trips):.2f} with {beside}",
            "1",
            median(many.trips) < 1.5,
        ),
        table.Row("— on later visits", many.later_trips, "", f"{median(few.later_trips):.2f} with {beside}"),
        table.at_most(
            f"a card moves, {slow}: longest task of the main thread until it is painted",
            many.longest,
            "ms",
            f"{median(few.longest):.1f} ms with {beside}; 95 of 100 take {tail:.1f} ms at most",
            FRAME,
        ),
        table.Row("— all its tasks together", many.work, "ms", f"{median(few.work):.1f} ms with {beside}"),
    ]


if __name__ == "__main__":
    main()
