"""A release carries what stands beside the package, and serves wherever it is installed by pip alone."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from ordertrack.database.config import ROOT, Settings
from support.cast import House
from support.server import Server

BUILD_EDITABLE = "import sys, hatchling.build; hatchling.build.build_editable(sys.argv[1])"
FIND = """
from ordertrack.database import migrating
from ordertrack.database.config import ROOT, Settings
from ordertrack.i18n.catalogues import catalogue_of
from ordertrack.web import assets

print(ROOT)
print(Settings.from_environment({"SECRET_KEY": "x"}).data_folder)
assert migrating.newest()
assert catalogue_of("fr").gettext("Sign in") == "Se connecter"
assert (ROOT / "templates" / "layout" / "layout.html").exists()
assert (assets.STATIC / "js" / "entry" / "board.js").exists()
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `make release` packs; what it rests on is there, or no test would run."""
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


@pytest.fixture(scope="module")
def wheel(release: Path) -> Iterator[ZipFile]:
    (made,) = release.glob("*.whl")
    with ZipFile(made) as opened:
        yield opened


def test_a_wheel_carries_pages_scripts_styles_and_how_gunicorn_serves_them(wheel: ZipFile) -> None:
    beside = [path for name in ("templates", "static") for path in (ROOT / name).rglob("*") if path.is_file()]
    beside += [ROOT / "app.py", ROOT / "gunicorn.conf.py", *(ROOT / "docs").glob("GUIDE.*.md")]
    carried = {name for name in wheel.namelist() if name.startswith("ordertrack/files/")}
    assert carried == {f"ordertrack/files/{path.relative_to(ROOT)}" for path in beside}
    assert {
        "ordertrack/files/static/bundles/js/entry/kitchen.js",
        "ordertrack/files/static/vendor/htmx.min.js",
    } < (carried)


def test_a_wheel_carries_the_whole_package(wheel: ZipFile) -> None:
    everything = (path for path in (ROOT / "ordertrack").rglob("*") if path.is_file())
    files = [path for path in everything if "__pycache__" not in path.parts]
    assert {str(path.relative_to(ROOT)) for path in files} < set(wheel.namelist())


def test_what_is_installed_finds_its_files_from_another_folder(wheel: ZipFile, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    wheel.extractall(installed)
    elsewhere.mkdir()
    found = subprocess.run(
        [sys.executable, "-c", FIND],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == [str(installed / "ordertrack" / "files"), str(elsewhere / "var")]


def test_a_checkout_is_installed_as_its_address_alone(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", BUILD_EDITABLE, str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    with ZipFile(next(tmp_path.glob("*.whl"))) as made:
        package = [name for name in made.namelist() if ".dist-info/" not in name]
        assert [made.read(name).decode().strip() for name in package] == [str(ROOT)]


class Installed(Server):
    """The server of another environment."""

    program: Path

    def _command(self) -> list[str]:
        return [str(self.program), "serve"]


@pytest.fixture(scope="module")
def installed(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ordertrack` in an environment that pip put the wheel into; what it needs is this one's."""
    new = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", new], check=True, timeout=60)
    (wheel,) = release.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(new / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, timeout=120)
    theirs = sysconfig.get_path("purelib", vars={"base": str(new), "platbase": str(new)})
    Path(theirs, "what_it_needs.pth").write_text(sysconfig.get_path("purelib"))
    return new / "bin" / "ordertrack"


class Systemd:
    """Whom a unit of the type `notify` tells that it is ready."""

    def __init__(self, folder: str) -> None:
        self.address = f"{folder}/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.socket.settimeout(30)

    def told(self) -> list[str]:
        return self.socket.recv(1000).decode().splitlines()


@pytest.fixture
def systemd() -> Iterator[Systemd]:
    with tempfile.TemporaryDirectory() as folder:  # the address of a socket is short
        listening = Systemd(folder)
        yield listening
        listening.socket.close()


def test_installed_by_pip_alone_it_serves_pages_with_their_files_and_streams(
    installed: Path, settings: Settings, cedar: House, tmp_path: Path, systemd: Systemd
) -> None:
    server = Installed(settings, tmp_path, workers=1, PYTHONPATH="", NOTIFY_SOCKET=systemd.address)
    server.program = installed
    server.start()
    try:
        assert "READY=1" in systemd.told()
        with urllib.request.urlopen(f"{server.address}/login", timeout=30) as answer:
            page = answer.read().decode()
        files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert any("bundles" in each for each in files), page
        for each in files:
            with urllib.request.urlopen(server.address + each, timeout=30) as answer:
                assert answer.read(), each
        asked = urllib.request.Request(f"{server.address}/api/v1/stream", headers=cedar.bearer)
        with urllib.request.urlopen(asked, timeout=30) as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            assert stream.readline()
    finally:
        server.stop()


def test_a_release_carries_what_an_operator_sets_up_and_reads(release: Path) -> None:
    assert (release / "requirements.txt").read_bytes() == (ROOT / "requirements" / "run.txt").read_bytes()
    for folder in ("deploy", "docs"):
        pages = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
        there = {path.relative_to(release) for path in (release / folder).rglob("*") if path.is_file()}
        assert there == {path for path in pages if folder == "deploy" or path.match("docs/*.md")}
    assert os.access(release / "deploy" / "systemd" / "ordertrack", os.X_OK)
