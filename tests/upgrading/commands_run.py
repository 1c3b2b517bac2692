"""`ordertrack` commands as an operator types them."""

from __future__ import annotations

import subprocess
import sys

from ordertrack.database.config import Settings
from support.server import environment_of

Finished = subprocess.CompletedProcess[str]


def run(settings: Settings, *arguments: str, **environment: str) -> Finished:
    """Run one to its end on this database."""
    return subprocess.run(
        [sys.executable, "-m", "ordertrack.commands", *arguments],
        env=environment_of(settings, settings.data_folder, ORDERTRACK_DEMO="0", PORT="0") | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refuses(finished: Finished, words: str) -> None:
    assert finished.returncode == 1, finished
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
