"""Processes forked from one: each is begun again whenever it ends, and none outlives who started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes import children
from support.server import wait_for

SOON = 10.0  # seconds
KEEPS_TWO = """
import sys, time
from ordertrack.background import forks
from ordertrack.monitoring import parent

def work():
    has_parent = parent.watched()
    while has_parent():
        time.sleep(0.05)

def end():
    time.sleep(0.3)
    sys.exit("it ended")

forks._PAUSE = 0.2
forks.keep({"works": work, "ends": end})
"""


@pytest.fixture
def keeping() -> Iterator[subprocess.Popen[str]]:
    """A process that keeps one which works for ever, and one which ends again and again."""
    process = subprocess.Popen([sys.executable, "-c", KEEPS_TWO], stderr=subprocess.PIPE, text=True)
    wait_for(lambda: named(process.pid, "works"), "what is kept", SOON)
    yield process
    process.kill()
    process.communicate()


def named(parent: int, name: str) -> int | None:
    return next((pid for pid in children(parent) if comm(pid) == name), None)


def comm(pid: int | None) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def test_each_is_begun_again_whenever_it_ends_and_the_other_goes_on(
    keeping: subprocess.Popen[str],
) -> None:
    works = named(keeping.pid, "works")
    first = wait_for(lambda: named(keeping.pid, "ends"), "the other", SOON)
    wait_for(lambda: named(keeping.pid, "ends") not in (None, first), "it to be begun again", SOON)
    assert named(keeping.pid, "works") == works is not None
    os.kill(works, signal.SIGKILL)
    wait_for(lambda: named(keeping.pid, "works") not in (None, works), "that it is begun again", SOON)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_all_end_with_the_one_that_forked_them(keeping: subprocess.Popen[str], how: signal.Signals) -> None:
    works = named(keeping.pid, "works")
    keeping.send_signal(how)
    assert keeping.wait(SOON) == (0 if how == signal.SIGTERM else -signal.SIGKILL)
    wait_for(lambda: comm(works) != "works", "its end", SOON)


def test_all_end_if_the_process_that_started_the_first_is_gone() -> None:
    starts_and_goes = (
        "import os, subprocess, sys\n"
        "from ordertrack.monitoring import parent\n"
        "command = [sys.executable, '-c', sys.argv[1]]\n"
        "print(subprocess.Popen(command, env=parent.as_parent()).pid, flush=True)\n"
    )
    started = [sys.executable, "-c", starts_and_goes, KEEPS_TWO]
    gone = subprocess.run(started, stdout=subprocess.PIPE, timeout=60, check=True)
    orphan = int(gone.stdout)
    wait_for(lambda: not comm(orphan) and not children(orphan), "all to end", SOON)
