"""What an operator copies into place says what the server can do, and lets it do no more than it needs."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import programs
from docs.reading import read
from ordertrack.database.config import ROOT, Settings
from ordertrack.live.listener import HEARTBEAT
from ordertrack.server.incoming import IDLE_FOR
from ordertrack.web.bodies import LARGEST_LOG

DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
CONFINED = {
    "CapabilityBoundingSet": [""],
    "MemoryDenyWriteExecute": ["yes"],
    "NoNewPrivileges": ["yes"],
    "PrivateDevices": ["yes"],
    "PrivateTmp": ["yes"],
    "ProtectHome": ["yes"],
    "ProtectKernelTunables": ["yes"],
    "ProtectSystem": ["strict"],
    "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"],
    "RestrictNamespaces": ["yes"],
    "SystemCallFilter": ["@system-service", "~@privileged"],
    "User": ["ordertrack"],
}


def unit(path: Path) -> dict[str, list[str]]:
    """Its settings, of all sections."""
    said: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if line and line[0] not in "#[":
            name, equals, value = line.partition("=")
            assert equals and name.isalpha(), line
            said.setdefault(name, []).append(value)
    return said


@pytest.mark.parametrize("name", ["ordertrack@.service", "ordertrack-doctor.service"])
def test_a_unit_starts_what_there_is_with_the_rights_of_nobody(name: str) -> None:
    said = unit(SYSTEMD / name)
    version = importlib.metadata.version("ordertrack")
    assert CONFINED.items() <= said.items()
    started = said["ExecStart"][0].replace("%i", version)
    assert programs.wrong_with(shlex.split(started)) is None
    typed = read(ROOT / "docs" / "INSTALL.md").text
    folder = started.partition("/bin/")[0]  # where pip is said to have put it
    assert folder == "/opt/ordertrack/current" or f"python3 -m venv {folder}\n" in typed
    assert f"ln -sfn {version} /opt/ordertrack/current\n" in typed
    assert said["EnvironmentFile"][0] in typed
    assert said["WorkingDirectory"][0] in typed


def test_a_timer_starts_a_unit_that_is_there() -> None:
    for timer in SYSTEMD.glob("*.timer"):
        assert timer.with_suffix(".service").exists()
        assert unit(timer)["WantedBy"] == ["timers.target"]


def test_the_environment_is_the_same_to_systemd_and_to_a_shell() -> None:
    path = SYSTEMD / "environment"
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    by_systemd = dict(re.fullmatch(r"([A-Z_]+)='([^'\\]*)'", line).groups() for line in lines)  # type: ignore[union-attr]
    shell = subprocess.run(
        ["sh", "-c", 'set -a; . "$0"; env', path],
        env={},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    by_shell = dict(line.split("=", 1) for line in shell.stdout.splitlines())
    assert by_systemd.items() <= by_shell.items()
    assert set(by_systemd) <= programs.variables()
    settings = Settings.from_environment(by_systemd | {"SECRET_KEY": "x"})
    assert settings.proxies == 1 and settings.backup is not None
    folder = f"-{settings.backup.folder}"
    assert all(folder in unit(path)["ReadWritePaths"][0] for path in SYSTEMD.glob("*.service"))
    subprocess.run(["sh", "-n", SYSTEMD / "ordertrack"], check=True, timeout=60)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text())
    return said


def test_every_container_is_confined_and_only_the_proxy_is_reached_from_outside(
    compose: dict[str, Any],
) -> None:
    assert set(compose) == {"name", "services", "volumes"}
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "unless-stopped", name
        assert ("ports" in service) == (name == "proxy")
        for waited_for in service.get("depends_on", {}):
            other = compose["services"][waited_for]
            assert "healthcheck" in other or other["image"] == "ordertrack"
        for volume in service["volumes"]:
            source, target = volume.split(":")[:2]
            assert target.startswith("/")
            there = source in compose["volumes"] or (DEPLOY / "docker" / source).resolve().is_file()
            assert there, volume
    app = compose["services"]["app"]
    assert "cap_add" not in app and "user" not in app
    assert (DEPLOY / "docker" / app["build"]["context"] / app["build"]["dockerfile"]).is_file()


def test_what_compose_asks_for_the_example_names_and_what_it_says_the_server_knows(
    compose: dict[str, Any],
) -> None:
    text = (DEPLOY / "docker" / "compose.yaml").read_text()
    example = re.findall(r"^([A-Z_]+)=", (DEPLOY / "docker" / "example.env").read_text(), re.MULTILINE)
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) == set(example)
    said = compose["services"]["app"]["environment"]
    assert set(said) <= programs.variables()
    filled = {name: re.sub(r"\$\{[^}]*\}", "orders.example.com", value) for name, value in said.items()}
    assert Settings.from_environment({"SECRET_KEY": "x"} | filled).proxies == 1
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    assert set(re.findall(r"\{\$([A-Z]+)", caddy)) == set(compose["services"]["proxy"]["environment"])


def test_the_image_runs_as_nobody_and_starts_and_asks_what_there_is() -> None:
    text = (DEPLOY / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
    steps = [line.split(None, 1) for line in text.splitlines() if line.strip() and line[0] not in "# "]
    order = [name for name, _ in steps]
    assert order.index("USER") > max(at for at, name in enumerate(order) if name in ("RUN", "COPY"))
    said = dict(steps)
    assert said["USER"] == "ordertrack"
    assert programs.wrong_with(yaml.safe_load(said["CMD"])) is None
    asked = yaml.safe_load(said["HEALTHCHECK"].partition("CMD")[2])
    compile(asked[-1], "the health check", "exec")
    assert "/readyz" in asked[-1]
    environment = dict(pair.split("=", 1) for pair in said["ENV"].split())
    assert set(environment) - {"PATH", "PYTHONUNBUFFERED"} <= programs.variables()


def test_proxies_wait_for_streams_and_end_idle_connections_before_the_server_does() -> None:
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    nginx = (DEPLOY / "nginx" / "ordertrack.conf").read_text()
    assert nginx.count("{") == nginx.count("}")
    for text, idle, read_for in (
        (caddy, r"\bkeepalive (\d+)s", r"\bread_timeout (\d+)s"),
        (nginx, r"\bkeepalive_timeout (\d+)s", r"\bproxy_read_timeout (\d+)s"),
    ):
        assert [int(each) < IDLE_FOR for each in re.findall(idle, text)] == [True]
        assert [int(each) > 2 * HEARTBEAT for each in re.findall(read_for, text)] == [True]
        for inside in ("/healthz", "/readyz", "/metrics"):
            assert inside in text
    (most,) = re.findall(r"client_max_body_size (\d+)m", nginx)
    assert int(most) * 1_000_000 > LARGEST_LOG
    assert re.search(r"^ +proxy_buffering off;$", nginx, re.MULTILINE)
