"""The settings page under a manager's finger: shifts that come and go, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import DEFAULT_SHIFTS
from support.cast import House


def test_a_manager_adds_and_removes_shifts_by_buttons(
    cedar: House, open_page: Callable[..., Page], saved_settings: Callable[[], RestaurantSettings]
) -> None:
    page = open_page(cedar.maya, "/sla/settings/hamra")
    expect(page.get_by_role("textbox", name="Shift")).to_have_count(2)
    for name, starts, ends in (
        ("Breakfast", "07:00", "10:00"),
        ("Tea", "10:00", "11:00"),
        ("Late", "01:00", "04:00"),
    ):
        page.get_by_role("button", name="Add a shift").click()
        row = page.locator("fieldset.shift:not([hidden])").last
        row.get_by_label("Shift").fill(name)
        row.get_by_label("From").fill(starts)
        row.get_by_label("Until").fill(ends)
        row.get_by_label("Mon").click()
    page.locator("fieldset.shift").first.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save days and shifts").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_role("textbox", name="Shift")).to_have_count(4)
    shifts = {shift.name: shift.weekdays for shift in saved_settings().calendar.rules[-1].shifts}
    assert shifts.keys() == {"Dinner", "Breakfast", "Tea", "Late"}
    assert shifts["Tea"] == frozenset(range(1, 7))
    assert shifts["Dinner"] == DEFAULT_SHIFTS[1].weekdays


def test_the_page_works_without_scripts(
    cedar: House, open_page: Callable[..., Page], saved_settings: Callable[[], RestaurantSettings]
) -> None:
    page = open_page(cedar.maya, "/sla/settings/hamra", strict=False, java_script_enabled=False)
    page.get_by_label("Shift", exact=True).nth(2).fill("Breakfast")
    page.get_by_label("From", exact=True).nth(2).fill("07:00")
    page.get_by_label("Until", exact=True).nth(2).fill("12:00")
    page.get_by_role("button", name="Save days and shifts").click()
    expect(page.get_by_text("'Lunch' (11:00–16:00) overlap")).to_be_visible()
    expect(page.locator("[aria-invalid]").first).to_be_focused()
    page.get_by_label("Until", exact=True).nth(2).fill("11:00")
    page.get_by_role("button", name="Save days and shifts").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert [shift.name for shift in saved_settings().calendar.rules[-1].shifts] == [
        "Lunch",
        "Dinner",
        "Breakfast",
    ]


def test_a_manager_sets_a_target_and_sees_it_hold(cedar: House, open_page: Callable[..., Page]) -> None:
    page = open_page(cedar.maya, "/restaurants")
    page.get_by_role("link", name="Hamra").click()
    page.get_by_role("link", name="Days, shifts and targets").click()
    page.get_by_label("Minutes", exact=True).fill("17")
    page.get_by_role("button", name="Save target").click()
    expect(page.get_by_role("row", name="Kitchen").get_by_text("17 min for every order")).to_be_visible()
