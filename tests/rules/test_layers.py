"""The contracts that import-linter holds name every room that they are to keep out."""

from __future__ import annotations

import tomllib

from ordertrack.database.config import ROOT


def test_the_live_path_is_kept_from_every_room_but_monitoring() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (live,) = (each for each in contracts if each.get("source_modules") == ["ordertrack.live"])
    modules = {f"ordertrack.{path.stem}" for path in (ROOT / "ordertrack").glob("*.py")}
    rooms = {f"ordertrack.{path.parent.name}" for path in (ROOT / "ordertrack").glob("*/__init__.py")}
    may_import = {"ordertrack.__init__", "ordertrack.live", "ordertrack.monitoring"}
    assert set(live["forbidden_modules"]) == (modules | rooms) - may_import
