"""The line may go while a page opens: what its scripts ask for then fails, and no failure is left unheard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route

from support.cast import House
from support.pages import page_recorder
from support.server import wait_for

Open = Callable[..., Page]
KITCHEN = "/r/hamra/kitchen"


class KeptFiles:
    """Files kept for opening without a line: what the page is made of is asked for a second time."""

    def __init__(self) -> None:
        self._loaded: set[str] = set()

    def __call__(self, request: Request) -> bool:
        is_again = request.url in self._loaded
        self._loaded.add(request.url)
        return is_again and "/static/" in request.url


def is_stream(request: Request) -> bool:
    return request.url.partition("?")[0].endswith("/stream")


def fail(page: Page, wanted: Callable[[Request], bool], failed: list[str]) -> None:
    def meet(route: Route) -> None:
        if wanted(route.request):
            failed.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.context.route("**/*", meet)  # also what the worker asks for, on behalf of the page


@pytest.mark.parametrize("wanted", [KeptFiles(), is_stream], ids=["files", "stream"])
def test_what_a_board_asks_for_as_the_line_is_cut_leaves_no_rejection_unheard(
    cedar: House, open_page: Open, wanted: Callable[[Request], bool]
) -> None:
    page = open_page(cedar.nour, "/login", strict=False)
    failed: list[str] = []
    fail(page, wanted, failed)
    page.goto(KITCHEN)
    wait_for(lambda: (page.evaluate("0"), failed)[1], "a request that fails")
    page.wait_for_load_state()
    page.context.unroute_all()
    # `open_page` fails the test if anything was let go.


def test_files_that_did_not_come_for_want_of_a_line_are_kept_once_it_is_back(
    cedar: House, open_page: Open
) -> None:
    page = open_page(cedar.nour, "/login", strict=False)
    failed: list[str] = []
    fail(page, KeptFiles(), failed)
    page.goto(KITCHEN)
    wait_for(lambda: (page.evaluate("0"), failed)[1], "a file that does not come")
    page_recorder.expect_state(page, "live")
    page.context.unroute_all()
    page_recorder.put_in_background(page, True)  # a moment at which the board is kept
    page.wait_for_function("async path => Boolean(await caches.match(path))", arg=path_of(failed[0]))


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]
