"""`ordertrack` commands as an operator types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from ordertrack.commands import cli
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
        env=_environment(settings, folder) | environment,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def run_here(
    settings: Settings,
    *arguments: str,
    folder: Path | None = None,
    answers: str | None = None,
    **environment: str,
) -> Finished:
    """The same in this process, which has imported what a command needs; `answers` is typed where it asks.

    What a shell adds to it `tests/server/test_commands.py` shows.
    """
    ended = CliRunner(env=_environment(settings, folder) | environment).invoke(cli, arguments, input=answers)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Finished(arguments, ended.exit_code, ended.stdout, ended.stderr)


def _environment(settings: Settings, folder: Path | None) -> dict[str, str]:
    return environment_of(settings, folder or settings.data_folder, ORDERTRACK_DEMO="0", PORT="0")
