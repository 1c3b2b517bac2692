"""Take the pictures of docs/PICTURES.md from a running house:

python docs/take_pictures.py ADDRESS EMAIL PASSWORD --restaurant hamra --order ID --guest TOKEN
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import click
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from support import browser

FOLDER = Path(__file__).parent / "pages"
LANGUAGES = ("en", "fr", "ar")
TABLET, UPRIGHT, PHONE = (1280, 800), (800, 1280), (390, 844)
HEIGHT = 420  # of each row of the sheet, in pixels
_SHEET = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 8px; inline-size: max-content; background: #777; }
p { display: flex; gap: 8px; margin: 0 0 8px; } img { block-size: %dpx; display: block; }
</style>%s"""


class View(NamedTuple):
    """One row of a sheet: a screen, and whether it is light or dark."""

    size: tuple[int, int]
    theme: str


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
def main(
    address: str,
    email: str,
    password: str,
    restaurant: str,
    order: str,
    guests: tuple[str, ...],
    only: tuple[str, ...],
) -> None:
    pages = _pages(restaurant, order, dict(each.split("=", 1) for each in guests))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=browser.ARGUMENTS)
        cookies = _sign_in(chromium, address, email, password)
        for name, (path, rows) in pages.items():
            if only and name not in only:
                continue
            by = [] if path.startswith(("/track/", "/login")) else cookies
            _sheet(chromium, name, [_row(chromium, address, path, view, by) for view in rows])
            click.echo(name)
        chromium.close()


def _pages(restaurant: str, order: str, guests: dict[str, str]) -> dict[str, tuple[str, tuple[View, ...]]]:
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
        "reports-settings": f"/sla/settings/{restaurant}",
        "settings": f"{here}/settings",
        "brand": f"{here}/brand",
        "people": "/people",
        "tablets": "/tablets",
        "screens": "/screens",
    }
    if order:
        others["story"] = f"/orders/{order}"
    others |= {f"tracking-{state}": f"/track/{token}" for state, token in guests.items()}
    return {name: (path, BOARD_ROWS) for name, path in boards.items()} | {
        name: (path, ROWS) for name, path in others.items()
    }


def _sign_in(chromium: Browser, address: str, email: str, password: str) -> Cookies:
    """Once: a house lets nobody try too often."""
    context = chromium.new_context(base_url=address)
    form = {"email": email, "password": password}
    answer = context.request.post("/login", form=form, max_redirects=0)
    assert answer.status == 302, f"{email} was not let in"
    cookies = list(context.cookies())
    context.close()
    return cookies


def _row(chromium: Browser, address: str, path: str, view: View, by: Cookies) -> list[bytes]:
    """The page in each language."""
    taken = []
    for language in LANGUAGES:
        context = _context(chromium, address, view, language)
        context.add_cookies(by)
        page = context.new_page()
        page.goto(path)
        page.wait_for_timeout(1500)  # what comes a moment later, such as a chart
        taken.append(page.screenshot(type="jpeg", quality=85))
        context.close()
    return taken


def _context(chromium: Browser, address: str, view: View, language: str) -> BrowserContext:
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
