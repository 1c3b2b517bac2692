"""PgBouncer between a server and its database: the system's package.

Run as a script it installs it, and says so plainly if it cannot.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the folder that tests import from

from sqlalchemy import URL

from support.programs import packages
from support.server import wait_for
from support.suite import left_behind

_CONFIGURATION = """
[databases]
{database} = host=127.0.0.1 port={server_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = {mode}
auth_type = trust
auth_file = {folder}/users
ignore_startup_parameters = options,extra_float_digits
max_client_conn = 1000
default_pool_size = {pool_size}
"""


def find() -> str | None:
    """The path of PgBouncer, or None; Debian has it where only root's path looks."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


class PgBouncer:
    """A pooler on the way to `url`'s database, which is at `port`; for the role of `url` alone.

    `mode` is "session" or "transaction".
    """

    def __init__(self, url: URL, port: int, mode: str, folder: Path, pool_size: int = 20) -> None:
        program = find()
        assert program is not None, "no PgBouncer: run python tests/support/programs/pgbouncer.py"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            _CONFIGURATION.format(
                database=url.database,
                server_port=port,
                port=self.port,
                mode=mode,
                pool_size=pool_size,
                folder=folder,
            )
        )
        (folder / "users").write_text(f'"{url.username}" "{url.password or ""}"\n')
        rest = {name: value for name, value in url.query.items() if name != "host"}
        self.url = url.set(drivername="postgresql", host="127.0.0.1", port=self.port, query=rest)
        # It will not run as root, and whoever it runs as must be able to read what it is told.
        as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
        folder.chmod(0o755)
        self._process = subprocess.Popen([program, "-q", *as_whom, str(configuration)])
        left_behind.end_with_us(self._process)
        wait_for(self._is_there, "PgBouncer")

    def _is_there(self) -> bool:
        assert self._process.poll() is None, "PgBouncer did not start"
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)


if __name__ == "__main__":
    packages.require("pgbouncer", find)
