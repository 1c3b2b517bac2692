"""How often a process looks through all that it keeps for garbage: rarely, and not once more at its end."""

from __future__ import annotations

import atexit
import gc
from functools import cache

# By Python's own figures everything that a worker keeps is looked through every few seconds, for some hundred
# objects of garbage: 95 to 180 ms with 9,000 streams, in which every tap waits. What requests leave behind is
# found while it is young, and streams leave nothing behind; the rest may wait for minutes.
RARELY = (10_000, 20, 50)


@cache
def look_rarely() -> None:
    """To be said before a process imports what it needs: modules are no garbage, now or at its end.

    Looking for it among them takes a third of what a short command takes in all.
    """
    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)
