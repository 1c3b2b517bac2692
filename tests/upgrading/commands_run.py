"""Commands on databases that are to be upgraded, in this process: starting one for each takes a second."""

from __future__ import annotations

from typing import Any

from click.testing import CliRunner, Result

from ordertrack.commands import cli
from ordertrack.database.config import Settings
from support import command_line
from support.command_line import Finished
from support.server import environment_of


def run(settings: Settings, *arguments: str, **environment: str) -> Finished:
    """Run one to its end; what becomes another program, as a server does, in a process of its own."""
    if arguments[0] == "serve":
        return command_line.run(settings, *arguments, patience=120, **environment)
    said = environment_of(settings, settings.data_folder, ORDERTRACK_DEMO="0", PORT="0") | environment
    done = CliRunner().invoke(cli, arguments, env=said)
    return Finished(arguments, done.exit_code, done.stdout, done.stderr + _traceback(done))


def _traceback(done: Result) -> str:
    """Of an error that is told as no sentence."""
    error: Any = done.exception
    return "" if error is None or isinstance(error, SystemExit) else f"Traceback: {error!r}"


def refuses(finished: Finished, words: str) -> None:
    assert finished.returncode == 1, finished
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
