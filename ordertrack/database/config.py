"""Settings, read once from the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url

from ordertrack.database.backup_times import BackupTimes
from ordertrack.database.data_folder import refuse_strangers
from ordertrack.database.limits import Limits
from ordertrack.database.root import IS_CHECKOUT, PACKAGE, ROOT
from ordertrack.database.settings_error import SettingsError

__all__ = ["PACKAGE", "ROOT", "Settings"]

POSTGRESQL_BUS = "postgresql"
DIRECT = "ORDERTRACK_DIRECT_DATABASE_URL"
MOST_WORKERS = 256
BACKUP = "ORDERTRACK_BACKUP"
BACKUP_URL = "ORDERTRACK_BACKUP_DATABASE_URL"
KEEP_GUESTS = "ORDERTRACK_KEEP_GUESTS"
KEPT_DAYS = (7, 3650)


_PUBLIC_ADDRESS = re.compile(
    r"https?://([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Settings:
    """What the environment says. `operator_url` owns the schema, `app_url` is what requests run under.

    `public_url` is what links that leave the house begin with; `hosts` are the names by which it may be
    called, none where nothing is said of that. With `sign_up` anybody may found a company.
    `connections` are those to the database that a process keeps; None where nothing is said of that.
    Where `direct_database_url` is said, the other addresses may lead through a pooler that keeps no session.
    """

    host: str
    port: int
    data_folder: Path
    secret_key: str
    database_url: str | None
    app_database_url: str | None
    direct_database_url: str | None
    bus: str
    workers: int
    demo: bool
    proxies: int
    limits: Limits
    public_url: str | None
    hosts: frozenset[str]
    sign_up: bool
    backup: BackupTimes | None
    backup_database_url: str | None
    connections: int | None = None
    keep_guests_days: int | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read every setting; raises SettingsError on one that cannot be used."""
        addresses = _addresses(environ)
        data_folder = data_folder_of(environ)
        return cls(
            host=environ.get("HOST") or "127.0.0.1",
            port=_whole_number(environ, "PORT", 8000, 0, 65535),
            data_folder=data_folder,
            secret_key=environ.get("SECRET_KEY") or _kept_secret(data_folder),
            database_url=environ.get("DATABASE_URL") or None,
            app_database_url=environ.get("ORDERTRACK_APP_DATABASE_URL") or None,
            direct_database_url=_direct(environ),
            bus=_bus(environ),
            workers=_whole_number(environ, "WEB_CONCURRENCY", 2, 1, MOST_WORKERS),
            demo=environ.get("ORDERTRACK_DEMO", "0") not in ("", "0"),
            proxies=_whole_number(environ, "ORDERTRACK_PROXIES", 0, 0, 9),
            limits=_limits(environ),
            public_url=addresses[0] if addresses else None,
            hosts=frozenset(str(urlsplit(address).hostname) for address in addresses),
            sign_up=_sign_up(environ),
            backup=_backup(environ),
            backup_database_url=environ.get(BACKUP_URL) or None,
            connections=_connections(environ),
            keep_guests_days=_keep_guests(environ),
        )

    @cached_property
    def operator_url(self) -> URL:
        """The connection that owns the schema: DATABASE_URL, or the embedded server's superuser.

        What an operator does is long, and needs a session: it goes by the direct address, if there is one.
        """
        if self.database_url is None:
            from ordertrack.database import embedded

            return embedded.operator_url(self.data_folder)
        if self.direct_database_url is not None:
            return _postgresql(DIRECT, self.direct_database_url)
        return _postgresql("DATABASE_URL", self.database_url)

    @cached_property
    def backup_url(self) -> URL:
        """The connection by which a backup is made, which must see the rows of all tenants."""
        if self.backup_database_url is not None:
            return _postgresql(BACKUP_URL, self.backup_database_url)
        return self.operator_url

    @cached_property
    def app_role(self) -> str:
        """The confined role of the web application, one for each database of a server."""
        return f"{self.operator_url.database}_app"

    @cached_property
    def app_role_password(self) -> str:
        """Derived from the secret key, so that no process has to hand it to another."""
        return hmac.new(self.secret_key.encode(), b"ordertrack app role", hashlib.sha256).hexdigest()

    @cached_property
    def app_url(self) -> URL:
        """The connection that requests and the rush run under."""
        if self.app_database_url is not None:
            return _postgresql("ORDERTRACK_APP_DATABASE_URL", self.app_database_url)
        url = self.operator_url
        if self.database_url is not None:
            url = _postgresql("DATABASE_URL", self.database_url)
        return url.set(username=self.app_role, password=self.app_role_password)

    @cached_property
    def app_direct_url(self) -> URL:
        """The same role straight at the database, for what needs a session: LISTEN, and locks kept long."""
        if self.direct_database_url is None:
            return self.app_url
        direct = _postgresql(DIRECT, self.direct_database_url)
        return direct.set(username=self.app_url.username, password=self.app_url.password)

    @cached_property
    def shares_key(self) -> bytes:
        """By which all hosts call those by the same names whose requests and streams they count together."""
        return hmac.new(self.secret_key.encode(), b"ordertrack shares", hashlib.sha256).digest()

    @property
    def is_pooled(self) -> bool:
        """Whether `app_url` may lead through a pooler that gives each transaction another connection."""
        return self.direct_database_url is not None


