"""What holds for the whole house is in the counted list: no notice takes a row above the tickets.

But that nothing can be done at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.rail.steps import open_rail, order_of_lines, places
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants.pace import Pace, PaceState
from ordertrack.restaurants.save import save_pace
from support.cast import House
from support.command_line import run_here

Open = Callable[..., Page]
SOON = 15_000  # milliseconds


@pytest.fixture
def set_pace(app: Flask, cedar: House, hamra: uuid.UUID) -> Callable[..., None]:
    def say(state: PaceState, minutes: int = 0) -> None:
        with tenant_context(app, cedar.tenant_id):
            save_pace(Pace(hamra, state, minutes), by=cedar.maya.principal)

    return say


@pytest.mark.parametrize("who", ["nour", "maya"])
def test_that_the_house_is_busy_is_counted_and_moves_no_ticket(
    app: Flask, cedar: House, open_page: Open, set_pace: Callable[..., None], who: str
) -> None:
    order_of_lines(app, cedar, 3)
    page = open_rail(open_page, cedar, person=getattr(cedar, who))
    sign = page.locator("#alerts-open")
    others = 1 if who == "nour" else 2  # the order is new; a manager is told that no kitchen board is open
    expect(sign).to_have_text(f"{others} alert{'s' * (others > 1)}", timeout=SOON)
    before = places(page)
    set_pace(PaceState.BUSY, 10)
    expect(sign).to_have_text(f"{others + 1} alerts", timeout=SOON)
    assert places(page) == before
    sign.click()
    expect(page.locator("#left-out")).to_have_text("Busy: 10 min more are quoted")
    expect(page.locator("#left-out p")).to_be_in_viewport(ratio=1)
    page.locator("#heard").click()
    expect(sign).to_have_text(f"{others} alert{'s' * (others > 1)}")
    set_pace(PaceState.OPEN)
    expect(page.locator("#left-out p")).to_have_count(0, timeout=SOON)


def test_a_notice_is_counted_on_a_board_that_opens_with_it_and_goes_with_it(
    cedar: House, open_page: Open, set_pace: Callable[..., None]
) -> None:
    set_pace(PaceState.PAUSED)
    page = open_rail(open_page, cedar)
    expect(page.locator("#alerts-open")).to_have_text("1 alert")
    set_pace(PaceState.OPEN)
    expect(page.locator("#alerts-open")).to_be_hidden(timeout=SOON)


def test_that_a_company_is_suspended_stands_above_the_tickets_as_long_as_it_is_so(
    settings: Settings, app: Flask, cedar: House, open_page: Open
) -> None:
    order_of_lines(app, cedar, 3)
    page = open_rail(open_page, cedar)
    said = page.locator("#suspended")
    expect(said).to_be_empty()
    assert run_here(settings, "tenant", "suspend", cedar.slug).returncode == 0
    expect(said).to_contain_text("This company is suspended", timeout=SOON)
    expect(said.locator("p")).to_be_in_viewport(ratio=1)
    assert run_here(settings, "tenant", "resume", cedar.slug).returncode == 0
    expect(said).to_be_empty(timeout=SOON)
