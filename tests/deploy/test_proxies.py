"""Behind a proxy that is set up as docs/INSTALL.md says, boards are live, however many a browser opens."""

from __future__ import annotations

import http.client
import ssl
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from boards.hands import button
from ordertrack.database.config import Settings
from ordertrack.operating.doctor import public_address
from ordertrack.operating.doctor.finding import Level
from support.cast import PASSWORD, House
from support.network_proxy import NetworkProxy
from support.programs.caddy import NAME, Caddy
from support.server import Server

BOARDS = 8  # two more than a browser has connections over HTTP/1.1
PATIENCE = 60_000  # milliseconds


@pytest.fixture(scope="module")
def caddy(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caddy]:
    proxy = Caddy(tmp_path_factory.mktemp("caddy"))
    server = Server(
        settings,
        tmp_path_factory.mktemp("server"),
        workers=1,
        ORDERTRACK_PROXIES="1",
        ORDERTRACK_PUBLIC_URL=proxy.address,
    )
    server.start()
    proxy.start(server.port)
    yield proxy
    proxy.stop()
    server.stop()


def test_the_doctor_finds_nothing_to_say_about_the_proxy(
    caddy: Caddy, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(caddy.certificate))
    found = list(public_address.check(replace(settings, public_url=caddy.address, proxies=1)))
    assert len(found) == 5
    assert {each.level for each in found} == {Level.OK}, found


def test_probes_and_metrics_stay_inside(caddy: Caddy) -> None:
    context = ssl.create_default_context(cafile=str(caddy.certificate))
    for path in ("/healthz", "/readyz", "/metrics"):
        asked = http.client.HTTPSConnection(NAME, caddy.port, timeout=60, context=context)
        asked.request("GET", path)
        assert asked.getresponse().status == 404
        asked.close()


def test_eight_boards_of_one_browser_share_a_connection_and_all_are_live(
    chromium: Browser, caddy: Caddy, cedar: House, place: Callable[..., uuid.UUID]
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
