"""The browser of the tests: one that is there; else Playwright's own; else Debian's package.

Run as a script it installs what is missing, and says so plainly if it cannot. The headless shell has no
windows to draw and needs a quarter less time: for root, who is asked for no password, it is installed beside
a Chromium that is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APT = ["apt-get", "--quiet", "--option", "Acquire::http::Timeout=20"]
_APT_UPDATE = [*_APT, "update"]
_APT_INSTALL = [*_APT, "install", "--yes", "--no-install-recommends"]
# Each window would load two pages of the address bar's beside its own, two thirds of what opening one costs.
# The others are what Playwright switches off of what matters here: this list takes the place of its own.
_FEATURES_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "PreconnectToSearch",
    "MediaRouter",
    "LensOverlay",
)
# The sandbox cannot start for root; a closed network must not slow the browser down.
ARGUMENTS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_FEATURES_OFF)}",
]


def find() -> str | None:
    """The path of a Chromium, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """For root Debian's headless shell; else what is there, Playwright's browser, or Debian's."""
    is_debian, is_root = shutil.which("apt-get") is not None, os.geteuid() == 0
    found = find()
    if is_debian and is_root and shutil.which(HEADLESS) is None:
        _run(_APT_UPDATE, [*_APT_INSTALL, HEADLESS])
        found = find()
    if found is None:
        _run([sys.executable, "-m", "playwright", "install", "chromium"])
        found = find()
    if found is None and is_debian:
        sudo = [] if is_root else ["sudo"]
        _run([*sudo, *_APT_UPDATE], [*sudo, *_APT_INSTALL, "chromium"])
        found = find()
    return found


def _run(*commands: list[str]) -> None:
    """Run these one after another, whatever they come to: what counts is what is there afterwards."""
    for command in commands:
        try:
            subprocess.run(command, check=False, timeout=600)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"No end within 600 s: {' '.join(command)}\n")


if __name__ == "__main__":
    found = install()
    if found is None:
        sys.exit("The browser tests need Chromium, and it could not be installed: install it and try again.")
    sys.stdout.write(f"browser: {found}\n")
