"""A real order log, written as logged: what the SLA page says of it, beside the file and what was published.

    python bench/measure_logged.py FILE

FILE is doordash_stages.csv.gz, or the environment variable ORDERTRACK_LOGS names it or its folder. Of it the
published population is taken: orders wanted as soon as possible (is_asap) whose events are in order (no
order_flags). They go into a fresh database with `ordertrack replay --as-logged`, the roll-up is made with
`ordertrack sla rebuild`, and the report of all their days is asked for, doubtful times in. Ends with 1 if
page and file differ by more than the error that the page states.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import select

from ordertrack.database import embedded
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.restaurants import cache
from ordertrack.rules.stages import Stage
from ordertrack.sla.measure import cells, histogram
from ordertrack.sla.measure.figures import ERROR
from ordertrack.sla.measure.models import TenantDay
from ordertrack.sla.report import build
from ordertrack.sla.report.selection import Selection
from ordertrack.tenants import accounts

NAME = "doordash_stages.csv.gz"
SLUG = "logged"
COLUMNS = (
    "order=order_id,restaurant=restaurant_id,placed=placed_s,confirmed=confirmed_s,"
    "delivering=driver_arrived_s,completed=delivered_s"
)
DAYS_AGO, DAYS = 60, 40
SHARES = (0.5, 0.9, 0.99)
ENDS = {Stage.ACCEPT: "confirmed_s", Stage.TOTAL: "delivered_s"}
PUBLISHED = {Stage.ACCEPT: (190, 1183, 2440), Stage.TOTAL: (2627, 4057, 5611)}

Row = Mapping[str, str]


def main() -> None:
    path = _path()
    with tempfile.TemporaryDirectory(prefix="ordertrack-logged-") as name:
        folder = Path(name)
        rows = _population(path, folder / "population.csv")
        first = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=DAYS_AGO)
        with _written(folder, first) as selection:
            found = {stage: _found(selection, stage) for stage in ENDS}
    worst = _tell(rows, found)
    if worst > ERROR:
        sys.exit(f"The page is off by {worst:.2%}; it promises {ERROR:.0%}.")


def _path() -> Path:
    named = sys.argv[1] if len(sys.argv) == 2 else os.environ.get("ORDERTRACK_LOGS")
    if named is None or not (path := Path(named)).exists():
        sys.exit(__doc__)
    return path / NAME if path.is_dir() else path


def _population(path: Path, written: Path) -> list[Row]:
    """The rows of the published population, also as a file of their own."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        rows = [row for row in table if row["is_asap"] == "1" and not row["order_flags"]]
        header = list(table.fieldnames or ())
    with written.open("w", encoding="utf-8", newline="") as file:
        copy = csv.DictWriter(file, header)
        copy.writeheader()
        copy.writerows(rows)
    return rows


@contextmanager
def _written(folder: Path, first: dt.date) -> Iterator[Selection]:
    """The population as a tenant's past, rolled up; inside its tenant, all of it as a selection."""
    data = folder / "data"
    environ = {"ORDERTRACK_DATA": str(data), "PORT": "0"}
    made = Settings.from_environment(environ)
    try:
        _ordertrack(environ, "tenant", "create", "Logged", "--slug", SLUG)
        words = ("--tenant", SLUG, "--columns", COLUMNS, "--as-logged", "--from", first.isoformat())
        _ordertrack(environ, "replay", str(folder / "population.csv"), *words)
        _ordertrack(environ, "sla", "rebuild")
        with make_bare_app(made, as_operator=True).app_context():
            tenant = accounts.find_tenant(SLUG)
            begin, end = first - dt.timedelta(days=2), first + dt.timedelta(days=DAYS)
            yield Selection(tenant.id, begin, end, tuple(cache.of_tenant(tenant.id)), with_left_out=True)
            db.session.remove()
            db.engine.dispose()
    finally:
        embedded.stop(data)
        shutil.rmtree(data, ignore_errors=True)


def _ordertrack(environ: Mapping[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "ordertrack.commands", *words]
    done = subprocess.run(command, env={**os.environ, **environ}, text=True, stdout=subprocess.PIPE)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        sys.exit(f"ordertrack {' '.join(words)} ended with {done.returncode}.")


def _found(selection: Selection, stage: Stage) -> tuple[int, tuple[float, ...]]:
    """What the page says of a stage: how many, p50 and p90; p99, which it does not show, from its cells."""
    said = next(each.now for each in build.make(selection).stages if each.stage == stage)
    assert said.p50 is not None and said.p90 is not None
    rows = db.session.scalars(
        select(TenantDay.by_shift).where(TenantDay.tenant_id == selection.tenant_id, TenantDay.stage == stage)
    )
    counted = cells.merged(cells.read(row) for row in rows)
    bins = np.bincount(cells.bin_of(counted["key"]), counted["count"], histogram.BINS)
    return said.count, (said.p50, said.p90, float(histogram.percentile(bins, SHARES[-1])))


def _tell(rows: list[Row], found: Mapping[Stage, tuple[int, tuple[float, ...]]]) -> float:
    """Print the table; the greatest error."""
    worst = 0.0
    print("| | page | exact from the file | published | page beside the file |\n|---|---|---|---|---|")
    for stage, column in ENDS.items():
        times = [float(row[column]) - float(row["placed_s"]) for row in rows if row[column]]
        count, percentiles = found[stage]
        print(f"| {stage}, times | {count:,} | {len(times):,} | | {count - len(times)} were drawn |")
        for share, page, published in zip(SHARES, percentiles, PUBLISHED[stage], strict=True):
            exact = float(np.percentile(times, share * 100, method="inverted_cdf"))
            error = page / exact - 1
            worst = max(worst, abs(error))
            told = f"{page:,.0f} s | {exact:,.0f} s | {published:,} s | {error:+.2%}"
            print(f"| {stage}, p{share * 100:.0f} | {told} |")
    return worst


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    os.environ.pop("DATABASE_URL", None)
    main()
