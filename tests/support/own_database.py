"""Servers whose database belongs to one test: kept by the server itself, or by an operator beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House, Person
from support.server import Server, share_static, wait_for
from support.suite import left_behind

_SERVE = (sys.executable, "-m", "ordertrack.commands", "serve")
_MOUNT = 'mount -t tmpfs -o size={size},mode=755 tmpfs "$ORDERTRACK_DATA" && exec {then} "$0" "$@"'
SMALL_DISK = 192 * 1024 * 1024  # bytes


class Alone(Server):
    """`ordertrack serve` as on a fresh machine: the database in its data folder is its own."""

    command: tuple[str, ...] = _SERVE
    root = ""

    def __init__(self, settings: Settings, folder: Path, data_folder: Path) -> None:
        super().__init__(settings, folder)
        del self._environment["DATABASE_URL"]
        self._environment["ORDERTRACK_DATA"] = str(data_folder)
        self.data_folder = data_folder
        share_static(data_folder)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command, env=self._environment, stdout=log, stderr=log)
        left_behind.end_with_us(self._process)
        wait_for(self._is_ready, f"the server; its log is {self.log.read_text()[-2000:]}", 40)

    @property
    def folder(self) -> Path:
        """Its data folder, as seen from here."""
        return Path(f"{self.root}{self.data_folder}")

    @property
    def settings(self) -> Settings:
        """What its operator would work with, from here."""
        url = f"postgresql://postgres@/ordertrack?host={self.folder / 'postgres'}"
        environ = {"ORDERTRACK_DATA": str(self.folder), "SECRET_KEY": self._environment["SECRET_KEY"]}
        return Settings.from_environment(environ | {"DATABASE_URL": url})


class OnASmallDisk(Alone):
    """The same, with its data folder on a file system of its own, which is small: in a mount namespace."""

    def start(self) -> None:
        self.command = (*_in_own_mounts(), *_SERVE)
        super().start()
        assert self._process is not None
        self.root = f"/proc/{self._process.pid}/root"

    @property
    def _balloon(self) -> Path:
        return self.folder / "balloon"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._balloon.open("ab", buffering=0) as balloon:
            for size in (1024 * 1024, 4096, 1):
                _write_until_full(balloon.fileno(), bytes(size))

    def free(self) -> None:
        self._balloon.unlink(missing_ok=True)


def _write_until_full(descriptor: int, piece: bytes) -> None:
    try:
        while True:
            os.write(descriptor, piece)
    except OSError:
        return


def _in_own_mounts() -> tuple[str, ...]:
    """What to put before a command, so that it runs on a small disk; fails where the system allows no way."""
    if os.geteuid() == 0:
        way = ("unshare", "--mount", "--propagation", "private")
        then = ""
    else:  # root in a namespace may mount; in one more inside it, we are ourselves again
        way = ("unshare", "--user", "--map-root-user", "--mount")
        then = f"unshare --user --map-user={os.geteuid()} --map-group={os.getegid()}"
    tried = subprocess.run([*way, "true"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, (
        "A full disk can only be tested as root, or where users may make namespaces (see the kernel's"
        f" setting user.max_user_namespaces); this machine allows neither: {tried.stderr}"
    )
    return (*way, "sh", "-c", _MOUNT.format(size=SMALL_DISK, then=then))


def open_house(settings: Settings) -> House:
    """Cedar with Hamra, in a database that has no tenant yet."""
    app = make_bare_app(settings, as_operator=True)
    with app.app_context():
        tenant = accounts.create_tenant("Cedar", "cedar")
        accounts.create_restaurant(tenant, "Hamra", "hamra", "Asia/Beirut")

        def hire(who: str, role: Role) -> Person:
            email = f"{who}@cedar.example"
            member = staff_accounts.create_staff_member(tenant, email, who.title(), role, PASSWORD)
            return Person(email, Principal(tenant.id, f"staff:{member.id}", member.name, role))

        key, secret = api_keys.create_key(tenant, "Till")
        program = Principal(tenant.id, f"key:{key.id}", key.name)
        nour, karim, maya = (
            hire(who, role)
            for who, role in (("nour", Role.KITCHEN), ("karim", Role.DISPATCH), ("maya", Role.MANAGER))
        )
        house = House(tenant.id, tenant.slug, ("hamra",), nour, karim, maya, secret, program)
        db.session.remove()
        db.engine.dispose()
    return house
