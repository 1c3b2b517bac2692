"""The `ordertrack` command line."""

from __future__ import annotations

from typing import Any

import click
import psycopg
from sqlalchemy.exc import OperationalError, ProgrammingError

from ordertrack.database.migrating import UpgradeRefused
from ordertrack.database.session import BlindOperator, UnsafeDatabaseRole
from ordertrack.database.settings_error import SettingsError
from ordertrack.demo.commands import demo, replay, rush
from ordertrack.server.commands.db import db
from ordertrack.server.commands.keys import key
from ordertrack.server.commands.serve import serve
from ordertrack.server.commands.staff import staff
from ordertrack.server.commands.tenants import restaurant, tenant
from ordertrack.sla.commands import sla
from ordertrack.tenants.accounts import AccountError

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


for _command in (serve, tenant, restaurant, staff, key, db, demo, rush, replay, sla):
    cli.add_command(_command)

if __name__ == "__main__":
    cli()
