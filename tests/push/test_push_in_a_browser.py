"""A guest's phone is told while the page is closed: asked for by a press, shown by the worker, taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.messages import choices
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import Way
from ordertrack.push import guests, keys
from ordertrack.push.notice import Notice
from support.cast import House
from support.push_service import Browser
from support.server import wait_for
from support.till import order_of

Open = Callable[..., Page]
Place = Callable[..., uuid.UUID]
PHONE = {"width": 390, "height": 844}
TOLD = ["notifications"]

# A browser of tests is connected to no push service: what would be made there is made by the test.
_SUBSCRIBES = """made => {
  let made_with = null;
  const subscription = () => made_with && { toJSON: () => made, unsubscribe: async () => { made_with = null; } };
  PushManager.prototype.getSubscription = async () => subscription();
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!navigator.userActivation.hasBeenActive || !userVisibleOnly) throw new DOMException("", "NotAllowedError");
    window.madeWith = made_with = applicationServerKey;
    return subscription();
  };
}"""
_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration(location.pathname);
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, lang, dir, data }) => ({ title, body, tag, lang, dir, data }));
}"""


@pytest.fixture
def path(app: Flask, cedar: House, hamra: uuid.UUID, place: Place) -> str:
    """Of the page of an order in a restaurant that tells its guests by push."""
    with tenant_context(app, cedar.tenant_id):
        chosen = ([Kind.CONFIRMED, Kind.READY], [Way.PUSH])
        choices.save(hamra, "Hamra", *chosen, None, by=cedar.maya.principal, seen=0)
    return f"/track/{order_of(app, cedar, place(cedar)).tracking_token}"


def hand_over(context: BrowserContext, page: Page, path: str, notice: Notice) -> None:
    """Hand the worker of a path what a push service would, by the browser's developer protocol."""
    session = context.new_cdp_session(page)
    found: dict[str, dict[str, Any]] = {}
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.update({each["scopeURL"]: each for each in event["registrations"]}),
    )
    session.send("ServiceWorker.enable")
    (scope,) = [each for each in found if each.endswith(path)]
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": scope.removesuffix(path),
            "registrationId": found[scope]["registrationId"],
            "data": notice.encoded().decode(),
        },
    )
    session.detach()


def notice(path: str, body: str) -> Notice:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    return Notice("Seven Lemons", body, "order-7", path, "ar", until)


def test_a_phone_shows_what_was_pushed_while_the_page_is_closed_until_that_is_taken_back(
    app: Flask, cedar: House, path: str, open_page: Open
) -> None:
    page = open_page(None, f"{path}?lang=fr", viewport=PHONE, permissions=TOLD)
    browser = Browser("https://push.example/send/abc")
    page.evaluate(_SUBSCRIBES, browser.subscription)
    button, said = page.locator("#tell button"), page.locator("#tell p")
    button.click()
    expect(said).to_contain_text("cet appareil")
    with tenant_context(app, cedar.tenant_id):
        assert page.evaluate("madeWith") == keys.public_key(cedar.tenant_id)
    order = order_id(app, cedar, path)
    assert languages(app, cedar, order) == ["fr"]

    context = page.context
    beside = context.new_page()
    page.close()
    for body in ("تم تأكيد طلبك", "طلبك جاهز"):
        hand_over(context, beside, path, notice(path, body))
    page = context.new_page()
    page.goto(path)
    shown = wait_for(lambda: page.evaluate(_SHOWN), "a notification")
    wait_for(lambda: page.evaluate(_SHOWN)[0]["body"] == "طلبك جاهز", "the second in place of the first")
    assert [(each["title"], each["lang"], each["dir"], each["data"]) for each in shown] == [
        ("Seven Lemons", "ar-u-nu-latn", "rtl", path)
    ]

    hand_over(context, page, path, notice(path, "what is seen already"))
    hand_over(context, page, path, notice(path, "what is seen already"))
    assert [each["body"] for each in page.evaluate(_SHOWN)] == ["طلبك جاهز"]
    opened = context.service_workers[0].evaluate(
        """async () => {
          const opened = [];
          clients.openWindow = async (path) => { opened.push(path); };
          clients.matchAll = async () => [];
          const [notification] = await registration.getNotifications();
          const waited = [];
          const pressed = Object.assign(new Event("notificationclick"), { notification, waitUntil: (work) => waited.push(work) });
          dispatchEvent(pressed);
          await Promise.all(waited);
          return opened;
        }"""
    )
    assert opened == [path] and page.evaluate(_SHOWN) == []

    page.evaluate(_SUBSCRIBES + ";0")
    button, said = page.locator("#tell button"), page.locator("#tell p")
    page.evaluate(f"({_SUBSCRIBES})({{}})")


def order_id(app: Flask, house: House, path: str) -> uuid.UUID:
    from ordertrack.tracking import guest_links

    with app.test_request_context():
        found = guest_links.find(path.rpartition("/")[2])
        assert found is not None
        return found.order_id


def languages(app: Flask, house: House, order: uuid.UUID) -> list[str]:
    with tenant_context(app, house.tenant_id):
        return [each.language for each in guests.of_order(house.tenant_id, order)]
