"""The secrets of a data folder, without which a restored database can be read but not used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SECRET_KEY = "SECRET_KEY"  # noqa: S105 (the name of a variable)
# The files, and which variables stand in their place.
_FILES = {
    "secret_key": SECRET_KEY,
    "sealing_keys": "ORDERTRACK_SEALING_KEYS",
    "demo-sign-ins.json": None,
}


class Kept(NamedTuple):
    """What the files hold, by name, and the variables that hold what no file does."""

    files: dict[str, bytes]
    elsewhere: list[str]


def read(folder: Path, environ: Mapping[str, str] = os.environ) -> Kept:
    """Those that are in use: a file in whose place a variable stands is not."""
    files: dict[str, bytes] = {}
    elsewhere: list[str] = []
    for name, variable in _FILES.items():
        if variable is not None and environ.get(variable):
            elsewhere.append(variable)
            continue
        with suppress(FileNotFoundError):
            files[name] = (folder / name).read_bytes()
    return Kept(files, elsewhere)


def put_beside(
    folder: Path, files: Mapping[str, bytes], environ: Mapping[str, str] = os.environ
) -> list[Path]:
    """Write those in whose place no variable stands beside theirs, from where `put_in_place` takes them."""
    beside = []
    for name, content in files.items():
        variable = _FILES.get(name)
        if name not in _FILES or (variable is not None and environ.get(variable)):
            continue
        path = folder / f"{name}.restored"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.append(path)
    return beside


def put_in_place(beside: list[Path]) -> list[Path]:
    """What was there and is another stays beside it, under a name that ends in `.before`; these."""
    replaced = []
    for path in beside:
        place = path.with_suffix("")
        if place.exists() and place.read_bytes() != path.read_bytes():
            replaced.append(place.with_name(f"{place.name}.before"))
            os.replace(place, replaced[-1])
        os.replace(path, place)
    return replaced
