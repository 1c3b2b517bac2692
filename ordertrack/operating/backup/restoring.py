"""Bringing a house back from a backup: all of it or nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import URL, text

from ordertrack.database import app_role, migrating, schema, secret
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, refuse_blind_operator
from ordertrack.operating.backup import archive, secrets, staging
from ordertrack.operating.backup.archive import Unpacked
from ordertrack.operating.backup.manifest import Manifest
from ordertrack.operating.backup.problems import RestoreRefused, UnusableBackup
from ordertrack.server import consistency, preparing

_CLAIM_PATIENCE = 1.0  # seconds
_HOUSE = text("SELECT id::text, slug FROM tenants ORDER BY slug")
# Each statement is a transaction of its own there.
_ENTER = text("SELECT set_config('ordertrack.tenant_id', :tenant, false)")
_EPOCH = text("SELECT epoch FROM tenant_streams WHERE tenant_id = current_tenant()")
_IS_HOUSE = text("SELECT to_regclass('public.tenants') IS NOT NULL")


@dataclass(frozen=True)
class Restored:
    """What became of it: claims that do not hold, and, if any, how the database of before is called now."""

    manifest: Manifest
    streams: int
    broken: list[str]
    kept_before: str | None
    has_other_secret: bool


def check(path: Path) -> Manifest:
    """What a backup says of itself; raises UnusableBackup if it is not whole, or none for this version."""
    return _fitting(archive.unpack(path, None)).manifest


def restore(settings: Settings, path: Path, is_agreed: Callable[[Manifest, list[str]], bool]) -> Restored:
    """Put the house of this file in the place of the one that is there.

    `is_agreed` is asked with what the file says of itself, and the companies that are there now, if there are
    any. Raises UnusableBackup and RestoreRefused: then nothing was changed.
    """
    with _alone(settings), _room(settings.data_folder) as room:
        unpacked = _fitting(archive.unpack(path, room))
        url = settings.operator_url
        staging.refuse_in_use(url)
        there, epoch = _house(url)
        if there and not is_agreed(unpacked.manifest, there):
            raise RestoreRefused("Nothing was restored.")
        assert unpacked.dump is not None
        with staging.beside(url) as staged:
            staging.load(staged, unpacked.dump, unpacked.manifest)
            streams = _bring_up_to_date(settings, staged, epoch)
            beside = secrets.put_beside(settings.data_folder, unpacked.secrets)
            now = _with_its_secret(settings, unpacked)
            before = staging.put_in_place(url, staged)
            try:
                schema.upgrade(now, new_secret_key=True)  # gives the role the password of that secret
                replaced = secrets.put_in_place(beside)
            except BaseException:
                staging.take_back(url, before, staged)
                schema.upgrade(settings, new_secret_key=True)
                raise
        return _proved(now, unpacked.manifest, streams, before, replaced)


def _proved(
    settings: Settings, manifest: Manifest, streams: int, before: str, replaced: list[Path]
) -> Restored:
    """What was there before goes once it is certain that what came is sound."""
    with operator_connection(settings.operator_url) as connection:
        known = connection.execute(text("SELECT fingerprint FROM secret_fingerprint")).scalar()
    has_other_secret = known not in (None, secret.fingerprint(settings))
    secret.write(settings)
    broken = [finding.claim for finding in consistency.check(settings) if not finding.holds]
    if not broken:
        staging.drop(settings.operator_url, before)
        for path in replaced:
            path.unlink(missing_ok=True)
    return Restored(manifest, streams, broken, before if broken else None, has_other_secret)


def _fitting(unpacked: Unpacked) -> Unpacked:
    manifest = unpacked.manifest
    if not migrating.is_known(manifest.schema):
        raise UnusableBackup(
            f"This backup is of schema {manifest.schema}, which this version does not know: ordertrack"
            f" {manifest.ordertrack} made it. Restore it with that one. Nothing was changed."
        )
    return unpacked


def _with_its_secret(settings: Settings, unpacked: Unpacked) -> Settings:
    secret_key = unpacked.secrets.get("secret_key")
    if secret_key is None or os.environ.get(secrets.SECRET_KEY):
        return settings
    return replace(settings, secret_key=secret_key.decode().strip())


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """While this lasts no server begins on the data folder; raises RestoreRefused if one runs."""
    try:
        lock = preparing.claim(settings.data_folder, _CLAIM_PATIENCE)
    except preparing.DataFolderInUse as error:
        raise RestoreRefused(
            f"A server runs on {settings.data_folder}. Stop it, then restore. Nothing was changed."
        ) from error
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder for what is unpacked, on the disk that is to hold the house; those broken off before go."""
    for left in folder.glob("restore-*"):
        shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix="restore-", dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _house(url: URL) -> tuple[list[str], int]:
    """The companies that are there, and the newest epoch that a screen of theirs may know."""
    with operator_connection(url) as connection:
        if not connection.execute(_IS_HOUSE).scalar():
            return [], 0
        refuse_blind_operator(connection)  # who sees no company would replace all of them unasked
        slugs, newest = [], 0
        for tenant, slug in connection.execute(_HOUSE).all():
            connection.execute(_ENTER, {"tenant": tenant})
            newest = max(newest, connection.execute(_EPOCH).scalar() or 0)
            slugs.append(slug)
        return slugs, newest


def _bring_up_to_date(settings: Settings, staged: URL, epoch: int) -> int:
    """Roles, rights, missing revisions, and for each log an epoch after this one; how many these are."""
    address = staged.set(drivername="postgresql").render_as_string(hide_password=False)
    app = settings.app_url.set(drivername="postgresql", database=staged.database)
    with operator_connection(settings.operator_url) as connection:
        app_role.make_if_missing(connection, settings)
    made = replace(
        settings,
        database_url=address,
        direct_database_url=None,
        app_database_url=app.render_as_string(hide_password=False),
    )
    schema.upgrade(made)
    with make_bare_app(made, as_operator=True).app_context():
        try:
            return consistency.begin_new_epoch(None, epoch)
        finally:
            db.session.remove()
            db.engine.dispose()


def how_far_back(manifest: Manifest, now: dt.datetime | None = None) -> str:
    """How old the backup and the newest entry in it are, in sentences."""
    now = now or dt.datetime.now(dt.UTC)
    made = (
        f"The backup was made at {manifest.made_at:%Y-%m-%d %H:%M} UTC, {_span(now - manifest.made_at)} ago:"
        " what was ordered and done since then is not in it."
    )
    if manifest.newest is None:
        return f"{made} Nothing had happened in it yet."
    age = _span(now - manifest.newest)
    return f"{made} Its newest entry is of {manifest.newest:%Y-%m-%d %H:%M} UTC, {age} ago."


def _span(age: dt.timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} days and {hours} hours" if days > 1 else f"1 day and {hours} hours"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
