"""What the operator's commands have in common: the connection that they work on, and how they answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import structlog

from ordertrack.database.config import Settings, refuse_no_database

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")


@contextmanager
def operator(
    *, refresh: bool = False, new_secret_key: bool = False, makes_house: bool = False
) -> Iterator[None]:
    """An app context on the schema owner's connection, the schema up to date (`refresh`: the role too).

    Raises SettingsError where no embedded database was made yet, unless it `makes_house`.
    """
    from ordertrack.database import schema, secret
    from ordertrack.database.app import make_bare_app
    from ordertrack.database.session import db

    # What is printed is the answer, and may be read by a program.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    if not makes_house:
        refuse_no_database()
    settings = Settings.from_environment()
    schema.upgrade(settings, if_behind=not refresh, new_secret_key=new_secret_key)
    if new_secret_key:
        secret.write(settings)
    with make_bare_app(settings, as_operator=True).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def report(as_json: bool, sentence: str, **made: Any) -> None:
    click.echo(json.dumps(made, default=str) if as_json else sentence)
