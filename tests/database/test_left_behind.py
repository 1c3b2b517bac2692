"""What tests start ends with them, however they end: a run that is stopped leaves no database behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ordertrack.database import embedded
from support.server import wait_for
from support.suite.left_behind import begun_at

TESTS = Path(__file__).parents[1]
RUN = """
import subprocess, sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from ordertrack.database import embedded
from support.suite import left_behind

folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
left_behind.end_database_with_us(folder)
embedded.operator_url(folder)
sleeper = subprocess.Popen(["sleep", "600"], start_new_session=True)
left_behind.end_with_us(sleeper)
print(folder, sleeper.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_databases_and_servers_end_with_a_run_that_is_stopped(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(TESTS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        name, _, pid = run.stdout.readline().partition(" ")
        folder, sleeper = Path(name), int(pid)
        assert embedded.is_running(folder) and begun_at(sleeper)
        os.kill(run.pid, how)
        run.wait()
    wait_for(lambda: not folder.exists(), "its folder to be gone")
    assert not begun_at(sleeper)


def test_another_process_of_the_same_number_is_left_alone() -> None:
    """By the time a run ends, the number of what it started may be somebody else's."""
    with subprocess.Popen(["sleep", "600"]) as another:
        watching = [sys.executable, TESTS / "support" / "suite" / "left_behind.py"]
        told = f"process {another.pid} 1\n"
        subprocess.run(watching, input=told, text=True, check=True, timeout=20)
        assert another.poll() is None
        another.kill()
