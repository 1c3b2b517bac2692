"""`ordertrack menu`: a company's dishes from a file, and into one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.server.commands.options import tenant_option

if TYPE_CHECKING:
    from ordertrack.menu.csv_table import FileProblem
    from ordertrack.menu.differences import Difference


@click.group()
def menu() -> None:
    """What a company sells."""


@menu.command("import")
@click.argument("file", type=click.File("rb"))
@tenant_option
@click.option("--dry-run", "is_trial", is_flag=True, help="Say what would change, and change nothing.")
@as_json_option
def import_menu(file: BinaryIO, tenant_slug: str, is_trial: bool, as_json: bool) -> None:
    """Have FILE, a table (CSV) or a document (JSON), be the menu; - reads standard input.

    What it does not name is withdrawn. All of it is taken in, or nothing.
    """
    from ordertrack.menu import importing
    from ordertrack.menu.csv_table import UnusableFile
    from ordertrack.tenants import accounts, audit

    content = file.read()
    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        try:
            if is_trial:
                difference = importing.preview(content, tenant.id)
            else:
                difference = importing.save(content, by=audit.operator(tenant.id, "menu import"))
        except UnusableFile as error:
            _refuse(as_json, error.problems)
        report(as_json, _in_words(difference, is_trial), dry_run=is_trial, **_counted(difference))


@menu.command("export")
@tenant_option
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), help="As the file is called; else csv.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed."
)
def export_menu(tenant_slug: str, kind: str | None, output: Path | None) -> None:
    """Write the menu as it can be imported."""
    from ordertrack.menu import files, importing, reading
    from ordertrack.menu.dishes import Menu
    from ordertrack.tenants import accounts

    if kind is None:
        kind = "json" if output is not None and output.suffix == ".json" else "csv"
    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        held, facts = reading.read(tenant.id) or Menu(), importing.facts_of(tenant.id)
        content = files.json_of(held, facts) if kind == "json" else files.csv_of(held, facts)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        output.write_bytes(content)


def _refuse(as_json: bool, problems: Sequence[FileProblem]) -> NoReturn:
    """End with what is wrong in the file; nothing was changed."""
    if as_json:
        said = [{"line": each.line, "column": each.column, "problem": each.said} for each in problems]
        click.echo(json.dumps({"errors": said}))
    else:
        for each in problems:
            click.echo(_sentence(each), err=True)
        click.echo("Nothing was changed.", err=True)
    raise click.exceptions.Exit(1)


def _sentence(problem: FileProblem) -> str:
    places = (
        f"line {problem.line}" if problem.line else "",
        f"column {problem.column}" if problem.column else "",
    )
    place = ", ".join(each for each in places if each)
    return f"{place}: {problem.said}" if place else problem.said


def _counted(difference: Difference) -> dict[str, Any]:
    return {
        "added": [dish.sku for dish in difference.added],
        "changed": [dish.sku for _was, dish in difference.changed],
        "withdrawn": [dish.sku for dish in difference.withdrawn],
        "unchanged": difference.unchanged,
    }


def _in_words(difference: Difference, is_trial: bool) -> str:
    if not difference:
        return "The menu is as the file says already."
    counts = (
        f"added {len(difference.added)}, changed {len(difference.changed)},"
        f" withdrawn {len(difference.withdrawn)}, unchanged {difference.unchanged}"
    )
    return f"Would be imported: {counts}. Nothing was changed." if is_trial else f"Imported: {counts}."
