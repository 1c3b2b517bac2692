"""The compiled programs of the bench: watchers that are steered from here, and requests that are sent."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from processes import BenchError, Program

HERE = Path(__file__).resolve().parent
SOURCES, BUILD = HERE / "native", HERE / "build"
PROGRAMS = ("sseload", "limit", "posts", "many")


def compile_all() -> None:
    """Compile what is older than its source; ends with a sentence where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        sys.exit(
            "The bench compiles its load client: install a C compiler, cc (Debian: apt-get install gcc)."
        )
    BUILD.mkdir(exist_ok=True)
    newest = max(path.stat().st_mtime for path in SOURCES.glob("*.[ch]"))
    for name in PROGRAMS:
        made = BUILD / name
        if not made.exists() or made.stat().st_mtime < newest:
            subprocess.run(
                [compiler, "-O2", "-Wall", "-o", str(made), str(SOURCES / f"{name}.c")], check=True
            )


class Steered:
    """A program that is steered by lines and answers in JSON; it ends at the end of the block."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self._program = Program(arguments, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._said = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._program.process.stdin and self._program.process.stdout
        self._program.process.stdin.close()
        self._program.stop()
        self._program.process.stdout.close()

    @property
    def pid(self) -> int:
        return self._program.pid

    def say(self, command: str) -> None:
        assert self._program.process.stdin is not None
        os.write(self._program.process.stdin.fileno(), command.encode() + b"\n")

    def hear(self, event: str, patience: float) -> dict[str, Any]:
        """The next answer with this event; raises if it does not come in time."""
        assert self._program.process.stdout is not None
        deadline = time.monotonic() + patience
        while True:
            while b"\n" not in self._said:
                left = max(0.0, deadline - time.monotonic())
                if not select.select([self._program.process.stdout], [], [], left)[0]:
                    raise BenchError(f"the load client did not say {event!r} within {patience:.0f} s")
                data = os.read(self._program.process.stdout.fileno(), 1 << 20)
                if not data:
                    raise BenchError(f"the load client ended: {self._program.log.read_text()[-500:]}")
                self._said += data
            line, _, self._said = self._said.partition(b"\n")
            said: dict[str, Any] = json.loads(line)
            if said["event"] == event:
                return said


class Watchers(Steered):
    """So many watchers of one address: connected when made, gone at the end of the block."""

    def __init__(
        self,
        folder: Path,
        port: int,
        path: str,
        count: int,
        headers: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        arguments = [str(BUILD / "sseload"), *options, str(port), path, str(count)]
        if headers:
            lines = folder / f"headers-{id(self)}"
            lines.write_text("\n".join(headers) + "\n")
            arguments[1:1] = ["-h", str(lines)]
        self.count = count
        super().__init__(arguments, folder / "sseload.log")

    def ready(self, patience: float = 120) -> dict[str, Any]:
        """Wait until every watcher is; `seconds` is from the first connect on.

        `refused` counts those who were told 503, that the server is busy, and tried again.
        """
        said = self.hear("ready", patience)
        if said["failed"]:
            raise BenchError(
                f"{said['failed']} of {self.count} watchers were sent away; see the server's log"
            )
        return said

    def expect(self, first: int, count: int) -> None:
        """From here on, count the deliveries of these positions."""
        self.say(f"expect {first} {count}")
        self.hear("expecting", 10)

    def delivered(self, patience: float = 60, *, in_order: bool = True) -> dict[str, Any]:
        """Wait until every watcher was given every position that was expected, each once and in order."""
        try:
            said = self.hear("delivered", patience)
        except BenchError:
            raise BenchError(f"not everything was delivered: {self.report()}") from None
        if said["dropped"] or (in_order and (said["gaps"] or said["repeats"])):
            raise BenchError(f"deliveries went wrong: {said}")
        return said

    def times(self) -> list[int]:
        """When the last watcher was given each position that was expected, in nanoseconds."""
        self.say("times")
        return list(self.hear("times", 10)["last_ns"])

    def report(self) -> dict[str, Any]:
        self.say("report")
        return self.hear("report", 10)


class Posting:
    """Requests on their way: made when they begin to be sent, `result` waits for the last answer."""

    def __init__(
        self, folder: Path, port: int, requests: Sequence[bytes], connections: int = 1, rate: float = 0
    ) -> None:
        path = folder / f"requests-{id(self)}"
        path.write_bytes(b"".join(b"%d\n" % len(request) + request for request in requests))
        arguments = [str(BUILD / "posts"), str(port), str(path), str(connections), str(rate)]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE)

    def result(self, patience: float = 120) -> dict[str, Any]:
        """`sent_ns`, `answered_ns` of each request; raises if one of them was not answered with 2xx."""
        try:
            output, _ = self._process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise BenchError(f"requests were not all answered within {patience:.0f} s") from None
        if self._process.returncode:
            raise BenchError("the server cut a request's connection")
        result: dict[str, Any] = json.loads(output)
        if any(not status.startswith("2") for status in result["statuses"]):
            raise BenchError(f"not every request was granted: {result['statuses']}")
        return result
