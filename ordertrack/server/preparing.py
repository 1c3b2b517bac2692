"""What a server needs before it begins: its data folder, its database, its address."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path

import click

from ordertrack.database import connecting, handed_address, room, schema, secret, session
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import BACKUP, DIRECT, Settings
from ordertrack.database.data_folder import refuse_strangers
from ordertrack.database.same_database import refuse_another_database
from ordertrack.database.settings_error import Mendable
from ordertrack.server import handover, port
from ordertrack.server.starting import Prepared

CLAIM_PATIENCE = 8.0  # seconds
# From this process to the one that begins.
FIRST_CODE = "ORDERTRACK_FIRST_CODE"
LISTENERS = "ORDERTRACK_LISTENERS"
LOCK = "ORDERTRACK_LOCK"
TAKES_OVER = "ORDERTRACK_TAKES_OVER"


class DataFolderInUse(Mendable, RuntimeError):
    """Another server runs on this data folder."""


def prepare(settings: Settings, take_over: bool) -> Prepared:
    """Bring the database up to date, and have all else there. Raises what keeps the server from beginning."""
    handed = handover.ask(settings.data_folder) if take_over else None
    lock = handed.lock if handed else claim(settings.data_folder)
    schema.upgrade(settings, may_be_newer=True)
    secret.see_to_it(settings)
    refuse_another_database(settings)
    refuse_unsafe_role(settings)
    if (doubt := room.doubt(settings)) is not None:
        click.echo(doubt, err=True)
    if settings.demo:
        from ordertrack.demo.house.people import prepare as furnish

        furnish(settings)
    environment = {
        FIRST_CODE: "" if handed else _first_code(settings) or "",
        "ORDERTRACK_DATA": str(settings.data_folder),  # may have been said from another folder
        # Workers never need the address of the schema's owner, by whichever way.
        "ORDERTRACK_APP_DATABASE_URL": settings.app_url.render_as_string(hide_password=False),
        DIRECT: settings.app_direct_url.render_as_string(hide_password=False) if settings.is_pooled else "",
        "SECRET_KEY": settings.secret_key,
        # The folder of its socket, which it must have again if it has to be started again.
        "ORDERTRACK_OWNS_DATABASE": (
            str(settings.operator_url.query["host"]) if settings.database_url is None else ""
        ),
    }
    if settings.backup is not None:
        environment[BACKUP] = str(settings.backup)  # may have been said from another folder
    descriptors = {LOCK: [lock], **_addresses(settings)}
    if handed:
        descriptors[TAKES_OVER] = [handed.by.detach()]
    listeners = _listeners(settings, handed)
    environment["PORT"] = str(listeners[0].getsockname()[1])
    descriptors[LISTENERS] = [each.detach() for each in listeners]
    return Prepared(environment, descriptors)


def _listeners(settings: Settings, handed: handover.Handed | None) -> list[socket.socket]:
    """One for each worker at least."""
    if handed is None:
        return port.take(settings.host, settings.port, settings.workers)
    first = handed.listeners[0]
    host, number = first.getsockname()[:2]
    if settings.port not in (0, number):
        raise handover.HandoverRefused(
            f"The server that runs answers at {host}:{number}, and this one is to answer at"
            f" {settings.host}:{settings.port}. Nothing was changed: say PORT={number}, or stop that one."
        )
    if port.is_elsewhere(settings.host, host):
        raise handover.HandoverRefused(
            f"The server that runs answers at {host}, and HOST={settings.host} is another address. Nothing"
            f" was changed: say HOST={host}, or stop that one and start this one."
        )
    missing = settings.workers - len(handed.listeners) if port.IS_DEALT_OUT else 0
    return [*handed.listeners, *port.beside(first, missing)]


def _addresses(settings: Settings) -> dict[str, list[int]]:
    """What who writes logs and who makes backups has to know; the embedded database they find themselves."""
    urls = {handed_address.OWNER: settings.operator_url} if settings.database_url is not None else {}
    if settings.backup is not None and (
        settings.database_url is not None or settings.backup_database_url is not None
    ):
        urls[handed_address.BACKUP] = settings.backup_url
    return {
        variable: [handed_address.keep(url.render_as_string(hide_password=False))]
        for variable, url in urls.items()
    }


def _first_code(settings: Settings) -> str | None:
    """What opens the house, made anew as long as there is no company in it."""
    from ordertrack.setup import invitations

    with make_bare_app(settings, as_operator=True).app_context():
        try:
            return invitations.make_first()
        finally:
            session.db.session.remove()
            session.db.engine.dispose()


def claim(folder: Path, patience: float = CLAIM_PATIENCE) -> int:
    """Make this the one server of its data folder, until its last process has gone; the open lock.

    A second one would end the first one's database on its way out. One that was just killed needs a moment
    to go, so the claim waits a little before it raises DataFolderInUse.
    """
    refuse_strangers(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DataFolderInUse(
                    f"Another server is using {folder}. Stop it, have this one take over from it with"
                    " --take-over, or give this one a folder of its own with ORDERTRACK_DATA."
                ) from None
            time.sleep(0.05)


def refuse_unsafe_role(settings: Settings) -> None:
    """Raise UnsafeDatabaseRole unless the application's role is confined."""
    engine = connecting.short_lived(settings.app_url)
    with engine.connect() as connection:
        session.refuse_unsafe_role(connection)
