"""Another day for whole processes, their database among them: libfaketime, the system's package.

Run as a script it installs it, and says so plainly if it cannot.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the folder that tests import from

from support.programs import packages

_PLACES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")
_NAMES = ("libfaketimeMT.so.1", "libfaketimeMT.1.dylib")


def find() -> str | None:
    """The path of the library, or None."""
    for place in _PLACES:
        for name in _NAMES:
            for path in (*Path(place).glob(f"faketime/{name}"), *Path(place).glob(f"*/faketime/{name}")):
                return str(path)
    return None


def environment(moment: dt.datetime, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """For processes to which now is this moment, and which time goes on from there for all alike."""
    library = find()
    assert library is not None, "no libfaketime: run python tests/support/programs/faketime.py"
    preload = "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD"
    # An offset: with a moment to begin at, each process would begin there when it is started.
    ahead = round((moment - dt.datetime.now(dt.UTC)).total_seconds())
    return {**environ, preload: library, "FAKETIME": f"{ahead:+d}"}


if __name__ == "__main__":
    packages.require("libfaketime", find)
