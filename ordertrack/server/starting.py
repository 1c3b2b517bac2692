"""How a server starts: this process becomes gunicorn and imports the house, while another prepares for it.

What is prepared, the database foremost, costs about as long as the imports, and there are two cores. This is
imported before gevent has patched anything, and before the house is: it must import neither.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from ordertrack.database.root import ROOT
from ordertrack.server import passing

METRICS = "PROMETHEUS_MULTIPROC_DIR"
_FROM = "ORDERTRACK_PREPARED"  # the descriptor by which what is prepared comes, and who prepares
_SECRETS = ("DATABASE_URL", "ORDERTRACK_DIRECT_DATABASE_URL", "ORDERTRACK_BACKUP_DATABASE_URL")


class Prepared(NamedTuple):
    """What a server needs to begin: what is to stand in its environment, there descriptors by number."""

    environment: dict[str, str]
    descriptors: dict[str, list[int]]


def run(prepare: Callable[[], Prepared]) -> NoReturn:
    """Serve. What `prepare` raises is raised in the process that prepares: the other one ends as it does."""
    sys.stdout.flush()
    sys.stderr.flush()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if child := os.fork():
        theirs.close()
        _become_gunicorn(ours, child)
    ours.close()
    prepared = prepare()
    everything = [each for named in prepared.descriptors.values() for each in named]
    counts = {name: len(named) for name, named in prepared.descriptors.items()}
    try:
        passing.send(theirs, {"environment": prepared.environment, "descriptors": counts}, everything)
    except BrokenPipeError:  # the other one was ended meanwhile
        sys.exit(1)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # not by what is done at an exit: the database that was started goes on


def _become_gunicorn(prepared: socket.socket, child: int) -> NoReturn:
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    environment |= {METRICS: str(fresh_metrics_folder()), _FROM: f"{prepared.fileno()} {child}"}
    prepared.set_inheritable(True)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.chdir(ROOT)
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "app:app"]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 (our own interpreter, no shell)


def fresh_metrics_folder() -> Path:
    """Where the workers count: in memory, if the machine lets us.

    They map these files, and to touch a new page of a mapped file on a full disk kills a process (SIGBUS):
    with the metrics beside the database, a full disk would take down every worker and stream with it.
    """
    memory = Path("/dev/shm")  # noqa: S108 (checked below)
    if not os.access(memory, os.W_OK):
        from ordertrack.database.config import data_folder_of

        memory = data_folder_of()
    named = f"ordertrack-{os.getuid()}-"
    for left in memory.glob(f"{named}*"):  # by servers that were killed; older versions name theirs otherwise
        pid = left.name.removeprefix(named)
        if pid.isdecimal() and (not Path(f"/proc/{pid}").exists() or pid == str(os.getpid())):
            shutil.rmtree(left, ignore_errors=True)
    folder = memory / f"{named}{os.getpid()}"
    # Somebody else's folder of this name would make this fail rather than be used.
    folder.mkdir(parents=True, mode=0o700)
    return folder


def heed() -> None:
    """In the process that has become gunicorn: end if the one that prepares cannot go on."""
    if child := _child():
        signal.signal(signal.SIGCHLD, lambda *_: _end_with(child, os.WNOHANG))


def receive() -> None:
    """Wait for what is prepared; it stands in this process's environment then."""
    if not (child := _child()):
        return
    descriptor = int(os.environ.pop(_FROM).split()[0])
    with socket.socket(fileno=descriptor) as prepared:
        said, descriptors = passing.receive(prepared)
    if said is None:
        _end_with(child, 0)
        sys.exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _end_with(child, 0)
    os.environ.update(said["environment"])
    for name, count in said["descriptors"].items():
        os.environ[name] = " ".join(map(str, descriptors[:count]))
        del descriptors[:count]


def descriptors_of(variable: str) -> list[int]:
    """Those that were prepared under this name; they stand in the environment no longer."""
    return [int(each) for each in os.environ.pop(variable, "").split()]


def _child() -> int | None:
    said = os.environ.get(_FROM)
    return int(said.split()[1]) if said else None


def _end_with(child: int, options: int) -> None:
    """End this process if that one ended in vain. What it had to say, it has said."""
    try:
        ended, status = os.waitpid(child, options)
    except ChildProcessError:  # it was seen before
        return
    if ended and status:
        shutil.rmtree(os.environ[METRICS], ignore_errors=True)
        os._exit(max(os.waitstatus_to_exitcode(status), 1))
