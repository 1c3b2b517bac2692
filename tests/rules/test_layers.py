"""Rooms: the contracts of import-linter name every one that they are to keep out, and none is too full."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ordertrack.database.config import ROOT

MOST = 25
# A list in time: what is new follows what was there, and nobody looks for a thing by its kind.
LISTS = {"ordertrack/migrations/versions"}


def contracts() -> list[dict[str, Any]]:
    return list(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"])


def test_the_live_path_is_kept_from_every_room_but_monitoring() -> None:
    (live,) = (each for each in contracts() if each.get("source_modules") == ["ordertrack.live"])
    modules = {f"ordertrack.{path.stem}" for path in (ROOT / "ordertrack").glob("*.py")}
    rooms = {f"ordertrack.{path.parent.name}" for path in (ROOT / "ordertrack").glob("*/__init__.py")}
    may_import = {"ordertrack.__init__", "ordertrack.live", "ordertrack.monitoring"}
    assert set(live["forbidden_modules"]) == (modules | rooms) - may_import


def test_the_rooms_are_told_of_in_the_order_in_which_they_may_import_each_other() -> None:
    told = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", (ROOT / "docs/ARCHITECTURE.md").read_text(), re.MULTILINE)
    (layers,) = (each["layers"] for each in contracts() if each.get("containers") == ["ordertrack"])
    beside_each_other = {room: at for at, layer in enumerate(layers) for room in layer.split(" | ")}
    assert sorted(told) == sorted(beside_each_other)
    assert [beside_each_other[room] for room in told] == sorted(beside_each_other.values())


def test_no_folder_holds_more_files_than_somebody_looks_through() -> None:
    holders = ("ordertrack", "templates", "static/js", "static/css", "tests")
    folders = [folder for holder in holders for folder in (ROOT / holder, *(ROOT / holder).rglob("*/"))]
    kept = [each for each in folders if each.is_dir() and not {"__pycache__", "node_modules"} & {*each.parts}]
    full = {str(each.relative_to(ROOT)): sum(path.is_file() for path in each.iterdir()) for each in kept}
    assert {name for name, files in full.items() if files > MOST} == LISTS
