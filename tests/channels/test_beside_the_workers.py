"""A server as it is started: orders come by webhook and by asking, and the shop is told, by nobody's hand."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
from flask import Flask

from channels.conftest import form_for
from channels.shop import Shop, an_order, signed
from support.cast import PASSWORD, House
from support.server import Server, wait_for


def test_an_order_comes_goes_its_way_and_the_shop_knows(
    app: Flask, cedar: House, shop: Shop, server: Server
) -> None:
    shop.put(an_order(2001))  # no webhook will tell of it
    with httpx.Client(base_url=server.address, timeout=20) as maya:
        maya.post("/login", data={"email": cedar.maya.email, "password": PASSWORD})
        form = form_for(app, cedar, shop.address, {"hamra": ""})
        page = maya.post("/channels/new/woocommerce", data=form, follow_redirects=True).text
        shop.put(an_order(2002))
        body = json.dumps(shop.orders[2002]).encode()
        assert maya.post(_path(page), content=body, headers=signed(body)).status_code == 200
        came = wait_for(lambda: _by_reference(maya, cedar, {"2001", "2002"}), "both orders", 40)
        for order_id in came.values():
            for step in ("confirmed", "preparing", "ready", "completed"):
                call = f"/api/v1/orders/{order_id}/transitions"
                moved = maya.post(call, json={"to": step}, headers=cedar.bearer)
                assert moved.status_code == 200, moved.text
        wait_for(_all_completed(shop), "the shop to know", 20)


def _path(page: str) -> str:
    """Of the address that the page shows."""
    address = page.partition('id="address" readonly dir="ltr" value="')[2].partition('"')[0]
    return "/" + address.partition("//")[2].partition("/")[2]


def _by_reference(client: httpx.Client, house: House, wanted: set[str]) -> dict[str, str]:
    """The ids of these orders, once all of them are there."""
    items = client.get("/api/v1/orders", headers=house.bearer).json()["items"]
    found = {each["reference"]: each["id"] for each in items}
    return found if found.keys() == wanted else {}


def _all_completed(shop: Shop) -> Callable[[], bool]:
    return lambda: all(order["status"] == "completed" for order in shop.orders.values())
