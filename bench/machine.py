"""The machine and the parts that a run was made with."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from contenders.others import NCHAN
from processes import CORES
from stage import Stage

_ROOT = Path(__file__).resolve().parent.parent


def describe(stage: Stage) -> str:
    facts = {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "ordertrack": _commit(),
        "processor": f"{_cpu()}, {os.cpu_count()} cores ({len(CORES)} used)",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": _postgresql(stage),
        **{name: version(name) for name in ("gunicorn", "gevent", "psycopg", "Flask", "SQLAlchemy")},
        "htmx": json.loads((_ROOT / "package.json").read_text())["dependencies"]["htmx.org"],
        "nginx with nchan": _nginx(),
    }
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items())


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _postgresql(stage: Stage) -> str:
    with stage.sql() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    return str(row[0])


def _nginx() -> str:
    if NCHAN is None:
        return "not installed"
    said = subprocess.run(["/usr/sbin/nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition("/")[2]


def _commit() -> str:
    try:
        said = subprocess.run(
            ["git", "-C", str(_ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True
        )
    except OSError:
        return version("ordertrack")
    return said.stdout.strip() or version("ordertrack")
