"""A wheel carries what stands beside the package, and finds it wherever it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from ordertrack.database.config import ROOT

BUILD = "import sys, hatchling.build; getattr(hatchling.build, sys.argv[1])(sys.argv[2])"
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


def build(kind: str, folder: Path) -> ZipFile:
    """`build_wheel` or `build_editable`, as an installer asks for it."""
    subprocess.run([sys.executable, "-c", BUILD, kind, str(folder)], cwd=ROOT, check=True, timeout=60)
    (made,) = folder.glob("*.whl")
    return ZipFile(made)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    with build("build_wheel", tmp_path_factory.mktemp("wheel")) as made:
        yield made


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
    with build("build_editable", tmp_path) as made:
        package = [name for name in made.namelist() if ".dist-info/" not in name]
        assert [made.read(name).decode().strip() for name in package] == [str(ROOT)]
