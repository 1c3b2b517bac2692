"""make bench-webhooks: ten thousand events to three endpoints, while processes are killed.

One endpoint answers well, one hangs and is well again at the end, one fails every second time. With --quick
it is a small round that shows that all of it works; else RESULTS.md gets the figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from statistics import quantiles

import table
from contenders.ours import Served
from house import House
from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db
from ordertrack.tenants import accounts, audit
from ordertrack.tenants.keys import api_keys
from ordertrack.webhooks import endpoints
from processes import wait_for
from stage import FULL, Stage
from table import Row
from webhooks import peers, taps
from webhooks.peers import Peers, Taken
from webhooks.taps import Taps

EVENTS, PACE, KILLS, ROUNDS, COMPARED = 10_000, 40.0, 5, 5, 200
QUICK = (1_200, 40.0, 2, 1, 80)
EVENING = 10.0  # events a second while taps are compared: as two hundred restaurants on a Friday have
WAITS = " ".join(["0", "0.3", "1", "2", "4", *["8"] * 25])
MOST_LAG, MOST_SLOWER = 1.0, 1.05
FOLLOW = "follow"
PATIENCE = 240.0  # seconds after the last event until all have all
HOW = """One worker on a core, PostgreSQL, who taps and who is told on the other. {events:,} events,
{pace:.0f} a second over the API, go to three endpoints: one answers well, one hangs until the last event was
made, one answers 500 every second time; the waits between tries are {waits} s. The process that follows the
log is killed {kills} times meanwhile with SIGKILL, and the worker as often. Before that, {rounds} rounds of
{compared} events each, {evening:.0f} a second, are made in a company without webhooks while nothing follows,
and in the one with them: a ratio is the median of those within the rounds."""


@dataclass(frozen=True)
class Found:
    lags: list[float]
    missing: dict[str, int]
    beyond: dict[str, int]
    unordered: dict[str, int]
    twice: dict[str, int]
    off: list[list[float]]
    on: list[list[float]]
    took: float
    rest: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small round, to see that it works")
    is_quick = parser.parse_args().quick
    events, pace, kills, rounds, compared = QUICK if is_quick else (EVENTS, PACE, KILLS, ROUNDS, COMPARED)
    with Stage(FULL) as stage, stage.house("webhooks") as house, Peers() as told:
        import machine  # after the stage, which decides the core that everything begins on

        described = machine.describe(stage)
        quiet = _quiet(house)
        with Served(stage, house.settings) as server:
            secrets = _endpoints(house, told)
            told.verify_with(secrets)
            wait_for(lambda: server.beside(FOLLOW), "the process that follows")
            found = _drill(stage, house, server, told, quiet, (events, pace, kills, rounds, compared))
    rows = _rows(found)
    print(shown := table.markdown(rows))
    how = HOW.format(
        events=events,
        pace=pace,
        waits=WAITS.replace(" ", ", "),
        kills=kills,
        rounds=rounds,
        compared=compared,
        evening=EVENING,
    )
    if is_quick:
        print("RESULTS.md is left alone: it is written by a full run only.")
    else:
        table.write_section(table.WEBHOOKS, [described, how, shown])
    if any(found.missing.values()) or any(found.beyond.values()) or any(found.unordered.values()):
        sys.exit("An endpoint was not told of exactly the log, or not in order.")


def _drill(
    stage: Stage, house: House, server: Served, told: Peers, quiet: str, how: tuple[int, float, int, int, int]
) -> Found:
    events, pace, kills, rounds, compared = how
    busy, calm = Taps(server.port, house.key, "bench"), Taps(server.port, quiet, "quiet")
    busy.run(compared // taps.EVENTS, pace), calm.run(compared // taps.EVENTS, pace)  # warm
    off, on = [], []
    for number in range(rounds):
        with _frozen(server):
            off.append(calm.run(compared // taps.EVENTS, EVENING))
        on.append(busy.run(compared // taps.EVENTS, EVENING))
        stage.say(f"round {number + 1}: p50 and p95 {_said(off[-1])} ms without, {_said(on[-1])} ms with")
    began, left = time.monotonic(), events - house.head().seq
    killing = threading.Thread(target=_kill, args=(stage, server, kills, left / pace))
    killing.start()
    busy.run(left // taps.EVENTS, pace)
    killing.join()
    took = time.monotonic() - began
    stage.say(f"{house.head().seq:,} events are made; told so far: {told.counts()}")
    told.release()
    began, head = time.monotonic(), house.head().seq
    try:
        wait_for(lambda: set(told.counts().values()) == {head}, "all to have all", PATIENCE)
    finally:
        stage.say(f"told: {told.counts()}")
    return _found(told, head, off, on, took, time.monotonic() - began)


def _kill(stage: Stage, server: Served, times: int, seconds: float) -> None:
    for _ in range(times):
        time.sleep(seconds / (times + 1))
        killed = server.workers
        for pid in (*server.beside(FOLLOW), *killed):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        stage.say("the worker and the process that follows were killed")
        wait_for(lambda gone=killed: set(server.workers) - set(gone), "a new worker")
        server.pin_workers()  # or it would stay on the core of its master, with all the others


@contextmanager
def _frozen(server: Served) -> Iterator[None]:
    """Nothing follows meanwhile."""
    pids = server.beside(FOLLOW)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _quiet(house: House) -> str:
    """The key of another company of this database, which has no webhooks."""
    commands = make_bare_app(house.settings, as_operator=True)
    with commands.app_context():
        tenant = accounts.create_tenant("Quiet", "quiet")
        accounts.create_restaurant(tenant, "Quiet", "quiet", "Asia/Beirut")
        key = api_keys.create_key(tenant, "Till")[1]
        db.session.remove()
        db.engine.dispose()
    return key


def _endpoints(house: House, told: Peers) -> dict[str, str]:
    commands = make_bare_app(house.settings, as_operator=True)
    with commands.app_context():
        tenant = accounts.find_tenant("bench")
        by = audit.operator(tenant.id, "bench")
        made = {name: endpoints.make(by, told.url(name)).secret for name in peers.NAMES}
        db.session.remove()
        db.engine.dispose()
    return made


def _found(
    told: Peers, head: int, off: list[list[float]], on: list[list[float]], took: float, rest: float
) -> Found:
    taken = {name: told.taken(name) for name in peers.NAMES}
    wanted = set(range(1, head + 1))
    seqs = {name: [int(each.cursor.rpartition("-")[2]) for each in got] for name, got in taken.items()}
    lags = [
        each.came - dt.datetime.fromisoformat(each.happened).timestamp() for each in _firsts(taken["well"])
    ]
    return Found(
        lags,
        {name: len(wanted - set(got)) for name, got in seqs.items()},
        {name: len(set(got) - wanted) for name, got in seqs.items()},
        {name: _unordered(got) for name, got in taken.items()},
        {name: len(got) - len(set(got)) for name, got in seqs.items()},
        off,
        on,
        took,
        rest,
    )


def _firsts(taken: list[Taken]) -> list[Taken]:
    """Each event as it came first."""
    return list({each.cursor: each for each in reversed(taken)}.values())[::-1]


def _unordered(taken: list[Taken]) -> int:
    """How many came before an earlier one of their order."""
    last: dict[str, int] = {}
    wrong = 0
    for each in _firsts(taken):
        seq = int(each.cursor.rpartition("-")[2])
        wrong += last.get(each.order, 0) > seq
        last[each.order] = seq
    return wrong


def _p(figures: list[float], percent: int) -> float:
    return quantiles(figures, n=100)[percent - 1]


def _said(figures: list[float]) -> str:
    return f"{_p(figures, 50):.1f} and {_p(figures, 95):.1f}"


def _rows(found: Found) -> list[Row]:
    rows = [
        Row(f"{name}: events not told, told beyond the log, out of their order", [], said, "", "0, 0, 0", ok)
        for name in peers.NAMES
        for said, ok in [_exact(found, name)]
    ]
    rows += [
        Row(f"{name}: told more than once", [float(found.twice[name])], "events") for name in peers.NAMES
    ]
    for percent in (50, 95):
        lag = _p(found.lags, percent)
        is_judged = percent == 95
        rows.append(
            Row(
                f"from the event to the endpoint that answers well, p{percent}",
                [lag * 1000],
                "ms",
                "",
                f"≤ {MOST_LAG * 1000:.0f} ms" if is_judged else "",
                lag <= MOST_LAG if is_judged else None,
            )
        )
    for percent in (50, 95):
        off, on = [_p(each, percent) for each in found.off], [_p(each, percent) for each in found.on]
        ratio = table.ratios(on, off)
        rows.append(Row(f"a tap without webhooks, p{percent}", off, "ms"))
        rows.append(
            Row(
                f"— with three endpoints, p{percent}",
                on,
                "ms",
                f"{ratio:.2f} × without",
                f"≤ {MOST_SLOWER:g} × without",
                ratio <= MOST_SLOWER,
            )
        )
    rows.append(Row("from the last event until all three had all", [found.rest], "s"))
    return rows


def _exact(found: Found, name: str) -> tuple[str, bool]:
    counts = [found.missing[name], found.beyond[name], found.unordered[name]]
    return ", ".join(map(str, counts)), not any(counts)


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    os.environ.pop("DATABASE_URL", None)
    os.environ["ORDERTRACK_OUTGOING_PRIVATE"] = "1"
    os.environ["ORDERTRACK_WEBHOOK_WAITS"] = WAITS
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