def data_folder_of(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the embedded database and of secrets, which may not be there yet."""
    # An upgrade of what is installed must not take the data along.
    default = (ROOT if IS_CHECKOUT else Path.cwd()) / "var"
    return Path(environ.get("ORDERTRACK_DATA") or default).expanduser().resolve()


def refuse_no_database(environ: Mapping[str, str] = os.environ) -> None:
    """Raise SettingsError where no embedded database was made yet, and make none."""
    folder = data_folder_of(environ)
    if not environ.get("DATABASE_URL") and not (folder / "postgres" / "PG_VERSION").exists():
        raise SettingsError(
            f"There is no house in {folder}. Nothing was made. Name its data folder in ORDERTRACK_DATA, or"
            " its database in DATABASE_URL; a new house begins with `ordertrack serve`."
        )


def _whole_number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _addresses(environ: Mapping[str, str]) -> list[str]:
    """What ORDERTRACK_PUBLIC_URL names: the address that links begin with, then any others of the house."""
    addresses = (environ.get("ORDERTRACK_PUBLIC_URL") or "").split()
    for address in addresses:
        if not _PUBLIC_ADDRESS.fullmatch(address):
            raise SettingsError(
                "ORDERTRACK_PUBLIC_URL must be an address like https://orders.example.com, without a path;"
                f" others by which the house is called may follow after a blank. {address!r} is none."
            )
    return [address.removesuffix("/").lower() for address in addresses]


def _keep_guests(environ: Mapping[str, str]) -> int | None:
    if not environ.get(KEEP_GUESTS):
        return None
    return _whole_number(environ, KEEP_GUESTS, 0, *KEPT_DAYS)


def _sign_up(environ: Mapping[str, str]) -> bool:
    said = environ.get("ORDERTRACK_SIGN_UP") or ""
    if said not in ("", "open"):
        raise SettingsError(
            "ORDERTRACK_SIGN_UP must be 'open', and then anybody founds a company on this server, or be left"
            f" unset; {said!r} is neither."
        )
    return said == "open"


def _connections(environ: Mapping[str, str]) -> int | None:
    name = "ORDERTRACK_CONNECTIONS"
    return _whole_number(environ, name, 0, 2, 200) if environ.get(name) else None


def _direct(environ: Mapping[str, str]) -> str | None:
    direct = environ.get(DIRECT) or None
    if direct and not (environ.get("DATABASE_URL") or environ.get("ORDERTRACK_APP_DATABASE_URL")):
        raise SettingsError(
            f"{DIRECT} says the way past a pooler: without DATABASE_URL there is none. Name the database in"
            " DATABASE_URL."
        )
    return direct


def _bus(environ: Mapping[str, str]) -> str:
    """What it is not is never repeated: an address may hold a password."""
    said = environ.get("ORDERTRACK_BUS") or POSTGRESQL_BUS
    if said == POSTGRESQL_BUS:
        return said
    try:
        address = urlsplit(said)
        is_address = address.scheme in ("redis", "rediss") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise SettingsError(
            f"ORDERTRACK_BUS must be {POSTGRESQL_BUS!r}, or the address of a Redis or Valkey, such as"
            " redis://bus.example:6379 (rediss:// with TLS)."
        )
    return said


def _limits(environ: Mapping[str, str]) -> Limits:
    try:
        return Limits.of(environ.get("ORDERTRACK_LIMITS") or "")
    except ValueError as error:
        raise SettingsError(f"ORDERTRACK_LIMITS cannot be read: {error}.") from None


def _backup(environ: Mapping[str, str]) -> BackupTimes | None:
    said = environ.get(BACKUP) or ""
    try:
        return BackupTimes.of(said) if said.strip() else None
    except ValueError as error:
        raise SettingsError(
            f"{BACKUP} must be a folder, and may say how often and how long, such as"
            f" /srv/backups every 6 keep 30: {error}."
        ) from None


def _postgresql(name: str, address: str) -> URL:
    try:
        url = make_url(address)
    except Exception as error:
        raise SettingsError(f"{name} is not a database address: {error}") from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError(f"{name} must begin with postgresql://.")
    return url.set(drivername="postgresql+psycopg")


def _kept_secret(folder: Path) -> str:
    """The secret key of this data folder, made on first use and readable by its owner only."""
    path = folder / "secret_key"
    refuse_strangers(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"ORDERTRACK_DATA must be a folder that can be written to: {error}") from error


def _make_secret(path: Path) -> None:
    """Written beside its place and then linked there: of two processes that start at once, one's is kept."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(beside, path)
    beside.unlink()
