"""Take the pictures of docs/PICTURES.md from a running house, or all of every page, to look at:

python docs/take_pictures.py ADDRESS EMAIL PASSWORD --restaurant hamra --order ID --guest STATE=TOKEN

python docs/take_pictures.py ADDRESS EMAIL PASSWORD --all FOLDER --minutes 20

The house is the demonstration's with forty orders in a kitchen: docs/fill_house.py makes them.
"""

from __future__ import annotations

import base64
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import click
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from support.pages import browser

FOLDER = Path(__file__).parent / "pages"
LANGUAGES = ("en", "fr", "ar")
TABLET, UPRIGHT, PHONE = (1280, 800), (800, 1280), (390, 844)
SIZES = (TABLET, (1920, 1080), UPRIGHT, (1024, 600), PHONE)
HEIGHT = 420  # of each row of the sheet, in pixels
_SHEET = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 8px; inline-size: max-content; background: #777; }
p { display: flex; gap: 8px; margin: 0 0 8px; } img { block-size: %dpx; display: block; }
</style>%s"""


Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


# Streams are renewed now and then: a page says so, and no picture is of that.
# A board without sound cries with a frame of colour, for a moment each time: nor of that.
_SETTLED = """() => !['connecting', 'reconnecting', 'catching-up'].includes(document.body.dataset.live)
  && !document.body.dataset.lit"""


class View(NamedTuple):
    """One row of a sheet: a screen, and whether it is light or dark."""

    size: tuple[int, int]
    theme: Theme


ROWS = (View(TABLET, "light"), View(PHONE, "dark"))
BOARD_ROWS = (View(TABLET, "dark"), View(TABLET, "light"), View(UPRIGHT, "dark"), View(PHONE, "dark"))


Cookies = list[Any]


@click.command(help=__doc__)
@click.argument("address")
@click.argument("email")
@click.argument("password")
@click.option("--restaurant", default="hamra", help="Whose boards are shown.")
@click.option("--order", help="The id of an order that has a story.")
@click.option("--guest", "guests", multiple=True, help="Tokens of guests' pages: STATE=TOKEN.")
@click.option("--only", multiple=True, help="Take only these.")
@click.option("--all", "folder", type=click.Path(path_type=Path), help="All sizes, light and dark, into it.")
@click.option("--size", "sizes", multiple=True, help="With --all, instead of the five: WIDTHxHEIGHT.")
@click.option("--minutes", default=20.0, help="With --all: for how long; what is left out is said.")
def main(
    address: str,
    email: str,
    password: str,
    restaurant: str,
    order: str,
    guests: tuple[str, ...],
    only: tuple[str, ...],
    folder: Path | None,
    sizes: tuple[str, ...],
    minutes: float,
) -> None:
    tokens = dict(each.split("=", 1) for each in guests)  # by state
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=browser.ARGUMENTS)
        cookies = sign_in(chromium, address, email, password)
        if not order:
            order, tokens = found(chromium, address, cookies, restaurant)
        pages = _pages(restaurant, order, tokens)
        if folder is not None:
            chosen = {name: path for name, (path, _) in pages.items() if not only or name in only}
            _take_all(chromium, address, cookies, chosen, folder, _views(sizes), minutes)
            return
        for name, (path, rows) in pages.items():
            if only and name not in only:
                continue
            by = [] if path.startswith(("/track/", "/login")) else cookies
            _sheet(chromium, name, [_row(chromium, address, path, view, by) for view in rows])
            click.echo(name)
        chromium.close()


def _pages(
    restaurant: str, order: str | None, guests: dict[str, str]
) -> dict[str, tuple[str, tuple[View, ...]]]:
    here = f"/r/{restaurant}"
    boards = {"kitchen": f"{here}/kitchen", "dispatch": f"{here}/dispatch"}
    others = {
        "overview": "/",
        "boards": "/boards",
        "sign-in": "/login",
        "pickup": f"{here}/pickup",
        "open-orders": f"{here}/open",
        "orders": f"/orders?restaurant={restaurant}",
        "reports": "/sla",
        "orders-behind": "/sla/orders?range=7&which=late&stage=kitchen",
        "further-tables": "/sla/by/stations?range=7",
        "forecast": "/sla/forecast",
        "reports-settings": f"/sla/settings/{restaurant}",
        "settings": f"{here}/settings",
        "brand": f"{here}/brand",
        "pace": f"{here}/pace",
        "hours": f"{here}/hours",
        "about": f"{here}/about",
        "order-entry": f"{here}/new",
        "sold-out": f"{here}/sold-out",
        "restaurants": "/restaurants",
        "import": "/import",
        "menu": "/menu",
        "dish": "/menu/new",
        "menu-import": "/menu/import",
        "webhooks": "/webhooks",
        "shops": "/channels",
        "shop": "/channels/new/woocommerce",
        "messages-providers": "/messages",
        "messages": f"{here}/messages",
        "messages-sent": f"{here}/messages/sent",
        "account": "/account",
        "alerts": "/account/alerts",
        "first-steps": "/setup",
        "first-restaurant": "/setup/restaurant",
        "first-people": "/setup/people",
        "first-board": "/setup/board",
        "test-order": "/setup/test-order",
        "keys": "/keys",
        "audit": "/audit",
        "tablet-codes": "/tablets/codes",
        "help": "/help",
        "api": "/docs",
        "riders": f"{here}/riders",
        "rules": "/rules",
        "people": "/people",
        "tablets": "/tablets",
        "screens": "/screens",
    }
    if order:
        others["story"] = f"/orders/{order}"
        others["change"] = f"/orders/{order}/change"
        others["ticket"] = f"/orders/{order}/ticket"
    others |= {f"tracking-{state}": f"/track/{token}" for state, token in guests.items()}
    return {name: (path, BOARD_ROWS) for name, path in boards.items()} | {
        name: (path, ROWS) for name, path in others.items()
    }


def sign_in(chromium: Browser, address: str, email: str, password: str) -> Cookies:
    """Once: a house lets nobody try too often."""
    context = chromium.new_context(base_url=address)
    form: dict[str, str | float | bool] = {"email": email, "password": password}
    answer = context.request.post("/login", form=form, max_redirects=0)
    assert answer.status == 302, f"{email} was not let in"
    cookies = list(context.cookies())
    context.close()
    return cookies


def found(chromium: Browser, address: str, cookies: Cookies, restaurant: str) -> tuple[str, dict[str, str]]:
    """An order of today, being made if there is one, and of each status the page of one guest."""
    context = chromium.new_context(base_url=address)
    context.add_cookies(cookies)
    listed = context.request.get(f"/orders?restaurant={restaurant}").text()
    orders = re.findall(r'href="/orders/([0-9a-f-]{36})"', listed)
    shown = ""
    tokens: dict[str, str] = {}
    for order in orders[:120]:
        story = context.request.get(f"/orders/{order}").text()
        status = re.search(r'data-status="([a-z]+)"', story)
        token = re.search(r'href="/track/([A-Za-z0-9_-]{22})"', story)
        if status and token:
            tokens.setdefault(status[1], token[1])
            shown = shown or (order if status[1] == "preparing" else "")
    context.close()
    return shown or next(iter(orders), ""), tokens


def _views(sizes: tuple[str, ...]) -> list[View]:
    chosen = [(int(width), int(height)) for width, _, height in (each.partition("x") for each in sizes)]
    return [View(size, theme) for size in chosen or SIZES for theme in THEMES]


def _take_all(
    chromium: Browser,
    address: str,
    cookies: Cookies,
    pages: dict[str, str],
    folder: Path,
    views: list[View],
    minutes: float,
) -> None:
    """Each into FOLDER/PAGE/SIZE-THEME-LANGUAGE.jpg, until the time is over."""
    ends = time.monotonic() + 60 * minutes
    left = 0
    for context, name, language in _contexts(chromium, address, views):
        for title, path in pages.items():
            if time.monotonic() > ends:
                left += 1
                continue
            context.clear_cookies(name="session")
            if not path.startswith(("/track/", "/login")):
                context.add_cookies(cookies)
            page = context.new_page()
            page.goto(in_language(language, path))
            page.wait_for_function(_SETTLED)
            page.wait_for_timeout(700)
            file = folder / title / f"{name}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=file, type="jpeg", quality=80)
            page.close()
        click.echo(name)
    if left:
        click.echo(f"The time was over: {left} pictures were not taken.", err=True)


def in_language(language: str, path: str) -> str:
    """A guest's page goes by its address, all others by a cookie."""
    return f"{path}?lang={language}" if path.startswith("/track/") else path


