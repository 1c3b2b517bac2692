"""Commands on databases that are to be upgraded: they may wait for one another."""

from __future__ import annotations

from functools import partial

from support import command_line
from support.command_line import Finished

run = partial(command_line.run, patience=120)


def refuses(finished: Finished, words: str) -> None:
    assert finished.returncode == 1, finished
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
