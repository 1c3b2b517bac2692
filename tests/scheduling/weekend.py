"""make weekend: orders for later, on a Friday to Monday on which summer time ends in Beirut.

The test of any three days, in a process whose clock and whose database's clock stand there. It is no part of
the suite: now and then a signal makes the database read the real clock, which is why its time limits are off.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

from support.programs import faketime

TESTS = Path(__file__).resolve().parents[1]
BEGINS = dt.datetime(2026, 10, 23, 16, tzinfo=dt.UTC)
DAYS = ("24 Oct +0300", "25 Oct +0200", "26 Oct +0200")
_PLAY = """
import sys
import pytest
from ordertrack.database import connecting
limits = connecting._OF_THE_APPLICATION
limits.update(dict.fromkeys([name for name in limits if name.endswith("timeout")], "0"))
sys.exit(pytest.main(["-q", "-s", "-p", "no:cacheprovider", sys.argv[1]]))
"""


def main() -> None:
    asked = [sys.executable, "-c", _PLAY, str(TESTS / "scheduling" / "test_a_weekend.py")]
    environ = faketime.environment(BEGINS, os.environ)
    played = subprocess.run(asked, check=False, capture_output=True, text=True, cwd=TESTS.parent, env=environ)
    sys.stdout.write(played.stdout)
    missing = [day for day in DAYS if day not in played.stdout]
    if played.returncode or missing:
        sys.exit(f"{played.stderr}FAILED{': no order was begun on ' + ', '.join(missing) if missing else ''}")


if __name__ == "__main__":
    main()