def _contexts(
    chromium: Browser, address: str, views: list[View]
) -> Iterator[tuple[BrowserContext, str, str]]:
    for view in views:
        for language in LANGUAGES:
            context = context_of(chromium, address, view, language)
            yield context, f"{view.size[0]}x{view.size[1]}-{view.theme}-{language}", language
            context.close()


def _row(chromium: Browser, address: str, path: str, view: View, by: Cookies) -> list[bytes]:
    """The page in each language, of the same moment."""
    contexts = [context_of(chromium, address, view, language) for language in LANGUAGES]
    pages = []
    for context, language in zip(contexts, LANGUAGES, strict=True):
        context.add_cookies(by)
        pages.append(context.new_page())
        pages[-1].goto(in_language(language, path))
    pages[-1].wait_for_timeout(1000)  # what comes a moment later, such as a chart
    taken = []
    for page, context in zip(pages, contexts, strict=True):
        page.wait_for_function(_SETTLED)
        taken.append(page.screenshot(type="jpeg", quality=85))
        context.close()
    return taken


def context_of(chromium: Browser, address: str, view: View, language: str) -> BrowserContext:
    width, height = view.size
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": height}, color_scheme=view.theme
    )
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    context.add_init_script(f"localStorage.setItem('theme', '{view.theme}')")
    return context


def _sheet(chromium: Browser, name: str, rows: list[list[bytes]]) -> None:
    """All pictures of a page on one."""
    pictures = "".join(f"<p>{''.join(map(_image, row))}</p>" for row in rows)
    page = chromium.new_page(viewport={"width": 600, "height": 400})
    page.set_content(_SHEET % (HEIGHT, pictures))
    page.wait_for_timeout(300)
    page.locator("body").screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=50)
    page.close()


def _image(picture: bytes) -> str:
    return f'<img src="data:image/jpeg;base64,{base64.b64encode(picture).decode()}">'


if __name__ == "__main__":
    main()
