"""Scripts and styles of one page as one file each, for pages that have to be there at once on a slow line."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ordertrack.config import ROOT

_LIBRARIES = ("htmx.min.js", "hx-sse.min.js", "hx-upsert.min.js")
_ENTRIES = ("js/kitchen_page.js", "js/dispatch_page.js", "js/theme.js", "js/worker.js", "css/board_page.css")


class SetUpMissing(RuntimeError):
    """What the set-up installs is not there; the message says what to run."""


def build(folder: Path) -> None:
    """Make `bundles/` inside a folder that holds a copy of `static/`; raises SetUpMissing."""
    libraries = [folder / "vendor" / name for name in _LIBRARIES]
    bundler = next((ROOT / "node_modules" / "@esbuild").glob("*/bin/esbuild*"), None)
    if bundler is None or not all(library.exists() for library in libraries):
        raise SetUpMissing("The browser's libraries are not installed. Run: make static/vendor/done")
    options = [
        "--bundle",
        "--minify",
        "--charset=utf8",
        "--format=iife",
        "--target=es2022",
        "--log-level=warning",
    ]
    entries = [str(folder / entry) for entry in _ENTRIES]
    places = [f"--outdir={folder / 'bundles'}", f"--outbase={folder}"]
    subprocess.run([str(bundler), *entries, *options, *places], check=True)  # noqa: S603 (files of our own)
    # In this order and not as modules: what htmx finds registered when the page is there, it uses.
    together = "\n".join(library.read_text() for library in libraries)
    (folder / "bundles" / "js" / "live.js").write_text(together)
