"""For the tests of taps: a board whose line can be cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from boards.hands import KITCHEN
from support.cast import House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder


@pytest.fixture
def open_board(cedar: House, network: NetworkProxy, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Nour's kitchen board over the wire, live."""

    def open_it() -> Page:
        page = open_page(cedar.nour, KITCHEN, strict=False, base_url=network.address)
        page_recorder.expect_state(page, "live")
        return page

    return open_it
