"""A release as `make release` makes it, installed elsewhere by pip alone, and served behind a proxy."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordertrack.database.config import ROOT, Settings
from support.programs.caddy import Caddy
from support.server import Server


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was packed, unpacked; what it rests on is there, or no test would run."""
    folder = tmp_path_factory.mktemp("dist")
    there = ("--old-file=.venv/run.done", "--old-file=static/bundles/done")
    said = subprocess.run(
        ["make", "--silent", *there, "release", f"DIST={folder}", f"BIN={Path(sys.executable).parent}"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    with tarfile.open(said.stdout.splitlines()[-1]) as packed:
        packed.extractall(folder / "carried", filter="data")
    (unpacked,) = (folder / "carried").iterdir()
    return unpacked


class Installed(Server):
    """The `ordertrack` of another environment, behind a proxy at an address of its own."""

    def __init__(self, program: Path, settings: Settings, folder: Path, told: Path, address: str) -> None:
        self._program = program
        environment = {"PYTHONPATH": "", "NOTIFY_SOCKET": str(told)}
        environment |= {"ORDERTRACK_PROXIES": "1", "ORDERTRACK_PUBLIC_URL": address}
        super().__init__(settings, folder, workers=1, **environment)
        self.said_to_systemd: list[str] = []

    def _command(self) -> list[str]:
        return [str(self._program), "serve"]


@pytest.fixture(scope="module")
def program(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ordertrack` in an environment that pip put the wheel into; what it needs is this one's."""
    new = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", new], check=True, timeout=60)
    (wheel,) = release.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(new / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, timeout=120)
    theirs = sysconfig.get_path("purelib", vars={"base": str(new), "platbase": str(new)})
    Path(theirs, "what_it_needs.pth").write_text(sysconfig.get_path("purelib"))
    return new / "bin" / "ordertrack"


@pytest.fixture(scope="module")
def caddy(tmp_path_factory: pytest.TempPathFactory) -> Caddy:
    """Started by whoever it stands before."""
    return Caddy(tmp_path_factory.mktemp("caddy"))


@pytest.fixture(scope="module")
def installed(
    program: Path, caddy: Caddy, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    with (
        tempfile.TemporaryDirectory() as folder,  # the address of a socket is short
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd,
    ):
        told = Path(folder) / "notify"
        systemd.bind(str(told))
        systemd.settimeout(30)
        server = Installed(program, settings, tmp_path_factory.mktemp("server"), told, caddy.address)
        server.start()
        server.said_to_systemd = systemd.recv(1000).decode().splitlines()
        caddy.start(server.port)
        yield server
        caddy.stop()
        server.stop()
