"""The `ordertrack` command line."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from ordertrack.database.settings_error import Mendable
from ordertrack.monitoring import garbage

# A command is imported when somebody types it: each needs a part of the house only.
_COMMANDS = {
    "serve": "ordertrack.server.commands.serve",
    "tenant": "ordertrack.operating.companies.commands",
    "guest": "ordertrack.operating.companies.guest_command",
    "restaurant": "ordertrack.server.commands.restaurants",
    "audit": "ordertrack.server.commands.audit",
    "staff": "ordertrack.server.commands.staff",
    "key": "ordertrack.server.commands.keys",
    "menu": "ordertrack.server.commands.menu",
    "db": "ordertrack.server.commands.db",
    "demo": "ordertrack.demo.commands",
    "rush": "ordertrack.demo.commands",
    "replay": "ordertrack.demo.replay.command",
    "import": "ordertrack.server.commands.import_log",
    "sla": "ordertrack.sla.commands",
    "beside": "ordertrack.server.commands.beside",
    "background": "ordertrack.server.commands.background",
    "follow": "ordertrack.server.commands.follow",
    "secret": "ordertrack.server.commands.secrets",
    "webhook": "ordertrack.server.commands.webhooks",
    "backup": "ordertrack.operating.backup.commands",
    "static": "ordertrack.server.commands.static",
    "restore": "ordertrack.operating.backup.commands",
    "backups": "ordertrack.operating.backup.commands",
    "doctor": "ordertrack.operating.doctor.command",
}

_NAMED = {"import": "import_log"}  # what Python keeps for itself


class Commands(click.Group):
    """Turns errors that a person can mend into one sentence and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        garbage.look_rarely()
        module = _COMMANDS.get(cmd_name)
        return getattr(import_module(module), _NAMED.get(cmd_name, cmd_name)) if module else None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (
            click.ClickException,
            click.exceptions.Exit,
            BrokenPipeError,
        ):  # click ends quietly of the last
            raise
        except Mendable as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{error.strerror}: {error.filename}") from error
        except Exception as error:
            if (sentence := _said_of_the_database(error)) is None:
                raise
            raise click.ClickException(sentence) from error


def _said_of_the_database(error: Exception) -> str | None:
    """What went wrong there, in a sentence; None if it was something else."""
    import psycopg
    from sqlalchemy.exc import OperationalError, ProgrammingError

    if isinstance(error, OperationalError | ProgrammingError):
        said = str(error.orig).strip().partition("\n")[0]
        is_reached = isinstance(error, ProgrammingError)
        mend = (
            "If it is new, run: ordertrack db upgrade"
            if is_reached
            else "See that it runs and what DATABASE_URL says"
        )
        return f"The database cannot be used: {said}. {mend}"
    if isinstance(error, psycopg.Error):
        said = str(error).strip().partition("\n")[0]
        return f"The database did not do it: {said}. Nothing was changed."
    return None


@click.group(cls=Commands)
@click.version_option(package_name="ordertrack")
def cli() -> None:
    """Live order tracking for restaurants."""


if __name__ == "__main__":
    cli()
