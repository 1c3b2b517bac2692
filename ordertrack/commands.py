"""The `ordertrack` command line."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
import psycopg
from sqlalchemy.exc import OperationalError, ProgrammingError

from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.database.session import BlindOperator, UnsafeDatabaseRole
from ordertrack.database.settings_error import SettingsError
from ordertrack.demo import commands as demo_commands
from ordertrack.rules.roles import Role
from ordertrack.server import tenant_commands as account_commands
from ordertrack.server.port import AddressInUse
from ordertrack.sla.commands import sla
from ordertrack.tenants.accounts import AccountError

_tenant = click.option("--tenant", "tenant_slug", required=True, metavar="SLUG", help="The tenant's slug.")

_MENDABLE = (SettingsError, AccountError, UnsafeDatabaseRole, BlindOperator, UpgradeRefused)


class Commands(click.Group):
    """Turns errors that a person can mend into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _MENDABLE as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            said = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(
                f"The database cannot be used: {said}. If it is new, run: ordertrack db upgrade"
            ) from error
        except psycopg.Error as error:
            said = str(error).strip().partition("\n")[0]
            raise click.ClickException(f"The database did not do it: {said}. Nothing was changed.") from error
        except OSError as error:
            raise click.ClickException(f"{error.strerror}: {error.filename}") from error


@click.group(cls=Commands)
@click.version_option(package_name="ordertrack")
def cli() -> None:
    """Live order tracking for restaurants."""


@cli.command()
def serve() -> None:
    """Start the database if needed, bring it up to date, and serve."""
    from ordertrack.server import lifecycle

    try:
        lifecycle.run(Settings.from_environment())
    except (lifecycle.DataFolderInUse, AddressInUse) as error:
        raise click.ClickException(str(error)) from error


@cli.group()
def tenant() -> None:
    """Companies that use this server."""


@tenant.command("create")
@click.argument("name")
@click.option("--slug", required=True, help="Its short name in commands.")
@as_json_option
def create_tenant(name: str, slug: str, as_json: bool) -> None:
    """Make the tenant NAME."""
    from ordertrack.tenants import accounts

    with operator():
        made = accounts.create_tenant(name, slug)
        report(as_json, f"Tenant {made.name} ({made.slug}) is there.", id=made.id, slug=slug, name=made.name)


@cli.group()
def restaurant() -> None:
    """Places with a kitchen."""


@restaurant.command("create")
@click.argument("name")
@_tenant
@click.option("--slug", required=True, help="Its short name in addresses and in the API.")
@click.option("--timezone", required=True, help="Its time zone, such as Asia/Beirut.")
@as_json_option
def create_restaurant(name: str, tenant_slug: str, slug: str, timezone: str, as_json: bool) -> None:
    """Make the restaurant NAME of a tenant."""
    from ordertrack.tenants import accounts

    with operator():
        made = accounts.create_restaurant(accounts.find_tenant(tenant_slug), name, slug, timezone)
        report(
            as_json,
            f"Restaurant {made.name} is there: its boards are /r/{slug}/kitchen and /r/{slug}/dispatch.",
            id=made.id,
            slug=slug,
            name=made.name,
            timezone=timezone,
            tenant=tenant_slug,
        )


@cli.group()
def staff() -> None:
    """People who sign in, or on at shared tablets."""


@staff.command("create")
@click.argument("email")
@_tenant
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="The name that the log shows.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json_option
def create_staff(email: str, tenant_slug: str, role: str, name: str, password: str, as_json: bool) -> None:
    """Make a staff member who signs in as EMAIL."""
    from ordertrack.tenants import accounts

    with operator():
        made = accounts.create_staff_member(
            accounts.find_tenant(tenant_slug), email, name, Role(role), password
        )
        report(
            as_json,
            f"{made.name} signs in as {made.email} ({role}).",
            id=made.id,
            email=made.email,
            role=role,
            name=made.name,
            tenant=tenant_slug,
        )


@staff.command("pin")
@click.argument("email_or_name")
@_tenant
@click.option("--pin", prompt="PIN", hide_input=True, confirmation_prompt=True, help="4 to 8 digits.")
def set_pin(email_or_name: str, tenant_slug: str, pin: str) -> None:
    """Give a staff member the PIN with which they sign on at shared tablets."""
    from ordertrack.tenants import accounts, people

    with operator():
        member = accounts.find_staff_member(accounts.find_tenant(tenant_slug), email_or_name)
        people.set_pin(member, pin)
        click.echo(f"{member.name} has a new PIN.")


