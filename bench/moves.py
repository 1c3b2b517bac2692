"""What a card that moves costs a slow tablet: the work of the page's main thread for each message.

A task is what the browser calls one, with the microtasks that follow it and that a trace holds beside it:
most of what a page's scripts do for a message is done there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser

import boards
import table
from boards import Board

THROTTLE = 4
FRAME = 16.0  # milliseconds
_WINDOW = 0.3  # seconds after a message in which its work is done, on a busy machine too
_PAUSE = 450  # milliseconds between two moves
_MICROTASKS = "BlinkScheduler_PerformMicrotaskCheckpoint"


@dataclass
class Moves:
    """For each message, in milliseconds: its longest task, the longest by the time that the thread ran, and
    all its tasks together."""

    board: Board
    longest: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    def measure(self, chromium: Browser, moves: int) -> None:
        """Move so many cards, one by one."""
        context = boards.tablet(chromium, self.board)
        page = boards.show(context, self.board)
        page.evaluate(
            "document.addEventListener('htmx:sse:before:message', ({ detail }) =>"
            " { if (!detail.message.event) performance.mark('message'); })"
        )
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        chromium.start_tracing(page=page, categories=["toplevel", "blink.user_timing", "devtools.timeline"])
        for _ in range(moves):
            self.board.advance()
            page.wait_for_timeout(_PAUSE)
        events = json.loads(chromium.stop_tracing())["traceEvents"]
        context.close()
        marks = [event for event in events if event["name"] == "message" and "user_timing" in event["cat"]]
        assert marks, "no message came"
        tasks = _tasks(events, marks[0])
        for mark in marks:
            # The message is read inside a task that began before the mark.
            here = [t for t in tasks if t.end >= mark["ts"] and t.start < mark["ts"] + _WINDOW * 1e6]
            if not here:
                continue  # the trace has lost it
            self.longest.append(max(task.wall for task in here))
            self.processor.append(max(task.processor for task in here))
            self.work.append(sum(task.wall for task in here))


@dataclass
class _Task:
    start: float  # microseconds, as in the trace
    end: float
    wall: float  # milliseconds
    processor: float


def _tasks(events: list[dict[str, Any]], mark: dict[str, Any]) -> list[_Task]:
    """The tasks of the mark's thread, in their order; each holds the microtasks behind it."""
    here = [e for e in events if (e["pid"], e["tid"]) == (mark["pid"], mark["tid"]) and e["ph"] == "X"]
    tasks: list[_Task] = []
    for event in sorted(here, key=lambda event: (event["ts"], -event["dur"])):
        is_task = event["name"].endswith("RunTask")
        if not is_task and event["name"] != _MICROTASKS:
            continue
        start, end = event["ts"], event["ts"] + event["dur"]
        if tasks and start < tasks[-1].end:
            continue  # inside of the one before
        wall, processor = event["dur"] / 1000, event.get("tdur", 0) / 1000
        if is_task or not tasks:
            tasks.append(_Task(start, end, wall, processor))
        else:
            tasks[-1].end = end
            tasks[-1].wall += wall
            tasks[-1].processor += processor
    return tasks


def tail(figures: Sequence[float]) -> float:
    """What 95 of 100 take at most."""
    return quantiles(figures, n=20)[-1]


def rows(now: Sequence[Moves], before: Sequence[Moves], ref: str) -> list[table.Row]:
    """Many cards beside few, and beside the older release that was measured by turns with them."""
    return [_row(what, figure, now, before, ref) for what, figure in _FIGURES.items()]


_TAIL = "— 95 of 100 take at most"
_FIGURES: dict[str, Callable[[Moves], float]] = {
    f"a card moves, {THROTTLE} × slower processor: longest task of the main thread until it is painted": (
        lambda moves: median(moves.longest)
    ),
    _TAIL: lambda moves: tail(moves.longest),
    "— longest by the time that its thread was running": lambda moves: median(moves.processor),
    "— 95 of 100 run for at most": lambda moves: tail(moves.processor),
    "— all its tasks together": lambda moves: median(moves.work),
}


def _row(
    what: str, figure: Callable[[Moves], float], now: Sequence[Moves], before: Sequence[Moves], ref: str
) -> table.Row:
    (many, few), then = map(figure, now), [figure(moves) for moves in before]
    beside = f"{few:.1f} ms with {now[1].board.cards} cards"
    if then:
        beside += f"; at {ref} {then[0]:.1f} ms ({many / then[0]:.2f} ×) and {then[1]:.1f} ms"
    target = (f"≤ {FRAME:g} ms", many <= FRAME) if what == _TAIL else ("", None)
    return table.Row(what, [many], "ms", beside, *target)
