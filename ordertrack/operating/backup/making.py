"""Making a backup while the house serves: refused and removed if it does not hold every row."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, NamedTuple

from ordertrack.database.config import Settings
from ordertrack.operating.backup import dump, secrets
from ordertrack.operating.backup.archive import Writer
from ordertrack.operating.backup.manifest import Manifest, difference
from ordertrack.operating.backup.moment import one_moment
from ordertrack.operating.backup.problems import BackupRefused

_NAME = "ordertrack-%Y%m%dT%H%M%SZ.tar"
_BROKEN_OFF = 24 * 3600.0  # seconds in which nothing was written to it
_IS_OURS = re.compile(r"ordertrack-\d{8}T\d{6}Z\.tar")


class Made(NamedTuple):
    path: Path
    bytes: int
    manifest: Manifest


class Kept(NamedTuple):
    """A backup in a folder, and of which moment it is, by its name."""

    path: Path
    at: dt.datetime


def to_folder(settings: Settings, folder: Path) -> Made:
    """Into a file named by this moment; makes the folder. Raises BackupRefused and OSError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise BackupRefused(
            f"{folder} is a file. Name a folder, or with -o a file that is to be made. No backup was made."
        ) from error
    return to_file(settings, folder / dt.datetime.now(dt.UTC).strftime(_NAME))


def to_file(settings: Settings, path: Path) -> Made:
    """It stands there whole, or not at all; a file of this name is never written over."""
    if path.exists():
        raise BackupRefused(f"{path} is there already. Name another file.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            manifest = write(settings, out)
            out.flush()
            os.fsync(out.fileno())
        size = beside.stat().st_size
        os.rename(beside, path)
    except OSError as error:
        raise BackupRefused(f"{path} could not be written: {error.strerror}. No backup was made.") from error
    finally:
        beside.unlink(missing_ok=True)
    _keep_name(path.parent)
    return Made(path, size, manifest)


def write(settings: Settings, out: IO[bytes]) -> Manifest:
    """Onto whatever takes bytes. Raises BackupRefused, and what was written then is no backup."""
    made_at = dt.datetime.now(dt.UTC)
    with one_moment(settings.backup_url) as moment, Writer(out) as writer:
        # Not before: what was sealed by then, one of these keys opens.
        kept = secrets.read(settings.data_folder)
        major, rows = dump.dump(settings.backup_url, moment.snapshot, moment.major, writer.add_to_dump)
        if (lost := difference(rows, moment.rows, moment.heads)) is not None:
            raise BackupRefused(
                f"The backup was refused and removed, for it does not hold the house: {lost}. If the house"
                " itself is so, `ordertrack db check` says so."
            )
        writer.end_dump()
        for name, content in kept.files.items():
            writer.add_secret(name, content)
        manifest = Manifest(
            made_at=made_at,
            ordertrack=version("ordertrack"),
            schema=moment.schema,
            postgresql=moment.postgresql,
            pg_dump=major,
            heads=moment.heads,
            rows=moment.rows,
            parts=writer.parts,
            left_out=kept.elsewhere,
        )
        writer.add_manifest(manifest)
    return manifest


def in_folder(folder: Path) -> list[Kept]:
    """Those that were made into this folder, the oldest first; none where there is no such folder."""
    return sorted(_found(folder), key=lambda kept: kept.at)


def remove_old(folder: Path, days: int, now: dt.datetime | None = None) -> list[Path]:
    """Remove those older than so many days, but for the newest, and what was broken off; which those were."""
    now = now or dt.datetime.now(dt.UTC)
    old = [kept.path for kept in in_folder(folder)[:-1] if now - kept.at > dt.timedelta(days=days)]
    for part in folder.glob(".ordertrack-*.part"):
        with suppress(FileNotFoundError):
            if now.timestamp() - part.stat().st_mtime > _BROKEN_OFF:
                old.append(part)
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _found(folder: Path) -> Iterator[Kept]:
    with suppress(OSError):  # whoever makes one there says what is wrong with it
        for path in folder.iterdir():
            if _IS_OURS.fullmatch(path.name):
                with suppress(ValueError):
                    yield Kept(path, dt.datetime.strptime(path.name, _NAME).replace(tzinfo=dt.UTC))


def _keep_name(folder: Path) -> None:
    """A power cut after this leaves the file under its name."""
    with suppress(OSError):  # not every file system does that for a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
