"""The page to sign in on, in a browser: keys alone get in, what is wrong is said in place, nothing is cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from support.cast import PASSWORD, House
from support.pages.sizes import load_at
from tenants.test_sign_in import post_login

Open = Callable[..., Page]


def test_keys_alone_sign_in(cedar: House, open_page: Open) -> None:
    page = open_page(None, "/login?next=/orders")
    page.keyboard.type(cedar.nour.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders")


def test_a_wrong_password_is_said_in_place_the_address_stays_and_the_next_one_can_be_typed(
    cedar: House, open_page: Open
) -> None:
    page = open_page(None, "/login?next=/orders", strict=False)
    page.locator("[name=email]").fill(cedar.nour.email)
    page.locator("[name=password]").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("That e-mail address and password do not belong together.")
    expect(page.locator("[name=email]")).to_have_value(cedar.nour.email)
    expect(page.locator("[name=password]")).to_have_value("")
    expect(page.locator("[name=password]")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders")


def test_whoever_tried_too_often_is_told_so_and_keeps_the_address(app: Flask, cedar: House) -> None:
    here = {"environ_base": {"REMOTE_ADDR": "192.0.2.42"}}
    for _ in range(10):
        post_login(app.test_client(), cedar.karim.email, "wrong", **here)
    answer = post_login(app.test_client(), cedar.karim.email, **here)
    assert answer.status_code == 429
    assert f'value="{cedar.karim.email}"' in answer.text
    assert 'role="alert">Too many tries with a wrong password.' in answer.text


def test_a_password_can_be_looked_at(cedar: House, open_page: Open) -> None:
    page = open_page(None, "/login")
    field = page.locator("[name=password]")
    field.fill(PASSWORD)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide").click()
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_value(PASSWORD)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_it_fits_every_screen_and_on_phones_the_fields_come_first(open_page: Open, language: str) -> None:
    page = open_page(None, "/login", locale=language)
    for size in ((320, 640), (390, 844), (800, 1280), (1280, 800)):
        load_at(page, size)
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]
        button, picture = (
            page.locator(each).bounding_box() for each in ("form .primary", "[aria-labelledby=promise]")
        )
        assert button and picture and button["y"] + button["height"] <= size[1], size
        if size[0] < 896:
            assert picture["y"] >= button["y"] + button["height"], size
        small = page.locator("button, input:not([type=hidden])").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().height).filter(height => height < 47.5)"
        )
        assert small == [], size


def test_without_scripts_nothing_is_there_that_needs_one(cedar: House, open_page: Open) -> None:
    page = open_page(None, "/login", java_script_enabled=False)
    expect(page.locator("#show-password")).to_be_hidden()
    page.locator("[name=email]").fill(cedar.nour.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/boards")
