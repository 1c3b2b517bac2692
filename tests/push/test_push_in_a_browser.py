"""A guest's phone is told while the page is closed: asked for by a press, shown by the worker, taken back."""

from __future__ import annotations

import datetime as dt
import json
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
from ordertrack.tracking import guest_links
from support.cast import House
from support.push_service import Browser
from support.server import wait_for
from support.till import order_of

Open = Callable[..., Page]
Place = Callable[..., uuid.UUID]
PHONE = {"width": 390, "height": 844}

# A browser without windows shows no notifications and is connected to no push service. What it would have
# made there is made here, and kept as long; what the worker has shown is written down.
_SUBSCRIBES = """
  const KEY = "made with";
  const made = () => localStorage.getItem(KEY) === null ? null : {
    toJSON: () => (%s),
    unsubscribe: async () => localStorage.removeItem(KEY),
  };
  PushManager.prototype.getSubscription = async () => made();
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!navigator.userActivation.isActive || !userVisibleOnly) throw new DOMException("", "NotAllowedError");
    localStorage.setItem(KEY, applicationServerKey);
    return made();
  };
  Object.defineProperty(Notification, "permission", { get: () => "default" });
"""
_WRITES_DOWN = """() => {
  self.shown = [];
  registration.showNotification = async (title, options) => { self.shown.push({ title, ...options }); };
}"""
_PRESS = """async (data) => {
  const opened = [];
  clients.openWindow = async (path) => { opened.push(path); };
  clients.matchAll = async () => [];
  const work = [];
  const notification = { data, close: () => opened.push("closed") };
  const press = new Event("notificationclick");
  dispatchEvent(Object.assign(press, { notification, waitUntil: (each) => work.push(each) }));
  await Promise.all(work);
  return opened;
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

    def scopes() -> list[str]:
        page.evaluate("0")  # what the browser has to tell is heard while it is asked something
        return [each for each in found if each.endswith(path)]

    (scope,) = wait_for(scopes, "the registration of the page")
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
    page = open_page(None, f"{path}?lang=fr", viewport=PHONE, permissions=["notifications"])
    context = page.context
    browser = Browser("https://push.example/send/abc")
    context.add_init_script(_SUBSCRIBES % json.dumps(browser.subscription))
    page.reload()
    page.locator("#tell button").click()
    expect(page.locator("#tell p")).to_contain_text("cet appareil")
    with tenant_context(app, cedar.tenant_id):
        assert page.evaluate("localStorage.getItem('made with')") == keys.public_key(cedar.tenant_id)
    assert languages(app, path) == ["fr"]

    (worker,) = context.service_workers
    worker.evaluate(_WRITES_DOWN)
    beside = context.new_page()
    page.close()
    said = notice(path, "طلبك جاهز")
    hand_over(context, beside, path, said)
    (shown,) = wait_for(lambda: worker.evaluate("() => self.shown"), "what the worker shows")
    assert shown == json.loads(said.encoded())
    assert (shown["tag"], shown["lang"], shown["dir"]) == ("order-7", "ar-u-nu-latn", "rtl")

    page = context.new_page()
    page.goto(path)
    hand_over(context, beside, path, notice(path, "what its guest looks at"))
    page.close()
    hand_over(context, beside, path, notice(path, "what came then"))
    wait_for(lambda: len(worker.evaluate("() => self.shown")) == 2, "what came while it was closed")
    assert [each["body"] for each in worker.evaluate("() => self.shown")] == ["طلبك جاهز", "what came then"]
    assert worker.evaluate(_PRESS, path) == ["closed", path], "a press opens the page"

    page = context.new_page()
    page.goto(path)
    expect(page.locator("#tell button")).to_have_text("Tell me no more")
    page.locator("#tell button").click()
    expect(page.locator("#tell button")).to_have_text("Tell me when there is news")
    assert languages(app, path) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(({ length }) => length)") == 0


def test_where_a_browser_cannot_it_is_said_why(path: str, open_page: Open) -> None:
    page = open_page(None, path, viewport=PHONE)
    for device, said in (
        ("0", "Notifications of this page are blocked"),
        ("delete window.PushManager", "This browser cannot tell you anything"),
        ("navigator.standalone = false", "Add to Home Screen"),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "Not over http"),
    ):
        page.evaluate(device)
        page.locator("#tell button").click()
        expect(page.locator("#tell p")).to_contain_text(said)
    manifest = page.locator("link[rel=manifest]").get_attribute("href")
    assert manifest is not None and manifest.startswith(f"{path}/app.webmanifest")


def test_nothing_is_offered_where_the_restaurant_tells_nothing_by_push(
    app: Flask, cedar: House, place: Place
) -> None:
    token = order_of(app, cedar, place(cedar)).tracking_token
    assert 'id="tell"' not in app.test_client().get(f"/track/{token}").text


def languages(app: Flask, path: str) -> list[str]:
    """In which language each browser is told of the order of this page."""
    with app.test_request_context():
        found = guest_links.find(path.rpartition("/")[2])
        assert found is not None
        return [each.language for each in guests.of_order(found.tenant_id, found.order_id)]
