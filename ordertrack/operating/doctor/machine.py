"""The machine: descriptors, the queue of connections, disks, time zones, and whether a server answers."""

from __future__ import annotations

import http.client
import importlib.metadata
import json
import os
import re
import resource
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ordertrack.database import embedded
from ordertrack.database.config import Settings
from ordertrack.operating.doctor.finding import Finding, broken, look, ok
from ordertrack.server import descriptors, lifecycle
from ordertrack.server.consistency import is_zone

BACKLOG = 4096
_FEWEST_STREAMS, _FEW_STREAMS = 200, 2000  # open ones of a worker
_SOMAXCONN = Path("/proc/sys/net/core/somaxconn")
_FULL, _LOW = 256 * 1024 * 1024, 2 * 1024 * 1024 * 1024  # bytes free
_LIMIT = re.compile(r"^Max open files +(?:\d+|unlimited) +(\d+|unlimited)", re.MULTILINE)
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (where it listens is the operator's choice)


def check(settings: Settings) -> Iterator[Finding]:
    yield _server(settings)
    for doubt in lifecycle.doubts(settings):
        yield look("settings", doubt, "Say how many proxies stand in front.")
    yield _descriptors(settings)
    yield from _queue()
    yield from _disks(settings)
    yield _zones()


def _server(settings: Settings) -> Finding:
    """Whether one answers here, and is ready."""
    host = _ANYWHERE.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    where = f"http://{host}:{settings.port}"
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        checks = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = f"none answers at {where} ({error})"
        return broken("server", said, "Start it, or say PORT and HOST as it has them.")
    finally:
        connection.close()
    if answer.status != 200:
        bad = ", ".join(name for name, holds in checks.items() if holds is False)
        return broken("server", f"the one at {where} is not ready: {bad}", "Its log says why.")
    return ok("server", f"the one at {where} is ready")


def _descriptors(settings: Settings) -> Finding:
    limit, whose = _limit_of_server(settings.data_folder)
    streams = descriptors.shared_out(limit).streams
    said = f"{whose} may have {limit:,}: {max(streams, 0):,} open streams a worker"
    do = "Raise it: ulimit -n 65536, or LimitNOFILE=65536 of its unit."
    if streams < _FEWEST_STREAMS:
        return broken("descriptors", said, do)
    if streams < _FEW_STREAMS:
        return look("descriptors", said, do)
    return ok("descriptors", said)


def _limit_of_server(folder: Path) -> tuple[int, str]:
    """Of the server that runs on this folder, where the system tells; else of whoever asks."""
    unlimited = 1 << 20
    with suppress(OSError, StopIteration):
        lock = (folder / "serve.lock").stat()
        number = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}:{lock.st_ino}"
        held = (line.split() for line in Path("/proc/locks").read_text().splitlines() if number in line)
        pid = next(words[4] for words in held if words[1] == "FLOCK")
        if found := _LIMIT.search(Path(f"/proc/{pid}/limits").read_text()):
            return int(found[1]) if found[1].isdigit() else unlimited, "the server"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return (unlimited if hard == resource.RLIM_INFINITY else hard), "this shell"


def _queue() -> Iterator[Finding]:
    with suppress(OSError, ValueError):
        length = int(_SOMAXCONN.read_text())
        said = f"net.core.somaxconn is {length:,}"
        if length < BACKLOG:
            do = f"Set it to {BACKLOG}: a crowd that comes back at once is refused past it."
            yield look("queue of connections", said, do)
        else:
            yield ok("queue of connections", said)


def _disks(settings: Settings) -> Iterator[Finding]:
    folders = {"disk": settings.data_folder}
    if settings.backup is not None:
        folders["disk of backups"] = settings.backup.folder
    for what, folder in folders.items():
        there = next(each for each in (folder, *folder.parents) if each.exists())
        usage = shutil.disk_usage(there)
        said = f"{usage.free / 1e9:,.1f} of {usage.total / 1e9:,.1f} GB are free at {folder}"
        if usage.free < _FULL or (what == "disk" and not embedded.has_room(there)):
            yield broken(what, said, "Make room now: writes are refused once it is full.")
        elif usage.free < _LOW or usage.free < 0.05 * usage.total:
            yield look(what, said, "Make room, or move it to a larger disk.")
        else:
            yield ok(what, said)


def _zones() -> Finding:
    if not is_zone("Europe/Paris"):
        return broken("time zones", "this machine knows none", "Install the system's tzdata, or pip's.")
    with suppress(importlib.metadata.PackageNotFoundError):
        return ok("time zones", f"known, at least as of {importlib.metadata.version('tzdata')}")
    return ok("time zones", "known")
