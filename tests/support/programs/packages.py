"""Packages of the system that some tests need: Debian's, or Homebrew's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable


def install(name: str) -> None:
    """Try to get it, without a service that it may bring along, which nobody asked for."""
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    for before, step in (
        (sudo, ["apt-get", "update"]),
        (sudo, ["apt-get", "install", "--yes", "--no-install-recommends", name]),
        (sudo, ["systemctl", "disable", "--now", name]),
        ([], ["brew", "install", name]),
    ):
        if shutil.which(step[0]):
            subprocess.run([*before, *step], check=False, timeout=600)


def require(name: str, find: Callable[[], str | None]) -> None:
    """For a script: what `find` finds, installed if need be; ends with a sentence if there is no way."""
    if find() is None:
        install(name)
    if (found := find()) is None:
        sys.exit(f"Some tests need {name}, and it could not be installed: install it and try again.")
    sys.stdout.write(f"{name}: {found}\n")
