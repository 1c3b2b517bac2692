"""`ordertrack db`: the database."""

from __future__ import annotations

import json
import sys

import click

from ordertrack.database.config import Settings
from ordertrack.database.operating import as_json_option, operator


@click.group("db")
def db() -> None:
    """The database."""


@db.command("upgrade")
@click.option(
    "--new-secret-key",
    is_flag=True,
    help="Give the application's role the password of this SECRET_KEY; servers with another one lose theirs.",
)
def upgrade(new_secret_key: bool) -> None:
    """Run the migrations that are missing, and renew the application's rights and the owner's."""
    with operator(refresh=True, new_secret_key=new_secret_key, makes_house=True):
        click.echo("The database is up to date.")


@db.command("check")
def check() -> None:
    """Prove log, states, roles and triggers consistent; exit code 1 if they are not."""
    from ordertrack.server import consistency

    settings = Settings.from_environment()
    findings = list(consistency.check(settings))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.holds else 'FAIL'}  {finding.claim}")
    if not all(finding.holds for finding in findings):
        sys.exit(1)


@db.command("new-epoch")
@click.option("--tenant", "tenant_slug", metavar="SLUG", help="Only this tenant.")
def new_epoch(tenant_slug: str | None) -> None:
    """After restoring a backup: tell every screen and program that history changed."""
    from ordertrack.server import consistency

    with operator():
        try:
            begun = consistency.begin_new_epoch(tenant_slug)
        except consistency.StreamMissing as error:
            raise click.ClickException(str(error)) from error
        if tenant_slug is not None and not begun:
            raise click.ClickException(f"There is no tenant {tenant_slug!r}. Nothing was changed.")
        click.echo(f"{begun} event stream(s) began a new epoch." if begun else "There is no tenant yet.")


@db.command("sizes")
@as_json_option
def sizes(as_json: bool) -> None:
    """Print what is on the disk by table and index, the largest first, and by how many bytes an order."""
    from ordertrack.server import sizes as measuring

    with operator():
        orders, found = measuring.measured()
    if as_json:
        click.echo(json.dumps({"orders": orders, "sizes": [each._asdict() for each in found]}))
        return
    click.echo(f"{orders:,} orders, {sum(each.bytes for each in found):,} bytes")
    for each in found:
        if each.bytes:
            click.echo(f"{each.bytes:>15,}  {each.by_order:>9,.1f} an order  {each.kind}  {each.name}")
