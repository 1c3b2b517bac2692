"""The command that replays a log: what it takes, and in which order it is done."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ordertrack.database import schema
from ordertrack.database.config import Settings
from ordertrack.demo.house import people
from ordertrack.demo.replay import log_restaurants, option_values, order_log, said, story
from ordertrack.demo.replay.as_logged import EPOCH, AsLogged
from ordertrack.demo.replay.help_text import HELP
from ordertrack.demo.replay.order_log import OrderLog
from ordertrack.demo.replay.replaying import ACTOR, Part, Replay
from ordertrack.demo.simulation.pace import RealClock, stopped_by_signals
from ordertrack.importing import option_values as log_options
from ordertrack.importing import steps as step_room
from ordertrack.importing.choices import UNITS, Choices
from ordertrack.importing.logged_order import BadRow, Fault
from ordertrack.importing.reading import ZoneOf
from ordertrack.importing.roles import Sources, UnusableColumns
from ordertrack.importing.source import UnusableFile
from ordertrack.past import writer
from ordertrack.past.orders import HistoryRefused
from ordertrack.rules.state_machine import Fulfilment, RuleSet
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.principal import Principal

_UTC = ZoneInfo("UTC")


@click.command(help=HELP)
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
    callback=log_options.mapping,
    default="",
    metavar="OURS=THEIRS,...",
    help="Another log's columns, such as order=day+id,placed=created_at,ready=. A plus joins columns to one"
    " id; nothing after the = leaves a column out.",
)
@click.option(
    "--unit",
    type=click.Choice(list(UNITS)),
    default="seconds",
    show_default=True,
    help="What times count that are numbers.",
)
@click.option(
    "--timezone",
    "zone",
    callback=log_options.zone,
    help="Of times without an offset, and of restaurants that are made. If not given: each restaurant's own,"
    " and UTC.",
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
@click.option("--as-logged", is_flag=True, help="Write the log into the past, at its own times.")
@click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="With --as-logged: the day whose midnight in UTC is 0, in a log whose times are numbers.",
)
@click.option("--leave-open", is_flag=True, help="Leave orders where the log leaves them.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many good rows.")
@click.option(
    "--name",
    callback=log_options.log_name,
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
    zone: ZoneInfo | None,
    restaurant: str | None,
    fulfilment: str,
    as_logged: bool,
    first_day: dt.datetime | None,
    leave_open: bool,
    limit: int | None,
    name: str,
    show: int,
    report: Path | None,
    as_json: bool,
) -> None:
    settings = Settings.from_environment()
    schema.upgrade(settings, if_behind=True)
    zone_of = _zones(settings, slug, restaurant, zone)
    choices = Choices(
        columns,
        unit_seconds=UNITS[unit],
        first_day=first_day.date() if first_day is not None else None,
        fulfilment=Fulfilment(fulfilment),
        into=restaurant,
        limit=limit,
    )
    try:
        log = order_log.read(file, choices, zone_of)
    except (UnusableColumns, UnusableFile) as error:
        raise click.UsageError(str(error)) from error
    said.point_out(log.bad_rows[:show], len(log.bad_rows), report)
    if not log.orders:
        raise click.ClickException(f"{name} has {log.rows:,} rows, and none that could be played.")
    option_values.refuse_days(as_logged, first_day, log)
    if not as_logged:
        said.point_out(_refuse_unplayable(log), 0, None)
    begins = EPOCH if as_logged else None
    with people.working(settings, slug, as_operator=True) as tenant:
        if begins is not None:
            _refuse_future(tenant, log, restaurant, begins)
        slugs = _restaurants(tenant, log, restaurant, zone or _UTC)
    if begins is not None:
        parts = [
            Part(order, slugs[order.restaurant], step_room.as_logged(order, leave_open=leave_open))
            for order in log.orders
        ]
        played: Replay | AsLogged = _write_past(settings, slug, name, begins, parts)
    else:
        parts = [
            Part(order, slugs[order.restaurant], story.told(order, name, leave_open=leave_open))
            for order in log.orders
        ]
        played = _play(settings, slug, name, speed, parts)
    played.tally.doubled = sum(order.is_doubled for order in log.orders)
    said.point_out(played.refused[:show], len(played.refused), None)
    log.bad_rows.extend(played.refused)
    if report is not None:
        said.write_report(log.bad_rows, report)
    said.sum_up(name, log, played.tally, as_json)
    if played.tally.stopped:
        sys.exit(1)


def _zones(settings: Settings, slug: str, restaurant: str | None, zone: ZoneInfo | None) -> ZoneOf:
    """In which zone times without an offset are: the one that was named, else their restaurant's."""
    if zone is not None:
        return lambda _name, _day: zone
    with people.working(settings, slug, as_operator=True) as tenant:
        return log_restaurants.zones(tenant, restaurant, _UTC)


