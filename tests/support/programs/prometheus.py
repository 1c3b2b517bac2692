"""Prometheus, which scrapes a server and evaluates the rules that come along: the system's package.

Run as a script it installs it, and says so plainly if it cannot.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # the folder that tests import from

from support.programs import packages
from support.server import wait_for
from support.suite import left_behind

_CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: ordertrack
    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]
"""


def find() -> str | None:
    return shutil.which("prometheus")


class Prometheus:
    """Asks the server at `target` once a second, and evaluates `rules` as they are."""

    def __init__(self, target: int, rules: Path, folder: Path) -> None:
        program = find()
        assert program is not None, "no Prometheus: run python tests/support/programs/prometheus.py"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        configuration = folder / "prometheus.yml"
        configuration.write_text(_CONFIGURATION.format(rules=rules, target=target))
        with (folder / "prometheus.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"--config.file={configuration}",
                    f"--storage.tsdb.path={folder / 'prometheus'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdout=log,
                stderr=log,
            )
        left_behind.end_with_us(self._process)
        wait_for(self._is_there, "Prometheus")

    def alerts(self) -> list[dict[str, Any]]:
        """Those that are pending or firing."""
        found: list[dict[str, Any]] = self._ask("/api/v1/alerts")["data"]["alerts"]
        return found

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _is_there(self) -> bool:
        assert self._process.poll() is None, "Prometheus did not start"
        try:
            return bool(self._ask("/api/v1/alerts"))
        except OSError:
            return False

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return json.loads(answer.read())


if __name__ == "__main__":
    packages.require("prometheus", find)
