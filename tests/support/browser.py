"""The browser of the tests: one that is there; else Playwright's own; else Debian's package.

Run as a script it installs what is missing, and says so plainly if it cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
    """Get Playwright's browser, or else Debian's."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        ways.append([*sudo, "apt-get", "update"])
        ways.append([*sudo, "apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
    for way in ways:
        subprocess.run(way, check=False, timeout=600)
        if path := find():
            return path
    return None


if __name__ == "__main__":
    found = find() or install()
    if found is None:
        sys.exit("The browser tests need Chromium, and it could not be installed: install it and try again.")
    sys.stdout.write(f"browser: {found}\n")
