"""The pages' bundles are made by `make` from the scripts that stand there now; nothing starts without."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from ordertrack.web import assets


def test_nothing_is_served_before_the_bundles_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    with pytest.raises(assets.SetUpMissing, match="make static/bundles/done"):
        assets.init_app(Flask(__name__))


def test_no_script_and_no_style_is_newer_than_the_bundles() -> None:
    built = (assets.STATIC / "bundles" / "done").stat().st_mtime
    sources = [path for kind in ("js", "css") for path in (assets.STATIC / kind).rglob(f"*.{kind}")]
    newer = [str(path) for path in sources if path.stat().st_mtime > built]
    assert newer == [], "Run: make static/bundles/done"
