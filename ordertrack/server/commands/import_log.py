"""`ordertrack import`: a stranger's order log is shown as it was understood, and written as history."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ordertrack.database.operating import as_json_option, operator
from ordertrack.importing import choices, option_values, roles, source
from ordertrack.importing.choices import Asked, Choices, Question
from ordertrack.importing.moments import DateOrder
from ordertrack.importing.roles import ROLES, Sources, UnusableColumns
from ordertrack.importing.source import UnusableFile
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.server.commands.options import tenant_option

if TYPE_CHECKING:
    from ordertrack.importing.preview.looking import Looked, Preview
    from ordertrack.importing.restaurants import Restaurants
    from ordertrack.importing.writing import Import
    from ordertrack.tenants.principal import Principal

_WIDTH = max(len(name) for name in ROLES)
HELP = f"""Write the orders of a log into the past, after showing what was understood of it.

FILE is a table: CSV with commas, semicolons, tabs or pipes, plain or gzipped, in UTF-8, UTF-16, Windows-1256
or Windows-1252, of up to 1,000,000 rows and 512 MB. A row is an order, a dish of one, or an event. One of its
first ten lines names the columns, and what stands above is skipped; names are known in English, French and
Arabic, and --columns says what others mean:

\b
{chr(10).join(f"  {name:<{_WIDTH}}  {meaning}" for name, meaning in ROLES.items())}

Nothing is guessed in silence: what was decided is said, and what could be either is asked. Nothing is made
up: a step whose time the log lacks is marked as unknown, and no figure rests on it. An order whose end the
log does not have is kept as completed at an unknown time, unless --leave-open.

