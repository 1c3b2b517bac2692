"""From an empty house to an order that was handed over, in a browser and never in a terminal."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ordertrack.database.config import Settings
from setup.conftest import PASSWORD
from support.command_line import run
from support.own_database import Alone
from support.server import wait_for

PIN = {"Nour": "7294", "Karim": "5183"}
PHONE = {"width": 390, "height": 844}
_PRINTED = re.compile(r"is open at (http://127\.0\.0\.1:\d+)(/setup/[0-9a-z]{26})")


@pytest.fixture(scope="module")
def house(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """`ordertrack serve` with an empty data folder."""
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))  # a socket's path must be short
    running = Alone(settings, tmp_path_factory.mktemp("house"), folder)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture
def first(house: Alone) -> str:
    """The one address that the start printed."""
    printed = wait_for(lambda: _PRINTED.findall(house.log.read_text()), "the address")
    assert len(printed) == 1 and printed[0][0] == house.address
    return str(printed[0][1])


@pytest.fixture
def device(chromium: Browser, house: Alone) -> Iterator[Callable[..., Page]]:
    """A device of its own, as it comes out of its box."""
    contexts: list[BrowserContext] = []

    def unpack(locale: str, **options: object) -> Page:
        context = chromium.new_context(
            base_url=house.address, locale=locale, timezone_id="Asia/Beirut", **options
        )
        context.add_init_script("localStorage.setItem('view', 'columns')")
        contexts.append(context)
        return context.new_page()

    yield unpack
    for context in contexts:
        context.close()


def found(page: Page, address: str, tag: str) -> None:
    page.goto(address)
    page.locator("[name=company]").fill(f"Seven Lemons {tag}")
    page.locator("[name=name]").fill("Rima")
    page.locator("[name=email]").fill(f"rima@{tag}.example")
    page.locator("[name=password]").fill(PASSWORD)
    go_on(page)
    expect(page).to_have_url(re.compile("/setup$"))


def go_on(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    with page.expect_navigation():  # the next look is at the page that follows, and not at one that goes
        page.locator("main .primary").first.click()


def open_tablet(manager: Page, tablet: Page, board: str, name: str) -> None:
    """The manager is where the code is asked for; both devices show the same number, and it is confirmed."""
    manager.locator("main form [name=board]").select_option(board)
    manager.locator("main form [name=name]").fill(name)
    manager.locator("main form .primary").click()
    expect(manager.locator("svg.qr")).to_be_visible()
    tablet.goto(urlsplit(manager.locator(".address code").inner_text()).path)
    tablet.locator("#code .primary").click()
    number = tablet.locator("#code .number")
    expect(manager.locator("#code .number")).to_have_text(number.inner_text())
    manager.locator("#code .primary").click()
    expect(tablet).to_have_url(re.compile(f"/r/[a-z-]+/{board}$"))


def sign_on(tablet: Page, name: str) -> None:
    tablet.locator("#person-on").click()
    tablet.locator("#person .names button", has_text=name).click()
    for digit in PIN[name]:
        tablet.locator(f"[data-digit='{digit}']").click()
    tablet.locator("#person .primary").click()
    expect(tablet.locator("#person-on")).to_have_text(name)


def tap(tablet: Page, to: str) -> None:
    tablet.locator(f".card button.move[value={to}]").click()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_from_the_first_page_to_an_order_that_was_handed_over_on_a_tablet_by_code(
    house: Alone, device: Callable[..., Page], first: str, language: str
) -> None:
    address = first
    if language == "ar":  # the house has a company by now: its operator invites another one
        invited = run(house.settings, "tenant", "invite", "--language", "ar", folder=house.folder)
        address = urlsplit(invited.stdout.strip()).path
    manager = device(language, viewport=PHONE if language == "ar" else {"width": 1280, "height": 800})
    found(manager, address, language)
    expect(manager.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    go_on(manager)
    expect(manager.locator("[name=timezone]")).to_have_value(
        "بيروت – لبنان" if language == "ar" else "Beirut – Lebanon"
    )
    manager.locator("[name=name]").fill("مطعم الحمرا" if language == "ar" else "Hamra")
    go_on(manager)
    for row, (name, role) in enumerate({"Nour": "kitchen", "Karim": "dispatch"}.items()):
        person = manager.locator(".person").nth(row)
        person.locator("[name=name]").fill(name)
        person.locator("[name=role]").select_option(role)
        person.locator("[name=pin]").fill(PIN[name])
    go_on(manager)
    kitchen, dispatch = device(language), device(language)
    open_tablet(manager, kitchen, "kitchen", "Grill")
    manager.goto("/setup/test-order")
    go_on(manager)
    expect(kitchen.locator(".card")).to_have_count(1)
    go_on(manager)
    expect(kitchen.locator(".card .move")).to_have_count(0)
    manager.goto("/tablets")
    manager.locator("a[href='/tablets/codes']").click()
    open_tablet(manager, dispatch, "dispatch", "Door")
    manager.goto("/setup/test-order")
    manager.locator("main form button").first.click()
    sign_on(kitchen, "Nour")
    for to in ("confirmed", "preparing", "ready"):
        tap(kitchen, to)
    sign_on(dispatch, "Karim")
    tap(dispatch, "completed")
    expect(dispatch.locator(".card button.move")).to_have_count(0)
    manager.goto("/setup")
    expect(manager.locator(".progress [data-done]")).to_have_count(4)
    manager.goto("/")
    expect(manager.locator("a[href='/setup']")).to_have_count(0)
