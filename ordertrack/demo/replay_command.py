"""The command that replays a log: what it takes, what it says of bad rows, what it sums up."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from ordertrack import schema
from ordertrack.config import Settings
from ordertrack.demo import house, log_restaurants, option_values, order_log, story
from ordertrack.demo.log_columns import COLUMNS, Sources, UnusableColumns
from ordertrack.demo.logged_order import Reading
from ordertrack.demo.order_log import BadRow, OrderLog
from ordertrack.demo.pace import RealClock, stopped_by_signals
from ordertrack.demo.replay import ACTOR, Part, Replay
from ordertrack.orders.state_machine import Fulfilment
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.principal import Principal

_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}

_REPLAY_HELP = f"""Play the orders of a log through the normal path.

FILE is CSV, plain or gzipped, in UTF-8, with one row an order; its first line names the columns. Columns of
other names mean nothing, unless --columns says what.

\b
{chr(10).join(f"  {name:<11} {meaning}" for name, meaning in COLUMNS.items())}

Times are ISO 8601 (without an offset: in the zone of --timezone) or numbers from any moment on (see --unit).
Empty means that it is not known: what must have been is drawn from published stage times, between the times
that are known, and the summary counts it. An order whose end is not in the log is brought to its end so, too,
unless --leave-open.

Rows that are malformed, run backwards along the stages, or repeat an order are named by line, counted and
skipped. An order is placed once: played again, the log goes on where it stopped, and doubles nothing. The
events carry the log's name and time in their metadata, for the log of this server says when it wrote them.
"""


@click.command(help=_REPLAY_HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--tenant", "slug", required=True, metavar="SLUG", help="The tenant's slug.")
@click.option(
    "--speed",
    callback=option_values.speed,
    default="60",
    show_default=True,
    help="Times as fast as it was; 0 or max: as fast as it goes.",
)
@click.option(
    "--columns",
    callback=option_values.mapping,
    default="",
    metavar="OURS=THEIRS,...",
    help="Another log's columns, such as order=day+id,placed=created_at,ready=. A plus joins columns to one"
    " id; nothing after the = leaves a column out.",
)
@click.option(
    "--unit",
    type=click.Choice(list(_SECONDS)),
    default="seconds",
    show_default=True,
    help="What times count that are numbers.",
)
@click.option(
    "--timezone",
    "zone",
    callback=option_values.zone,
    default="UTC",
    show_default=True,
    help="Of times without an offset, and of restaurants that are made.",
)
@click.option(
    "--restaurant",
    metavar="SLUG",
    help="Play all into this restaurant. Otherwise those that the tenant lacks are made; 12 becomes r-12.",
)
@click.option(
    "--fulfilment",
    type=click.Choice([each.value for each in Fulfilment]),
    default=Fulfilment.DELIVERY.value,
    show_default=True,
    help="Of rows that do not say.",
)
@click.option("--leave-open", is_flag=True, help="Leave orders where the log leaves them.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many good rows.")
@click.option(
    "--name",
    callback=option_values.log_name,
    metavar="TEXT",
    help="The log's name in events and keys; the file's if not given. Under a new name a log is new.",
)
@click.option(
    "--show", type=click.IntRange(0), default=20, show_default=True, help="Name so many bad rows on stderr."
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write all bad rows into this CSV file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def replay(
    file: Path,
    slug: str,
    speed: float,
    columns: Sources,
    unit: str,
    zone: ZoneInfo,
    restaurant: str | None,
    fulfilment: str,
    leave_open: bool,
    limit: int | None,
    name: str,
    show: int,
    report: Path | None,
    as_json: bool,
) -> None:
    reading = Reading(_SECONDS[unit], zone, Fulfilment(fulfilment))
    try:
        log = order_log.read(file, columns, reading, into_one=restaurant is not None, limit=limit)
    except UnusableColumns as error:
        raise click.UsageError(str(error)) from error
    _point_out(log.bad_rows[:show], len(log.bad_rows), report)
    if not log.orders:
        raise click.ClickException(f"{name} has {log.rows:,} rows, and none that could be played.")
    settings = Settings.from_environment()
    schema.upgrade(settings, if_behind=True)
    with house.working(settings, slug, as_operator=True) as tenant:
        slugs = _restaurants(tenant, log, restaurant, zone)
    parts = [
        Part(order, slugs[order.restaurant], story.told(order, name, leave_open=leave_open))
        for order in log.orders
    ]
    played = _play(settings, slug, name, speed, parts)
    _point_out(played.refused[:show], len(played.refused), None)
    log.bad_rows.extend(played.refused)
    if report is not None:
        _write(log.bad_rows, report)
    _sum_up(name, log, played, as_json)
    if played.tally.stopped:
        sys.exit(1)


def _restaurants(
    tenant: Tenant, log: OrderLog, restaurant: str | None, zone: ZoneInfo
) -> dict[str | None, str]:
    named = {order.restaurant for order in log.orders}
    if restaurant is not None:
        return dict.fromkeys(named, log_restaurants.only(tenant, restaurant))
    missing = (each for each in named if each is not None)
    return dict(log_restaurants.open_missing(tenant, sorted(missing), zone.key).items())


def _play(settings: Settings, slug: str, name: str, speed: float, parts: list[Part]) -> Replay:
    clock = RealClock()
    steps = sum(len(part.steps) for part in parts)
    with (
        stopped_by_signals(clock),
        house.working(settings, slug) as tenant,
        click.progressbar(
            length=steps, label=f"Replaying {name}", file=sys.stderr, update_min_steps=max(1, steps // 1000)
        ) as bar,
    ):
        played = Replay(name, Principal(tenant.id, ACTOR, "Replay"), speed, clock, _say)
        for _ in played.play(parts):
            bar.update(1)
    return played


def _point_out(shown: list[BadRow], count: int, report: Path | None) -> None:
    for row in shown:
        _say(f"line {row.line}: {row.fault}: {row.reason}")
    if count > len(shown):
        where = f"all are in {report}" if report is not None else "--report writes all into a file"
        how_many = f"... and {count - len(shown):,} more" if shown else f"{count:,} bad rows"
        _say(f"{how_many}; {where}.")


def _write(bad_rows: list[BadRow], report: Path) -> None:
    with report.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(BadRow._fields)
        table.writerows(bad_rows)


def _sum_up(name: str, log: OrderLog, played: Replay, as_json: bool) -> None:
    if as_json:
        made: dict[str, Any] = {"log": name, "rows": log.rows, "orders": len(log.orders)}
        click.echo(json.dumps({**made, "skipped": log.faults, **asdict(played.tally)}))
        return
    faults = ", ".join(f"{count:,} {fault}" for fault, count in sorted(log.faults.items()))
    skipped = f"; skipped: {faults}" if faults else ""
    click.echo(f"{name}: {log.rows:,} rows, {len(log.orders):,} of them good{skipped}.")
    for sentence in played.tally.sentences:
        click.echo(sentence)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
