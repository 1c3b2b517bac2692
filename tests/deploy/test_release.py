"""A release serves wherever pip installs it, and behind the proxy that comes with it boards are live.

However many a browser opens: over HTTP/2 they share a connection.
"""

from __future__ import annotations

import http.client
import os
import re
import ssl
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, expect

from boards.hands import button
from deploy.conftest import Installed
from ordertrack.database.config import ROOT, Settings
from ordertrack.operating.doctor import public_address
from ordertrack.operating.doctor.finding import Level
from support.cast import PASSWORD, House
from support.network_proxy import NetworkProxy
from support.programs.caddy import NAME, Caddy
from support.server import wait_for

BOARDS = 8  # two more than a browser has connections over HTTP/1.1
PATIENCE = 60_000  # milliseconds
BUILD_EDITABLE = "import sys, hatchling.build; hatchling.build.build_editable(sys.argv[1])"
FIND = """
from ordertrack.database import migrating
from ordertrack.database.config import ROOT, Settings
from ordertrack.i18n.catalogues import catalogue_of
from ordertrack.web import assets

print(ROOT)
print(Settings.from_environment({"SECRET_KEY": "x"}).data_folder)
assert migrating.newest()
assert catalogue_of("fr").gettext("Sign in") == "Se connecter"
assert (ROOT / "templates" / "layout" / "layout.html").exists()
assert (assets.STATIC / "js" / "entry" / "board.js").exists()
"""


@pytest.fixture(scope="module")
def wheel(release: Path) -> Iterator[ZipFile]:
    (made,) = release.glob("*.whl")
    with ZipFile(made) as opened:
        yield opened


def test_a_wheel_carries_pages_scripts_styles_and_how_gunicorn_serves_them(wheel: ZipFile) -> None:
    beside = [path for name in ("templates", "static") for path in (ROOT / name).rglob("*") if path.is_file()]
    beside += [ROOT / "app.py", ROOT / "gunicorn.conf.py", *(ROOT / "docs").glob("GUIDE.*.md")]
    carried = {name for name in wheel.namelist() if name.startswith("ordertrack/files/")}
    assert carried == {f"ordertrack/files/{path.relative_to(ROOT)}" for path in beside}
    assert {
        "ordertrack/files/static/bundles/js/entry/kitchen.js",
        "ordertrack/files/static/vendor/htmx.min.js",
    } < (carried)


def test_a_wheel_carries_the_whole_package(wheel: ZipFile) -> None:
    everything = (path for path in (ROOT / "ordertrack").rglob("*") if path.is_file())
    files = [path for path in everything if "__pycache__" not in path.parts]
    assert {str(path.relative_to(ROOT)) for path in files} < set(wheel.namelist())


def test_what_is_installed_finds_its_files_from_another_folder(wheel: ZipFile, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    wheel.extractall(installed)
    elsewhere.mkdir()
    found = subprocess.run(
        [sys.executable, "-c", FIND],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == [str(installed / "ordertrack" / "files"), str(elsewhere / "var")]


def test_a_checkout_is_installed_as_its_address_alone(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", BUILD_EDITABLE, str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    with ZipFile(next(tmp_path.glob("*.whl"))) as made:
        package = [name for name in made.namelist() if ".dist-info/" not in name]
        assert [made.read(name).decode().strip() for name in package] == [str(ROOT)]


def test_installed_by_pip_alone_it_serves_pages_with_their_files_and_streams(
    installed: Installed, cedar: House
) -> None:
    assert "READY=1" in installed.said_to_systemd
    with urllib.request.urlopen(f"{installed.address}/login", timeout=60) as answer:
        page = answer.read().decode()
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any("bundles" in each for each in files), page
    for each in files:
        with urllib.request.urlopen(installed.address + each, timeout=60) as answer:
            assert answer.read(), each
    asked = urllib.request.Request(f"{installed.address}/api/v1/stream", headers=cedar.bearer)
    with urllib.request.urlopen(asked, timeout=60) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert stream.readline()


def test_a_release_carries_what_an_operator_sets_up_and_reads(release: Path) -> None:
    assert (release / "requirements.txt").read_bytes() == (ROOT / "requirements" / "run.txt").read_bytes()
    carried = {path.relative_to(release) for path in release.glob("d*/**/*") if path.is_file()}
    here = {path.relative_to(ROOT) for path in (ROOT / "deploy").rglob("*") if path.is_file()}
    here.discard(Path("deploy/docker/.env"))  # somebody's passwords
    assert carried == here | {path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md")}
    assert os.access(release / "deploy" / "systemd" / "ordertrack", os.X_OK)


def test_the_doctor_finds_nothing_to_say_about_the_proxy(
    installed: Installed, caddy: Caddy, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(caddy.certificate))
    found = list(public_address.check(replace(settings, public_url=caddy.address, proxies=1)))
    assert len(found) == 5
    assert {each.level for each in found} == {Level.OK}, found


def test_the_log_has_the_proxys_own_id_of_a_request(installed: Installed, caddy: Caddy) -> None:
    context = ssl.create_default_context(cafile=str(caddy.certificate))
    asked = urllib.request.Request(f"{caddy.address}/login", headers={"X-Request-Id": "chosen-by-a-client"})
    with urllib.request.urlopen(asked, timeout=60, context=context) as answer:
        given = answer.headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", given)
    wait_for(lambda: given in installed.log.read_text(), "the line of the request", 60)


def test_probes_and_metrics_stay_inside(installed: Installed, caddy: Caddy) -> None:
    context = ssl.create_default_context(cafile=str(caddy.certificate))
    for path in ("/healthz", "/readyz", "/metrics"):
        asked = http.client.HTTPSConnection(NAME, caddy.port, timeout=60, context=context)
        asked.request("GET", path)
        assert asked.getresponse().status == 404
        asked.close()


def test_eight_boards_of_one_browser_share_a_connection_and_all_are_live(
    chromium: Browser, installed: Installed, caddy: Caddy, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    network = NetworkProxy(caddy.port)
    context = chromium.new_context(ignore_https_errors=True, base_url=f"https://{NAME}:{network.port}")
    context.set_default_timeout(PATIENCE)
    context.add_init_script('localStorage.view ||= "columns"')
    said = {"email": cedar.nour.email, "password": PASSWORD}
    signed_in = context.request.post(f"{caddy.address}/login", form=said, max_redirects=0)
    assert signed_in.status == 302, signed_in.text()
    boards = [context.new_page() for _ in range(BOARDS)]
    for board in boards:
        board.goto(f"/r/{cedar.restaurants[0]}/kitchen")
        expect(board.locator("#live")).to_have_text("Live", timeout=PATIENCE)
    spoken = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
    assert {board.evaluate(spoken) for board in boards} == {"h2"}
    assert network.connections < 6, "as many as over HTTP/1.1"

    button(boards[-1], order_id, "Confirm").click()
    for board in boards:
        expect(button(board, order_id, "Start")).to_be_visible(timeout=PATIENCE)
    context.close()
    network.close()
