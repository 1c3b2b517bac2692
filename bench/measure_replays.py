"""make bench-replays: what another company's tracking page costs while sixty programs replay a long log.

With --quick it is a small round that shows that all of it works; else RESULTS.md gets the figures.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import table
from contenders.ours import Served
from house import House
from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from replays.readers import Readers
from stage import FULL, Stage
from table import Row

ENTRIES, REPLAYS, ROUNDS, SECONDS = 100_000, 60, 5, 15.0
KEYS = 12  # so that as many go on at a time as a worker allows
QUICK = (6_000, 12, 1, 3.0)
SETTLE = 2.0  # seconds from the first bytes of the replays until it is measured
MOST_TIMES = 2.0
HOW = """One worker on a core, PostgreSQL and the clients on the other. {replays} streams, of {keys} API keys
of one company, ask for its log of {entries:,} entries from the beginning, and read as fast as they can, in a
process of their own. A guest of another company asks for the tracking page meanwhile, again and again on one
connection; the same is measured before it in each round, with nothing else going on. {rounds} rounds of
{seconds:.0f} s each; a ratio is the median of those within the rounds."""
_ORDER = {"restaurant": "quiet", "fulfilment": "delivery", "items": [{"name": "Kebab", "quantity": 1}]}


@dataclass(frozen=True)
class Times:
    """Of one page, asked for so often: milliseconds."""

    p50: float
    p99: float
    asked: int


@dataclass(frozen=True)
class Round:
    """`told` are the entries a second that all replays together were told."""

    quiet: Times
    during: Times
    told: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small round, to see that it works")
    entries, replays, rounds, seconds = (
        QUICK if parser.parse_args().quick else (ENTRIES, REPLAYS, ROUNDS, SECONDS)
    )
    with Stage(FULL) as stage, stage.house("replays") as house:
        import machine  # after the stage, which decides the core that everything begins on

        described = machine.describe(stage)
        house.place(entries)
        stage.say(f"{entries:,} entries made")
        with Served(stage, house.settings) as server:
            keys = _keys(house)
            page = _page_of_another(house, server.port)
            found = []
            for number in range(rounds):
                found.append(_round(house.head().epoch, server.port, keys, page, replays, seconds))
                stage.say(f"round {number + 1}: {_said(found[-1])}")
    rows = _rows(found, replays)
    print(shown := table.markdown(rows))
    how = HOW.format(keys=KEYS, replays=replays, entries=entries, rounds=rounds, seconds=seconds)
    if entries == ENTRIES:
        table.write_section(table.REPLAYS, [described, how, shown])
    else:
        print("RESULTS.md is left alone: it is written by a full run only.")


def _round(epoch: int, port: int, keys: list[str], page: str, replays: int, seconds: float) -> Round:
    quiet = _asked(port, page, seconds)
    with Readers(port, keys, epoch, replays) as readers:
        readers.begin()
        time.sleep(SETTLE)
        before, began = readers.told, time.monotonic()
        during = _asked(port, page, seconds)
        told = (readers.told - before) / (time.monotonic() - began)
        readers.check()
    return Round(quiet, during, told)


def _asked(port: int, page: str, seconds: float) -> Times:
    """The page again and again, one after the other."""
    took = []
    with _connection(port) as connection:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request("GET", page)
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise SystemExit(f"the tracking page was answered {answer.status}")
    return Times(median(took), quantiles(took, n=100)[-1], len(took))


@contextmanager
def _connection(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def _keys(house: House) -> list[str]:
    commands = make_bare_app(house.settings, as_operator=True)
    with commands.app_context():
        tenant = accounts.find_tenant("bench")
        made = [api_keys.create_key(tenant, f"Reader {number}")[1] for number in range(KEYS)]
        db.session.remove()
        db.engine.dispose()
    return made


def _page_of_another(house: House, port: int) -> str:
    """The address of a tracking page of another company of this database."""
    commands = make_bare_app(house.settings, as_operator=True)
    with commands.app_context():
        tenant = accounts.create_tenant("Quiet", "quiet")
        accounts.create_restaurant(tenant, "Quiet", "quiet", "Asia/Beirut")
        key = api_keys.create_key(tenant, "Till")[1]
        db.session.remove()
        db.engine.dispose()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with _connection(port) as connection:
        connection.request("POST", "/api/v1/orders", json.dumps(_ORDER), headers)
        placed = json.loads(connection.getresponse().read())
    return "/track/" + placed["tracking_url"].rpartition("/")[2]


def _said(each: Round) -> str:
    return (
        f"{each.quiet.p50:.1f} ms, then {each.during.p50:.1f} ms (99 of 100: {each.quiet.p99:.1f},"
        f" {each.during.p99:.1f}); {each.told:,.0f} entries/s"
    )


def _rows(found: list[Round], replays: int) -> list[Row]:
    quiet, during = [each.quiet.p50 for each in found], [each.during.p50 for each in found]
    tail = [each.during.p99 for each in found]
    ratio = table.ratios(during, quiet)
    return [
        Row("another company's tracking page, nothing else going on", quiet, "ms"),
        Row(
            f"— while {replays} replays go on",
            during,
            "ms",
            f"{ratio:.2f} × quiet",
            f"≤ {MOST_TIMES:g} × quiet",
            ratio <= MOST_TIMES,
        ),
        Row(
            "— 99 of 100",
            tail,
            "ms",
            f"{table.ratios(tail, [each.quiet.p99 for each in found]):.2f} × quiet",
        ),
        Row("entries that all replays were told meanwhile", [each.told for each in found], "a second"),
    ]


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    os.environ.pop("DATABASE_URL", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
