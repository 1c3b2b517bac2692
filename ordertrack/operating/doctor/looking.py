"""All that is looked at, in its order; what one check cannot do ends no other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from ordertrack.database import embedded
from ordertrack.database.config import Settings, data_folder_of
from ordertrack.database.settings_error import Mendable
from ordertrack.operating.doctor import database, machine, public_address, work
from ordertrack.operating.doctor.finding import Finding, broken

_CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "database": database.check,
    "work": work.check,
}


def look() -> Iterator[Finding]:
    """Changes nothing: not even what a command makes that works with a house."""
    folder = data_folder_of()
    if not os.environ.get("SECRET_KEY") and not (folder / "secret_key").exists():
        yield broken(
            "house", f"there is none in {folder}", "Say where in ORDERTRACK_DATA, or: ordertrack serve"
        )
        return
    try:
        settings = Settings.from_environment()
    except Mendable as error:
        yield broken("settings", str(error), "Change it, then look again.")
        return
    yield from _guarded("machine", machine.check, settings)
    if settings.database_url is None:
        url = embedded.running_url(settings.data_folder)
        if url is None:
            yield broken("database", "it does not run, and was not looked at", "Run: ordertrack serve")
            return
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        settings = replace(settings, database_url=address)
    for what, check in _CHECKS.items():
        yield from _guarded(what, check, settings)
    yield from _guarded("public address", public_address.check, settings)


def _guarded(
    what: str, check: Callable[[Settings], Iterator[Finding]], settings: Settings
) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except (Mendable, OSError, psycopg.Error, SQLAlchemyError) as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        yield broken(what, f"it cannot be looked at: {said}", "Mend that first, then look again.")