@staff.command("list")
@_tenant
@as_json_option
def list_staff(tenant_slug: str, as_json: bool) -> None:
    """Print everybody whose access has not ended: role, name, e-mail address, and whether there is a PIN."""
    from ordertrack.tenants import accounts, people

    with operator():
        members = people.in_use(accounts.find_tenant(tenant_slug).id)
        if as_json:
            listed = [
                {
                    "id": str(each.id),
                    "name": each.name,
                    "role": each.role,
                    "email": each.email,
                    "has_pin": each.pin_hash is not None,
                }
                for each in members
            ]
            click.echo(json.dumps(listed))
            return
        for each in members:
            has_pin = "PIN" if each.pin_hash else "no PIN"
            click.echo(f"{each.role}  {each.name}  {each.email or 'on tablets only'}  {has_pin}")


@staff.command("revoke")
@click.argument("email_or_name")
@_tenant
def revoke_staff(email_or_name: str, tenant_slug: str) -> None:
    """End a staff member's access; open screens close at once."""
    from ordertrack.tenants import accounts

    with operator():
        member = accounts.revoke_staff_member(accounts.find_tenant(tenant_slug), email_or_name)
        click.echo(f"{member.email or member.name} can no longer sign in.")


@cli.group()
def key() -> None:
    """API keys for programs."""


@key.command("create")
@_tenant
@click.option("--name", required=True, help="Whose key it is; the log shows it.")
@as_json_option
def create_key(tenant_slug: str, name: str, as_json: bool) -> None:
    """Make an API key and show it, this once."""
    from ordertrack.tenants import accounts

    with operator():
        made, secret = accounts.create_key(accounts.find_tenant(tenant_slug), name)
        report(as_json, secret, key=secret, id=made.id, name=made.name, tenant=tenant_slug)


@key.command("revoke")
@_tenant
@click.option("--name", required=True)
def revoke_key(tenant_slug: str, name: str) -> None:
    """End every API key of this name."""
    from ordertrack.tenants import accounts

    with operator():
        ended = accounts.revoke_key(accounts.find_tenant(tenant_slug), name)
        click.echo(f"{ended} key{'s' if ended > 1 else ''} ended.")


@cli.group("db")
def db_group() -> None:
    """The database."""


@db_group.command("upgrade")
@click.option(
    "--new-secret-key",
    is_flag=True,
    help="Give the application's role the password of this SECRET_KEY; servers with another one lose theirs.",
)
def db_upgrade(new_secret_key: bool) -> None:
    """Run the migrations that are missing, and renew the application's rights and the owner's."""
    with operator(refresh=True, new_secret_key=new_secret_key):
        click.echo("The database is up to date.")


@db_group.command("check")
def db_check() -> None:
    """Prove log, states, roles and triggers consistent; exit code 1 if they are not."""
    from ordertrack.server import consistency

    settings = Settings.from_environment()
    findings = list(consistency.check(settings))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.holds else 'FAIL'}  {finding.claim}")
    if not all(finding.holds for finding in findings):
        sys.exit(1)


@db_group.command("new-epoch")
@click.option("--tenant", "tenant_slug", metavar="SLUG", help="Only this tenant.")
def db_new_epoch(tenant_slug: str | None) -> None:
    """After restoring a backup: tell every screen and program that history changed."""
    from ordertrack.server import consistency

    with operator():
        try:
            begun = consistency.begin_new_epoch(tenant_slug)
        except consistency.StreamMissing as error:
            raise click.ClickException(str(error)) from error
        if tenant_slug is not None and not begun:
            raise AccountError(f"There is no tenant {tenant_slug!r}. Nothing was changed.")
        click.echo(f"{begun} event stream(s) began a new epoch." if begun else "There is no tenant yet.")


for _command in (demo_commands.demo, demo_commands.rush, demo_commands.replay, sla):
    cli.add_command(_command)
for _command in (account_commands.change_password, account_commands.restore):
    staff.add_command(_command)
key.add_command(account_commands.list_keys)

if __name__ == "__main__":
    cli()
