"""Another day for whole processes, their database among them: libfaketime, the system's package.

Run as a script it installs it, and says so plainly if it cannot.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

from support import packages

_PLACES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")
_NAMES = ("libfaketimeMT.so.1", "libfaketimeMT.1.dylib")


def find() -> str | None:
    """The path of the library, or None."""
    for place in _PLACES:
        for name in _NAMES:
            for path in (*Path(place).glob(f"faketime/{name}"), *Path(place).glob(f"*/faketime/{name}")):
                return str(path)
    return None


def environment(begins: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """For processes in which it is `begins` (local, `2026-10-23 16:00:00`) at their start, and goes on."""
    library = find()
    assert library is not None, "no libfaketime: run python tests/support/faketime.py"
    preload = "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD"
    return {**environ, preload: library, "FAKETIME": f"@{begins}", "TZ": "UTC"}


if __name__ == "__main__":
    packages.require("libfaketime", find)
