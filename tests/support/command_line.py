"""`ordertrack` commands as an operator types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ordertrack.database.config import Settings
from support.server import environment_of

Finished = subprocess.CompletedProcess[str]


def run(
    settings: Settings,
    *arguments: str,
    folder: Path | None = None,
    patience: float = 60,
    **environment: str,
) -> Finished:
    """Run one to its end on this database, within so many seconds; `folder` replaces its data folder."""
    return subprocess.run(
        [sys.executable, "-m", "ordertrack.commands", *arguments],
        env=environment_of(settings, folder or settings.data_folder, ORDERTRACK_DEMO="0", PORT="0")
        | environment,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
