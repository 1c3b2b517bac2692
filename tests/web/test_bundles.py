"""The pages' bundles are made by `make` from the scripts that stand there now; nothing starts without."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from ordertrack.web import assets


def test_nothing_is_served_before_the_bundles_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    with pytest.raises(assets.SetUpMissing, match="make static/bundles/done"):
        assets.init_app(Flask(__name__))


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """In which three versions have laid out their files, one after the other."""
    for age, version in enumerate(("c" * 16, "b" * 16, "a" * 16)):
        folder = tmp_path / "static" / version
        folder.mkdir(parents=True)
        (folder / "late.js").write_text(f"// {version}")
        os.utime(folder, (1000 - age, 1000 - age))
    return tmp_path


def test_files_of_the_last_two_other_builds_are_served_and_of_one_that_comes_later(data_folder: Path) -> None:
    made = Flask(__name__)
    made.config["SETTINGS"] = SimpleNamespace(data_folder=data_folder)
    assets.init_app(made)
    client = made.test_client()

    def served(version: str) -> str | None:
        with client.get(f"/static/{version}/late.js") as answer:
            assert answer.status_code == 404 or "immutable" in answer.headers["Cache-Control"]
            return None if answer.status_code == 404 else answer.text

    assert [served(each * 16) for each in "abc"] == [None, f"// {'b' * 16}", f"// {'c' * 16}"]
    with client.get(made.extensions["static_prefix"] + "icon.svg") as icon:
        assert icon.status_code == 200
    newer = data_folder / "static" / ("d" * 16)
    assert served(newer.name) is None
    newer.mkdir()
    (newer / "late.js").write_text("// of tomorrow")
    assert served(newer.name) == "// of tomorrow"
    assert client.get(f"/static/{newer.name}/../../secret_key").status_code == 404
    shutil.rmtree(data_folder / "static" / ("b" * 16))  # by a version after the next
    assert served("b" * 16) is None


def test_no_script_and_no_style_is_newer_than_the_bundles() -> None:
    built = (assets.STATIC / "bundles" / "done").stat().st_mtime
    sources = [path for kind in ("js", "css") for path in (assets.STATIC / kind).rglob(f"*.{kind}")]
    newer = [str(path) for path in sources if path.stat().st_mtime > built]
    assert newer == [], "Run: make static/bundles/done"
