"""Scripts and styles of one page as one file each, for pages that have to be there at once on a slow line."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ordertrack.database.config import ROOT

_LIBRARIES = ("htmx.min.js", "hx-sse.min.js", "hx-upsert.min.js")
_BOARDS = ("js/entry/kitchen.js", "js/entry/dispatch.js")
_PAGES = (
    "js/entry/live.js",
    "js/entry/pickup.js",
    "js/entry/report.js",
    "js/entry/settings.js",
    "js/entry/tracking.js",
)
_ENTRIES = (*_BOARDS, *_PAGES, "js/core/theme.js", "js/offline/worker.js", "css/board_page.css")


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
    # One file a board, as each costs its own headers. The libraries first, in this order and not as modules:
    # what htmx finds registered when the page is there, it uses.
    for board in _BOARDS:
        made = folder / "bundles" / board
        made.write_text("\n;".join(part.read_text() for part in [*libraries, made]))
