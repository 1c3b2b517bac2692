"""Strangers without any key who hold a connection each, more of them than a worker has places."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from doors import asking
from doors.asking import Fared
from doors.figures import Figures
from doors.side import Side

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from faults.strangers import Strangers

CROWD = 400  # of 600 descriptors a worker has 150 for connections
COME_WITHIN = 2.0  # seconds
_ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
_HALF_A_HEADER = b"GET /login HTTP/1.1\r\nHost: localhost\r\nX-Never"
_HALF_A_BODY = (
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\nemail=maya%%40"
)
_FILES = b"GET {file} HTTP/1.1\r\nHost: localhost\r\n\r\n" * 60
WAYS: dict[str, dict[str, Any]] = {
    "say nothing": {"beginning": b""},
    "were answered, and say nothing": {"beginning": _ASKED},
    "send half a header": {"beginning": _HALF_A_HEADER},
    "trickle a body": {"beginning": _HALF_A_BODY % 1000, "trickle": b"x"},
    "go on sending a body too large": {
        "beginning": _HALF_A_BODY % 90_000_000_000,
        "trickle": b"x" * 1000,
        "reads": False,
    },
    "read a byte a second": {"beginning": _FILES, "reads": False},
}


def besiege(side: Side, cookie: str, seconds: float, figures: Figures) -> None:
    """In each way in turn; health, sign-in and a board are asked for meanwhile."""
    page = asking.ask(side.port, "/login").text
    file = next(part for part in page.split('"') if part.endswith(".css")).encode()
    pages: list[tuple[str, dict[str, str]]] = [
        ("/healthz", {}),
        ("/login", {}),
        (f"/r/{side.cedar.restaurant}/kitchen", {"Cookie": cookie}),
    ]
    doing = [asking.getting(side.port, *each) for each in pages]
    quiet = asking.fare(doing, asking.for_seconds(seconds / 2), 0.2)
    figures.add("no strangers", "health, sign-in and a board", _together(quiet))
    for way, how in WAYS.items():
        how = how | {"beginning": how["beginning"].replace(b"{file}", file)}
        with Strangers(side.port, CROWD, **how):
            time.sleep(COME_WITHIN)
            fared = asking.fare(doing, asking.for_seconds(seconds), 0.2)
        figures.add(f"{CROWD} strangers {way}", "health, sign-in and a board", _together(fared))
        asking.wait_until_served(doing[0])


def _together(each: list[Fared]) -> Fared:
    whole = Fared()
    for fared in each:
        whole.took += fared.took
        whole.failed += fared.failed
    return whole
