"""`ordertrack tenant list|suspend|resume|quota|delete|export|log`, beside what makes companies."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.server.commands.tenants import tenant

__all__ = ["tenant"]
_MB = 1_000_000


@tenant.command("list")
@as_json_option
def list_tenants(as_json: bool) -> None:
    """Print the companies: slug, name, state, restaurants, people, orders of 30 days, boards open, size.

    The size is an estimate: what the database has on disk, by each company's part of all entries. `--json`
    has quotas too.
    """
    from ordertrack.operating.companies import listing

    with operator():
        found = listing.all_of_them()
        if as_json:
            click.echo(json.dumps([each._asdict() for each in found], default=str))
            return
        if not found:
            click.echo("There is no company yet.", err=True)
        for each in found:
            state = f"suspended {each.suspended_at:%Y-%m-%d}" if each.suspended_at else "open"
            click.echo(
                f"{each.slug}  {each.name}  {state}  {each.restaurants} restaurants  {each.people} people "
                f" {each.orders_of_30_days} orders  {each.boards} boards  {each.bytes / _MB:.1f} MB"
            )


@tenant.command("suspend")
@click.argument("slug")
@as_json_option
def suspend(slug: str, as_json: bool) -> None:
    """Have the company SLUG look at everything and change nothing: no orders, no taps, no settings."""
    _set_suspended(slug, True, as_json)


@tenant.command("resume")
@click.argument("slug")
@as_json_option
def resume(slug: str, as_json: bool) -> None:
    """Have the company SLUG, which was suspended, work again."""
    _set_suspended(slug, False, as_json)


class _Quota(click.ParamType[int | None]):
    """A number, or `none`."""

    name = "number|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "none" or not isinstance(value, str):
            return value
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            self.fail("write a whole number, or none", param, ctx)
        return int(value)


@tenant.command("quota")
@click.argument("slug")
@click.option("--restaurants", type=_Quota(), help="At most so many restaurants.")
@click.option("--people", type=_Quota(), help="At most so many people with access.")
@click.option("--orders-a-day", type=_Quota(), help="At most so many new orders in any 24 hours.")
@click.option("--storage-mb", type=_Quota(), help="At most so many megabytes of the database.")
@as_json_option
def quota(slug: str, as_json: bool, **wanted: Any) -> None:
    """Say how much the company SLUG may have, or print it: a number each, or `none` for no bound of its own.

    What is there already stays. Who comes over it is told so in a sentence, and a program by 422 or 429.
    """
    from ordertrack.operating.companies import limiting
    from ordertrack.tenants import accounts

    with operator():
        found = accounts.find_tenant(slug)
        asked = {name: value for name, value in wanted.items() if value is not None}
        now = limiting.limit(
            found, {name: None if value == "none" else value for name, value in asked.items()}
        )
        said = ", ".join(
            f"{name.replace('_', ' ')}: {'none' if most is None else most}" for name, most in now.items()
        )
        report(as_json, f"{slug}: {said}", tenant=slug, **now)


@tenant.command("delete")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json_option
def delete(slug: str, yes: bool, as_json: bool) -> None:
    """Remove the company SLUG with everything that is of it. There is no way back but a backup."""
    from ordertrack.operating.companies import deleting
    from ordertrack.tenants import accounts

    with operator():
        found = accounts.find_tenant(slug)
        name = found.name
        if not yes:
            said = f"All orders, people and settings of {name} ({slug}) will be gone. Type {slug} to go on"
            if click.prompt(said, default="", show_default=False) != slug:
                raise click.ClickException("Nothing was removed.")
        removed = deleting.delete(found)
        rows = sum(removed.values())
        report(as_json, f"{name} ({slug}) is gone: {rows} rows.", tenant=slug, rows=removed, deleted=True)


@tenant.command("export")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), metavar="FILE|-")
@as_json_option
def export(slug: str, file: Path, as_json: bool) -> None:
    """Write everything of the company SLUG into FILE, a .tar.gz of CSV and JSON, or to standard output.

    `orders.csv` in it is what `ordertrack import` reads; the rest is to be read by people and programs. It
    holds guests' data, as far as it is kept, and neither passwords nor keys.
    """
    from ordertrack.operating.companies import exporting
    from ordertrack.tenants import accounts

    with operator():
        found = accounts.find_tenant(slug)
        if str(file) == "-":
            exporting.write(found, sys.stdout.buffer)
            return
        if file.exists():
            raise click.ClickException(f"{file} is there already. Nothing was written.")
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as made:
                counts = exporting.write(found, made)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        said = f"{file}: {counts['orders.csv']} orders, {counts['entries.csv']} entries."
        report(as_json, said, tenant=slug, file=str(file), rows=counts)


@tenant.command("log")
@as_json_option
def show_log(as_json: bool) -> None:
    """Print what was done to companies, also to those that are gone: when, what, which one, by whom."""
    from ordertrack.tenants import house_log

    with operator():
        for each in house_log.entries():
            said: dict[str, Any] = {
                "at": each.at.isoformat(timespec="seconds"),
                "what": each.what,
                "slug": each.slug,
                "id": str(each.company),
                "who": each.who,
                "details": each.details,
            }
            if as_json:
                click.echo(json.dumps(said))
            else:
                click.echo(f"{said['at']}  {each.what}  {each.slug}  by {each.who}")


def _set_suspended(slug: str, to_be: bool, as_json: bool) -> None:
    from ordertrack.tenants import accounts, suspension

    with operator():
        found = accounts.find_tenant(slug)
        is_changed = suspension.suspend(found) if to_be else suspension.resume(found)
        state = "is suspended: it can be looked at and not changed" if to_be else "works again"
        already = "is suspended already" if to_be else "works already"
        said = f"{slug} {state}." if is_changed else f"Nothing was changed: {slug} {already}."
        report(as_json, said, tenant=slug, suspended=to_be, changed=is_changed)