Local times are in the zone of their restaurant. Restaurants are found by slug or name, and made if they are
missing. The same orders again change nothing, in whatever file they come, nor do those that were replayed
from it.
"""


@click.command("import", help=HELP)
@click.argument(
    "file",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    is_eager=True,
)
@tenant_option
@click.option("--yes", "is_sure", is_flag=True, help="Write without asking. What is not clear is refused.")
@click.option("--dry-run", "is_trial", is_flag=True, help="Only show what was understood.")
@click.option(
    "--columns",
    callback=option_values.mapping,
    default="",
    metavar="OURS=THEIRS,...",
    help="What columns mean, such as order=day+id,placed=Date+Time,ready=. A plus joins a day and its time,"
    " or columns to one id; nothing after the = leaves a column out.",
)
@click.option("--encoding", type=click.Choice(list(source.ENCODINGS)), help="If the file's is told wrongly.")
@click.option(
    "--dates", type=click.Choice([each.value for each in DateOrder]), help="Of dates like 03/08/19."
)
@click.option("--unit", type=click.Choice(list(choices.UNITS)), help="What times count that are numbers.")
@click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day whose midnight in UTC is 0, in a log whose times are numbers.",
)
@click.option(
    "--timezone",
    "zones",
    multiple=True,
    callback=option_values.zones,
    metavar="[RESTAURANT=]ZONE",
    help="Of local times, and of restaurants that are made. If not given: each restaurant's own.",
)
@click.option("--restaurant", metavar="SLUG", help="All orders are of this restaurant.")
@click.option(
    "--fulfilment",
    type=click.Choice([each.value for each in Fulfilment]),
    default=Fulfilment.DELIVERY.value,
    show_default=True,
    help="Of orders that do not say.",
)
@click.option("--leave-open", is_flag=True, help="Leave orders where the log leaves them.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many good orders.")
@click.option(
    "--name",
    "log",
    default="",
    metavar="TEXT",
    help="Tells this log's numbers from another's of the same restaurant and day.",
)
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Name so many bad rows.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write all rows that are left out into this CSV file.",
)
@as_json_option
def import_log(
    file: Path,
    tenant_slug: str,
    is_sure: bool,
    is_trial: bool,
    columns: Sources,
    encoding: str | None,
    dates: str | None,
    unit: str | None,
    first_day: dt.datetime | None,
    zones: dict[str | None, str],
    restaurant: str | None,
    fulfilment: str,
    leave_open: bool,
    limit: int | None,
    log: str,
    show: int,
    report: Path | None,
    as_json: bool,
) -> None:
    from ordertrack.importing.restaurants import Restaurants
    from ordertrack.tenants import accounts, audit

    said = Choices(
        columns,
        encoding,
        DateOrder(dates) if dates else None,
        choices.UNITS[unit] if unit else None,
        first_day.date() if first_day else None,
        Fulfilment(fulfilment),
        restaurant,
        limit,
    )
    asks = not (is_sure or is_trial or as_json)
    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        by = audit.operator(tenant.id, "import")
        told = Restaurants(by, zones, restaurant)
        try:
            while answered := _once(
                file, said, told, by, log, (leave_open, asks, is_trial, as_json), show, report
            ):
                said = answered
        except (UnusableFile, UnusableColumns) as error:
            raise click.ClickException(str(error)) from error


def _once(
    file: Path,
    said: Choices,
    told: Restaurants,
    by: Principal,
    log: str,
    how: tuple[bool, bool, bool, bool],
    show: int,
    report: Path | None,
) -> Choices | None:
    """Look at the log, and write it if that is wanted; what was answered, if it is to be looked at again."""
    from ordertrack.importing.as_text import lines
    from ordertrack.importing.preview.looking import Looked
    from ordertrack.importing.understanding import understood

    leave_open, asks, is_trial, as_json = how
    with understood(file, said) as found:
        looked = Looked(file.name, found, told, dt.datetime.now(dt.UTC), leave_open=leave_open)
        preview = looked.preview()
        if not as_json:
            for line in lines(preview, show):
                click.echo(line)
        if report is not None:
            _write_report(report, looked)
        if preview.is_open:
            if asks:
                return _asked(said, found.questions)
            _refuse_open(preview, is_trial, as_json)
            return None
        if is_trial or not preview.orders:
            if as_json:
                click.echo(json.dumps({**preview.as_json(), "written": None}))
            if not preview.orders and not is_trial:
                raise click.ClickException("There is nothing to write.")
            return None
        if asks and not click.confirm(f"Write these {preview.orders:,} orders?", default=False):
            click.echo("Nothing was written.")
            return None
        _write(looked, preview, by, log, leave_open, as_json)
    return None


def _refuse_open(preview: Preview, is_trial: bool, as_json: bool) -> None:
    sentences = [f"{each['sentence']} Say: {each['option']}" for each in preview.questions]
    if as_json:
        click.echo(json.dumps({**preview.as_json(), "written": None}))
    for sentence in sentences:
        click.echo(sentence, err=True)
    if not is_trial:
        click.echo("Nothing was written.", err=True)
        sys.exit(2)


def _asked(said: Choices, questions: Iterable[Question]) -> Choices:
    """What somebody at the keyboard answers to what is not clear."""
    for question in questions:
        click.echo()
        click.echo(question.sentence)
        if question.asked == Asked.DATES:
            order = click.prompt("Which", type=click.Choice([each.value for each in DateOrder]))
            said = replace(said, dates=DateOrder(order))
        elif question.asked == Asked.UNIT:
            said = replace(
                said, unit_seconds=choices.UNITS[click.prompt("Unit", type=click.Choice(list(choices.UNITS)))]
            )
        elif question.asked == Asked.FIRST_DAY:
            day: dt.datetime = click.prompt("Day (YYYY-MM-DD)", type=click.DateTime(["%Y-%m-%d"]))
            said = replace(said, first_day=day.date())
        else:
            column = click.prompt("Column")
            said = replace(said, sources={**said.sources, **roles.parse(f"{question.asked}={column}")})
    return said


def _write(
    looked: Looked, preview: Preview, by: Principal, log: str, leave_open: bool, as_json: bool
) -> None:
    from ordertrack.importing import writing
    from ordertrack.past.orders import HistoryRefused

    made = looked.restaurants.make(each.name for each in preview.restaurants if each.slug is None)
    written = writing.Import(
        log, looked.name, writing.importer(by), looked.restaurants, looked.decided, leave_open
    )
    with click.progressbar(
        length=preview.orders, label=f"Writing {preview.file}", file=sys.stderr, hidden=as_json
    ) as bar:
        try:
            for count in written.write(looked.orders):
                bar.update(count)
        except HistoryRefused as error:
            raise click.ClickException(str(error)) from error
    _say(preview, written, made, as_json)


def _say(preview: Preview, written: Import, made: list[str], as_json: bool) -> None:
    tally = written.tally
    if as_json:
        told = {**asdict(tally), "refused": len(written.refused), "restaurants_made": made}
        click.echo(json.dumps({**preview.as_json(), "written": told}))
        return
    for row in written.refused[:20]:
        click.echo(f"line {row.line}: {row.fault}: {row.reason}", err=True)
    if made:
        click.echo(f"Restaurants made: {', '.join(made)}.")
    click.echo(
        f"{tally.orders:,} orders written: {tally.completed:,} completed, {tally.cancelled:,} cancelled,"
        f" {tally.left_open:,} left open."
    )
    if tally.known:
        click.echo(f"{tally.known:,} orders had been imported before and were not written again.")
    if tally.replayed:
        click.echo(
            f"{tally.replayed:,} orders had been played from this log before and were not written again."
        )
    if written.refused:
        click.echo(f"{len(written.refused):,} orders were refused.")


def _write_report(report: Path, looked: Looked) -> None:
    """All rows that are left out, by line."""
    with report.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("line", "fault", "reason"))
        table.writerows(looked.bad_rows)