def _refuse_unplayable(log: OrderLog) -> list[BadRow]:
    """Those that were called off while they were made: history keeps them, and the rules of today do not."""
    strict = [
        order for order in log.orders if step_room.rule_set(step_room.as_logged(order)) == RuleSet.STRICT
    ]
    kept = {id(order) for order in strict}
    reason = "was called off while it was made or on the road, which is not played: --as-logged keeps it"
    refused = [BadRow(each.line, Fault.REFUSED, reason) for each in log.orders if id(each) not in kept]
    log.orders = strict
    log.bad_rows.extend(refused)
    return refused


def _refuse_future(tenant: Tenant, log: OrderLog, restaurant: str | None, begins: dt.datetime) -> None:
    """Refuse a past that is still to come before a restaurant is made for it."""
    missing = set() if restaurant is not None else log_restaurants.missing(tenant, log.restaurants)
    new = [order for order in log.orders if order.restaurant in missing]
    if not new:
        return  # it may be the same log again, of which everything is there
    try:
        last = max(max(order.times.values()) for order in new)
        writer.refuse_future(begins + dt.timedelta(seconds=last))
    except (HistoryRefused, OverflowError) as error:
        raise click.ClickException(str(error)) from error


def _restaurants(
    tenant: Tenant, log: OrderLog, restaurant: str | None, zone: ZoneInfo
) -> dict[str | None, str]:
    if restaurant is not None:
        return dict.fromkeys(
            [order.restaurant for order in log.orders], log_restaurants.only(tenant, restaurant)
        )
    return dict(log_restaurants.open_missing(tenant, log.restaurants, zone.key).items())


def _play(settings: Settings, slug: str, name: str, speed: float, parts: list[Part]) -> Replay:
    clock = RealClock()
    steps = sum(len(part.steps) for part in parts)
    with (
        stopped_by_signals(clock),
        people.working(settings, slug) as tenant,
        click.progressbar(
            length=steps, label=f"Replaying {name}", file=sys.stderr, update_min_steps=max(1, steps // 1000)
        ) as bar,
    ):
        played = Replay(name, Principal(tenant.id, ACTOR, "Replay"), speed, clock, said.say)
        for _ in played.play(parts):
            bar.update(1)
    return played


def _write_past(settings: Settings, slug: str, name: str, begins: dt.datetime, parts: list[Part]) -> AsLogged:
    clock = RealClock()
    with (
        stopped_by_signals(clock),
        people.working(settings, slug, as_operator=True) as tenant,
        click.progressbar(length=0, label=f"Writing {name}", file=sys.stderr) as bar,
    ):
        written = AsLogged(name, Principal(tenant.id, ACTOR, "Replay"), begins)

        def expect(events: int) -> None:
            bar.length = events

        try:
            for count in written.write(parts, clock, expect):
                bar.update(count)
        except HistoryRefused as error:
            raise click.ClickException(str(error)) from error
    return written
