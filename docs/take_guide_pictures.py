"""Take the pictures of docs/GUIDE.*.md from a running demonstration house, in each language:

python docs/take_guide_pictures.py ADDRESS EMAIL PASSWORD --restaurant hamra

A code that opens a board on a tablet names an address that other devices can reach. If ADDRESS is none, say
--named http://orders.example.com:PORT, and let the house know that as ORDERTRACK_PUBLIC_URL.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click
from playwright.sync_api import Browser, Page, sync_playwright
from take_pictures import (
    LANGUAGES,
    PHONE,
    TABLET,
    Cookies,
    View,
    context_of,
    found,
    in_language,
    sign_in,
)

from support.pages import browser

FOLDER = Path(__file__).parent.parent / "static" / "guide"
LARGEST = 55_000  # bytes of a picture
WIDTH = 960  # of a picture, in pixels; a phone's stays as wide as it is
_AS_WEBP = """async ([picture, width, most]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const scale = Math.min(1, width / image.width);
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(image.width * scale), height: Math.round(image.height * scale),
  });
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.72, 0.6, 0.5, 0.4, 0.3]) {
    const made = canvas.toDataURL("image/webp", quality).split(",")[1];
    if (made.length * 0.75 < most) return made;
  }
  throw new Error("the picture is too large");
}"""
_IS_LIVE = "() => !['connecting', 'reconnecting', 'catching-up'].includes(document.body.dataset.live)"
_IS_CUT_OFF = "() => ['offline', 'silent'].includes(document.body.dataset.live)"

Take = Callable[[Page], bytes]


@click.command(help=__doc__)
@click.argument("address")
@click.argument("email")
@click.argument("password")
@click.option("--restaurant", default="hamra", help="Whose boards are shown.")
@click.option("--named", default="", help="The same house at an address with a name.")
@click.option("--only", multiple=True, help="Take only these.")
def main(address: str, email: str, password: str, restaurant: str, named: str, only: tuple[str, ...]) -> None:
    rule = f"--host-resolver-rules=MAP {urlsplit(named).hostname} 127.0.0.1" if named else ""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.find(), args=[*browser.ARGUMENTS, *filter(None, [rule])]
        )
        cookies = sign_in(chromium, address, email, password)
        _, tokens = found(chromium, address, cookies, restaurant)
        for name, (path, view, take) in _pictures(restaurant, tokens).items():
            if only and name not in only:
                continue
            at = named or address if name == "tablet-code" else address
            for language in LANGUAGES:
                picture = _taken(chromium, at, path, view, language, cookies, take)
                _keep(chromium, picture, FOLDER / language / f"{name}.webp")
            click.echo(name)
        chromium.close()


def _pictures(restaurant: str, tokens: dict[str, str]) -> dict[str, tuple[str, View, Take]]:
    here = f"/r/{restaurant}"
    dark, light, phone = View(TABLET, "dark"), View(TABLET, "light"), View(PHONE, "light")
    guest = tokens.get("delivering") or tokens["preparing"]
    return {
        "overview": ("/", light, _whole),
        "tablet-code": ("/tablets/codes", light, _code),
        "kitchen": (f"{here}/kitchen", dark, _whole),
        "ticket": (f"{here}/kitchen", dark, _ticket),
        "dispatch": (f"{here}/dispatch", dark, _whole),
        "guest": (f"/track/{guest}", phone, _whole),
        "offline": (f"{here}/kitchen", dark, _offline),
        "settings": (f"{here}/settings", light, _whole),
        "report": ("/sla?range=yesterday", light, _whole),
    }


def _taken(
    chromium: Browser, address: str, path: str, view: View, language: str, cookies: Cookies, take: Take
) -> bytes:
    context = context_of(chromium, address, view, language)
    if not path.startswith("/track/"):
        context.add_cookies(
            [{"name": each["name"], "value": each["value"], "url": address} for each in cookies]
        )
    page = context.new_page()
    page.goto(in_language(language, path))
    page.wait_for_function(_IS_LIVE)
    page.wait_for_timeout(1500)  # what comes a moment later, such as a chart
    picture = take(page)
    context.close()
    return picture


def _whole(page: Page) -> bytes:
    return page.screenshot()


def _ticket(page: Page) -> bytes:
    """The first ticket of the rail."""
    return page.locator(".columns .card[data-spot]").first.screenshot()


def _code(page: Page) -> bytes:
    form = page.locator("main form").first
    form.locator('[name="name"]').fill("Grill")
    form.locator("button").click()
    page.locator("#code svg").wait_for()
    picture = page.screenshot()
    page.locator("#code .answers form button").last.click()  # nobody is to open it
    return picture


def _offline(page: Page) -> bytes:
    page.context.set_offline(True)
    page.wait_for_function(_IS_CUT_OFF, timeout=90_000)
    return page.screenshot()


def _keep(chromium: Browser, picture: bytes, file: Path) -> None:
    """As WebP, which the browser itself can make."""
    page = chromium.new_page()
    made = page.evaluate(_AS_WEBP, [base64.b64encode(picture).decode(), WIDTH, LARGEST])
    page.close()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(base64.b64decode(made))


if __name__ == "__main__":
    main()
