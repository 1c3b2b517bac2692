"""make bench-reports: how long the SLA page takes over ten million events, over one, and without roll-up."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import machine
from ordertrack.monitoring import logs
from ordertrack.rules.stages import HEADLINE
from ordertrack.sla.measure.figures import ERROR
from reports import big_house, log_report
from reports.ground import Ground, Site
from table import Row, markdown, number

PAGE = Path(__file__).resolve().parent / "REPORTS.md"
EVENTS = 10_000_000
REPEATS = 15
LIMITS = {28: 150, 90: 300}  # days of the range, milliseconds
SMALLER, GROWTH = 10, 1.5
CHOSEN, CHOSEN_LIMIT = 50, 400  # of the restaurants of a wide house, milliseconds
FIRST_LIMIT = 400  # milliseconds
_OTHERS = ("- htmx", "- nginx", "- gunicorn", "- gevent")  # parts that take none in it
HOW = f"""{big_house.RESTAURANTS} restaurants of one tenant, {big_house.DAYS} days that end yesterday, six
targets each; the smaller house has as many restaurants and days and a tenth of the orders, and the wide one
{big_house.MANY_RESTAURANTS} restaurants and as many orders as the larger. All are in one PostgreSQL as it
comes along; larger and smaller are asked in turns. The page is GET /sla by Flask's test client in one
process, signed in as a manager, all restaurants, the kitchen stage: sign-in, figures and template. *First* is
the first of its kind in a new process, which comes with its templates compiled, as workers do; it and a
second one are not among the {REPEATS} that the median is of.
Straight from the log: all that the page shows, in one query with `percentile_cont`, three times, with 256 MB
to sort in, without sign-in and template (`reports/log_report.py`)."""


def measure(ground: Ground, big: Site, small: Site) -> list[Row]:
    rows: list[Row] = []
    for days, limit in LIMITS.items():
        pages = _in_turns(big, small, lambda site, days=days: site.page(days))
        reports = _in_turns(big, small, lambda site, days=days: site.report(days))
        logs = [[each.log(days) for _ in range(3)] for each in (big, small)]
        ground.say(f"{days} days measured")
        times = [[took for took, _ in each] for each in logs]
        rows += _rows(days, limit, (big, small), pages, reports, times)
        rows += [_error(days, site, each[0][1]) for site, each in zip((big, small), logs, strict=True)]
    return rows


def _in_turns(big: Site, small: Site, ask: Callable[[Site], float]) -> list[list[float]]:
    """What each site took, first time first."""
    took: list[list[float]] = [[], []]
    for _ in range(REPEATS + 2):
        for figures, site in zip(took, (big, small), strict=True):
            figures.append(ask(site))
    return took


def _rows(
    days: int,
    limit: float,
    sites: tuple[Site, Site],
    pages: list[list[float]],
    reports: list[list[float]],
    logs: list[list[float]],
) -> list[Row]:
    big, small = (f"{site.events:,} events" for site in sites)
    warm, smaller = (page[2:] for page in pages)
    growth = median(one / other for one, other in zip(warm, smaller, strict=True))
    alone = median(one / other for one, other in zip(*(each[2:] for each in reports), strict=True))
    faster, slower = median(logs[0]) / median(warm), median(logs[0]) / median(logs[1])
    return [
        Row(
            f"the page of {days} days, {big}",
            warm,
            "ms",
            f"{faster:,.0f} times as fast as straight from the log",
            f"≤ {limit} ms",
            median(warm) <= limit,
        ),
        Row(
            f"— {small}",
            smaller,
            "ms",
            f"the larger house takes {growth:.2f} × as long",
            f"≤ {GROWTH:g} ×",
            growth <= GROWTH,
        ),
        Row(f"— the report alone, {big}", reports[0][2:], "ms", f"{alone:.2f} × {small}"),
        Row(f"— the report alone, {small}", reports[1][2:], "ms"),
        Row(f"— first, {big}", pages[0][:1], "ms", "", f"≤ {FIRST_LIMIT} ms", pages[0][0] <= FIRST_LIMIT),
        Row(f"— first, {small}", pages[1][:1], "ms"),
        Row(f"— straight from the log, {big}", logs[0], "ms", f"{slower:.1f} × {small}"),
        Row(f"— straight from the log, {small}", logs[1], "ms"),
    ]


def measure_wide(ground: Ground, wide: Site) -> list[Row]:
    """Some chosen of many restaurants, and all of them."""
    rows = []
    for days in LIMITS:
        warm = [wide.page(days, CHOSEN) for _ in range(REPEATS + 2)][2:]
        everything = [wide.page(days) for _ in range(REPEATS + 2)][2:]
        chosen = f"{CHOSEN} chosen of {big_house.MANY_RESTAURANTS}"
        what = f"the page of {days} days, {chosen}, {wide.events:,} events"
        limit = f"≤ {CHOSEN_LIMIT} ms"
        rows.append(Row(what, warm, "ms", "", limit, median(warm) <= CHOSEN_LIMIT))
        times = f"{median(everything) / median(warm):.2f} × the chosen ones"
        rows.append(Row(f"— all {big_house.MANY_RESTAURANTS}", everything, "ms", times))
        ground.say(f"{days} days of many restaurants measured")
    return rows


def _error(days: int, site: Site, exact: log_report.Exact) -> Row:
    """Page and log side by side: that they are the same report."""
    found = next(each.now for each in site.made(days).stages if each.stage == HEADLINE)
    assert found.p50 is not None and found.p90 is not None
    errors = [abs(found.p50 / exact.p50 - 1) * 100, abs(found.p90 / exact.p90 - 1) * 100]
    is_met = max(errors) <= ERROR * 100 and found.count == exact.count
    return Row(
        f"— p50 and p90 of the kitchen beside the log's, {site.events:,} events",
        errors,
        "%",
        f"{found.count:,} times, {exact.count:,} in the log",
        f"≤ {ERROR * 100:g} %, as many",
        is_met,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="in the larger house (%(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the houses there, or find them")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.gettempdir())
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < (needed := 2 * big_house.room_needed(asked.events)):
        parser.error(f"{folder} has less than the {number(needed / 2**30)} GiB free that this needs.")
    logs.configure(quiet=True)
    with Ground(asked.keep) as ground:
        described = machine.describe(ground)
        with ground.site(asked.events) as big, ground.site(asked.events // SMALLER) as small:
            rows = measure(ground, big, small)
        with ground.site(asked.events, big_house.MANY_RESTAURANTS) as wide:
            rows += [*measure_wide(ground, wide), *ground.rows]
    for row in rows:
        print(f"{row.what}: {row.measured}  {row.ratio}  {row.target}  {row.verdict}")
    if asked.events == EVENTS:
        facts = [fact for fact in described.splitlines() if not fact.startswith(_OTHERS)]
        parts = ["# Reports", "Written by `make bench-reports`.", "\n".join(facts), HOW, markdown(rows)]
        PAGE.write_text("\n\n".join(parts) + "\n")
    else:
        print("REPORTS.md is left alone: it is written by a full run only.")


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    os.environ.pop("DATABASE_URL", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
