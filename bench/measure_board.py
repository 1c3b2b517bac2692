"""make bench-board: what a board with 200 open cards weighs, and what a moved card costs a slow tablet.

Measured in Chromium on a kitchen board of `ordertrack serve`; written into RESULTS.md, beside a board of 40.
With BEFORE=<git ref> cards are moved on that release's boards as well, by turns with these:
one that has bench/older.py.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

import boards
import machine
import moves
import older
import table
import tickets
from boards import Board
from contenders.ours import Ordertrack
from moves import Moves
from stage import QUICK, Stage

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from support.pages import browser

CARDS = (200, 40)
ROUNDS = 4
LATENCY = 300  # milliseconds that every answer is late, to count round trips with
HEAVIEST = 60_000  # bytes


@dataclass
class Visits:
    """What was measured of a board's first and later visits."""

    board: Board
    bytes: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)
    trips: list[float] = field(default_factory=list)
    later_trips: list[float] = field(default_factory=list)


def main() -> None:
    ref = os.environ.get("BEFORE", "")
    with Stage(QUICK) as stage, ExitStack() as sides, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=browser.ARGUMENTS)
        visits = [Visits(sides.enter_context(boards.serve(stage, cards))) for cards in CARDS]
        now = [Moves(each.board) for each in visits]
        before = []
        if ref:
            root = sides.enter_context(older.tree(stage.folder, ref))
            before = [Moves(sides.enter_context(older.OlderBoard(root, cards))) for cards in CARDS]
        for turn in range(ROUNDS):
            stage.say(f"round {turn + 1}")
            for each in visits:
                _weigh(chromium, each)
                _count_trips(chromium, each)
            sides_of_turn = [*now, *before] if turn % 2 else [*before, *now]  # none is always the first
            for side in sides_of_turn:
                side.measure(chromium, boards.MOVES // ROUNDS)
        with stage.house("board_tickets") as house:
            tickets.fill(house)
            with Ordertrack(stage, house) as server:
                whole = tickets.count(chromium, server)
        described = machine.describe(stage)
        chromium.close()
    rows = [*_rows(*visits), *moves.rows(now, before, ref), *whole]
    for row in rows:
        print(f"{row.what}: {row.measured}  {row.ratio}  {row.target}  {row.verdict}")
    kinds = ", ".join(f"{kind} {size:,}" for kind, size in visits[0].by_kind.most_common())
    table.write_section(
        table.BOARD, [described, f"Bytes of the 200 cards' board by kind: {kinds}.", table.markdown(rows)]
    )


def _weigh(chromium: Browser, visits: Visits) -> None:
    """What a first visit brings over the line, headers included; not the stream, which goes on."""
    context = boards.tablet(chromium, visits.board)
    page = context.new_page()
    session = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda told: kinds.setdefault(told["requestId"], told["type"]))
    session.on(
        "Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]})
    )
    session.send("Network.enable")
    boards.show(context, visits.board, page)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)  # what a page fetches later, such as its worker
    weighed = {each: size for each, size in sizes.items() if kinds.get(each) != "EventSource"}
    kinds["worker"], weighed["worker"] = "Worker", _weigh_worker(visits.board)
    visits.bytes.append(sum(weighed.values()))
    visits.requests.append(len(weighed))
    visits.by_kind = Counter()
    for each, size in weighed.items():
        visits.by_kind[kinds.get(each, "Other")] += round(size)
    context.close()


def _weigh_worker(board: Board) -> float:
    """The service worker's own script, which a browser fetches outside of the page."""
    connection = http.client.HTTPConnection("127.0.0.1", board.port)
    connection.request("GET", "/sw.js", headers={"Accept-Encoding": "br"})
    answer = connection.getresponse()
    headers = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    size = headers + len(answer.read())
    connection.close()
    return size


def _count_trips(chromium: Browser, visits: Visits) -> None:
    """After how many answers one after the other the cards are painted: by what latency adds to it."""
    context = boards.tablet(chromium, visits.board)
    page = context.new_page()
    session = context.new_cdp_session(page)
    first = [_painted(session, page, visits.board, latency) for latency in (LATENCY, 0)]
    visits.trips.append((first[0] - first[1]) / LATENCY)
    page.wait_for_timeout(1000)  # the worker has kept what it keeps
    later = [_painted(session, page, visits.board, latency) for latency in (LATENCY, 0)]
    visits.later_trips.append((later[0] - later[1]) / LATENCY)
    context.close()


def _painted(session: CDPSession, page: Page, board: Board, latency: int) -> float:
    """When a card was first painted, in milliseconds after the page was asked for."""
    line = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", line)
    page.goto("about:blank")
    page.goto(boards.address(board))
    page.wait_for_selector("body[data-live=live]")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(painted)


def _rows(many: Visits, few: Visits) -> list[table.Row]:
    beside = f"{few.board.cards} cards"
    return [
        table.at_most(
            f"first visit, {many.board.cards} open cards: page and all its assets over the line",
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
    ]


if __name__ == "__main__":
    main()
