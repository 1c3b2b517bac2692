"""Rush, hold and riders: said by dispatch or a manager, seen by all at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import COOKING, DISPATCH, KITCHEN, act, button, card, expect_live, move, open_card
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import actions
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


def numbers(page: Page, column: str) -> list[str]:
    return page.locator(f"#column-{column} > .card h3").all_text_contents()


def test_a_rush_put_on_by_dispatch_is_to_be_begun_sooner_until_it_is_taken_off(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    first, second = place(cedar), place(cedar)
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    assert numbers(kitchen, "pending") == numbers(dispatch, "kitchen") == ["1", "2"]
    open_card(dispatch, second)
    button(dispatch, second, "Rush").click()
    expect(card(kitchen, second).locator(".rush")).to_have_text("Rush")
    assert numbers(kitchen, "pending") == ["2", "1"]
    expect(card(dispatch, second).locator(".rush")).to_be_visible()
    assert numbers(dispatch, "kitchen") == ["2", "1"]
    button(dispatch, second, "No rush").click()
    expect(card(kitchen, second).locator(".rush")).to_have_count(0)
    assert numbers(kitchen, "pending") == ["1", "2"]
    expect(card(kitchen, first)).to_be_visible()


def test_what_is_held_says_why_and_does_not_move_from_a_board_until_it_is_released(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    open_card(dispatch, order_id)
    card(dispatch, order_id).get_by_text("Hold…").click()
    card(dispatch, order_id).get_by_role("button", name="Waiting for payment").click()
    expect(card(kitchen, order_id).locator(".held")).to_have_text("On hold Waiting for payment")
    expect(button(kitchen, order_id, "Confirm")).to_have_count(0)
    expect(card(kitchen, order_id).get_by_text("Cancel…")).to_have_count(0)
    button(dispatch, order_id, "Release").click()
    button(kitchen, order_id, "Confirm").click()
    expect(kitchen.locator(f"#column-confirmed > #{card_id(order_id)}")).to_be_visible()


def test_the_kitchen_board_offers_rush_and_hold_to_managers_only(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    cook, manager = open_page(cedar.nour, KITCHEN), open_page(cedar.maya, KITCHEN)
    expect_live(cook, manager)
    expect(button(cook, order_id, "Rush")).to_have_count(0)
    button(manager, order_id, "Rush").click()
    expect(card(cook, order_id).locator(".rush")).to_be_visible()


def test_dispatch_sees_what_is_coming_and_how_far_it_is(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    coming = page.locator(f"#column-kitchen > #{card_id(order_id)}")
    expect(coming.locator(".progress")).to_have_text("Pending")  # a house may strike off no lines
    move(app, cedar, order_id, *COOKING)
    expect(coming.locator(".progress")).to_have_text("Preparing")
    act(app, cedar, order_id, OrderAction.STRIKE, line=1)
    expect(coming).to_contain_text("1 of 2")
    move(app, cedar, order_id, OrderStatus.READY)
    expect(page.locator(f"#column-ready > #{card_id(order_id)}")).to_be_visible()


def test_a_rider_is_given_an_order_by_name_and_those_of_late_are_offered(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    before, order_id = place(cedar), place(cedar)
    act(app, cedar, before, OrderAction.ASSIGN, detail="Hadi")
    pickup = place(cedar, Fulfilment.PICKUP)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    expect(card(page, pickup).get_by_text("Rider…")).to_have_count(0)
    open_card(page, order_id)
    card(page, order_id).get_by_text("Rider…").click()
    card(page, order_id).get_by_role("button", name="Hadi").click()
    expect(card(page, order_id)).to_have_attribute("data-rider", "Hadi")
    card(page, order_id).get_by_text("Other rider…").click()
    card(page, order_id).get_by_label("Rider").fill("Ali")
    button(page, order_id, "Assign").click()
    expect(card(page, order_id).locator(".rider")).to_have_text("Ali")
    page.reload()
    expect_live(page)
    open_card(page, order_id)
    card(page, order_id).get_by_text("Other rider…").click()
    button(page, order_id, "No rider").press("Enter")  # so soon, another click would be the same tap
    expect(card(page, order_id)).not_to_have_attribute("data-rider", "Ali")


def test_a_button_whose_act_is_over_goes_and_never_becomes_that_of_another_act(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.HOLD, by=cedar.program, detail="The guest is late")
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    open_card(page, order_id)
    under_the_finger = button(page, order_id, "Release").element_handle()
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.RELEASE, by=cedar.program)
    expect(button(page, order_id, "Release")).to_have_count(0)
    assert under_the_finger.evaluate("node => node.isConnected ? node.textContent : ''") == ""
    button(page, order_id, "Rush").focus()
    page.keyboard.press("Enter")
    expect(button(page, order_id, "No rush")).to_be_focused()  # its opposite takes its place
