"""Secrets of others, encrypted where they are kept, with a key of the house that the database never sees.

The newest key seals; the one before still opens, for whatever was sealed while keys were changed. Columns
whose names begin with `sealed_` hold what was sealed: `rotation` seals all of them anew.
"""

from __future__ import annotations

import hashlib
import os
import secrets as random
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.config import Settings
from ordertrack.database.data_folder import refuse_strangers
from ordertrack.database.session import Base, db
from ordertrack.database.settings_error import Mendable, SettingsError

KEYS = "ORDERTRACK_SEALING_KEYS"
_KEPT = 2  # keys


class SealedByAnother(Mendable, RuntimeError):
    """What was sealed cannot be opened with the keys that this house has."""


class KnownKey(Base):
    """What shows which keys this database's secrets are sealed with, and nothing else of them."""

    __tablename__ = "sealing_fingerprints"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)


def seal(secret: bytes) -> str:
    """Encrypted with the newest key; raises SealedByAnother if this database's secrets have other keys."""
    house = _house()
    _refuse_other_keys()
    return house.encrypt(secret).decode()


def unseal(sealed: str) -> bytes:
    """Raises SealedByAnother if none of the keys opens it."""
    try:
        return _house().decrypt(sealed)
    except InvalidToken:
        raise SealedByAnother(_ANOTHER) from None


def seal_anew(sealed: str) -> str:
    """The same secret, encrypted with the newest key."""
    _refuse_other_keys()
    try:
        return _house().rotate(sealed).decode()
    except InvalidToken:
        raise SealedByAnother(_ANOTHER) from None


def is_of_environment() -> bool:
    """Whether the keys are those of the environment, where only the operator can change them."""
    return bool(os.environ.get(KEYS))


def add_key(folder: Path) -> None:
    """Have a new key seal from now on; all before are kept to open with."""
    _write(folder, [_new(), *_keys(folder)])


def drop_old_keys(folder: Path) -> None:
    """Keep the newest, and the one before for whatever was sealed while keys were changed.

    Not before all has been sealed anew: what was not could never be opened again.
    """
    _write(folder, _keys(folder)[:_KEPT])


def _refuse_other_keys() -> None:
    """A command with another data folder would seal what the server cannot open."""
    ours = [hashlib.sha256(key.encode()).hexdigest()[:16] for key in _ours()]
    known = set(db.session.scalars(select(KnownKey.fingerprint)))
    if known and known.isdisjoint(ours):
        raise SealedByAnother(_ANOTHER)
    if ours[0] not in known:
        db.session.execute(insert(KnownKey).values(fingerprint=ours[0]).on_conflict_do_nothing())


def _ours() -> list[str]:
    # Read each time: another process may have changed them, and what it has sealed must be opened at once.
    settings: Settings = current_app.config["SETTINGS"]
    return os.environ.get(KEYS, "").split() or _keys(settings.data_folder)


def _house() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in _ours()])
    except ValueError:
        where = KEYS if is_of_environment() else "The file sealing_keys of the data folder"
        raise SettingsError(
            f"{where} must hold keys of 32 bytes in URL-safe base64, the newest first, with blanks between."
        ) from None


def _keys(folder: Path) -> list[str]:
    """Those of this data folder, newest first; one is made on first use."""
    path = _path(folder)
    try:
        if not path.exists():
            refuse_strangers(folder)
            folder.mkdir(parents=True, exist_ok=True)
            _make_first(path)
        return path.read_text().split()
    except OSError as error:
        raise SettingsError(f"The keys of {path} cannot be read: {error}") from error


def _path(folder: Path) -> Path:
    return folder / "sealing_keys"


def _new() -> str:
    return Fernet.generate_key().decode()


def _make_first(path: Path) -> None:
    """Written beside its place and then linked there: of two processes that start at once, one's is kept."""
    beside = _beside(path, [_new()])
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _write(folder: Path, keys: list[str]) -> None:
    path = _path(folder)
    os.replace(_beside(path, keys), path)


def _beside(path: Path, keys: list[str]) -> Path:
    beside = path.with_name(f"{path.name}.{os.getpid()}.{random.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return beside


_ANOTHER = (
    "A secret was sealed with a key that this house does not have. Hosts that share a database share"
    f" {KEYS}, or the file sealing_keys of their data folders: bring back the one that it was sealed with."
)
