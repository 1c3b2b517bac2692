"""A server as it is started, HubRise calling it and called by it, and all of it dying in between."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from channels.hubrise.peer import SECRET, TOKEN, HubRise
from channels.hubrise.told import order
from ordertrack.channels.hubrise.transport import ADDRESS_SETTING
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache
from support.cast import PASSWORD, House
from support.server import Server, wait_for


def test_an_order_comes_is_moved_and_hubrise_knows_though_the_server_dies_in_between(
    app: Flask, cedar: House, hubrise: HubRise, settings: Settings, tmp_path: Path
) -> None:
    hubrise.callback = {"url": None, "events": {"order": ["create", "update"]}}
    server = Server(settings, tmp_path, workers=1, **{ADDRESS_SETTING: os.environ[ADDRESS_SETTING]})
    server.start()
    try:
        with httpx.Client(base_url=server.address, timeout=20) as maya:
            maya.post("/login", data={"email": cedar.maya.email, "password": PASSWORD})
            address = server.address + _connected(app, cedar, maya)
        hubrise.place(taken := order(ref="W-1"))
        assert hubrise.deliver(address) == [200]
        server.kill()
        wait_for(lambda: _is_gone(server), "its workers to notice")
        hubrise.place(asked := order(ref="W-2"))
        assert hubrise.deliver(address) == [599], "HubRise keeps it, to try again"
        server.start()
        with httpx.Client(base_url=server.address, headers=cedar.bearer, timeout=20) as till:
            hubrise.deliver(address)
            ids = wait_for(lambda: _orders(till, taken, asked), "both orders", 40)
            for order_id in ids:
                for to in ("confirmed", "preparing"):
                    till.post(f"/api/v1/orders/{order_id}/transitions", json={"to": to}).raise_for_status()
        expected = ["accepted", "in_preparation"]
        wait_for(lambda: all(_told(hubrise, each) == expected for each in (taken, asked)), "HubRise to know")
        assert hubrise.lost == []
    finally:
        server.stop()


def _is_gone(server: Server) -> bool:
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", server.port)) != 0


def _connected(app: Flask, house: House, maya: httpx.Client) -> str:
    """The path of the address that the page shows once maya has connected Hamra."""
    with tenant_context(app, house.tenant_id):
        hamra = next(each.id for each in cache.of_tenant(house.tenant_id) if each.slug == "hamra")
    form = {"name": "HubRise", "restaurant": str(hamra), f"branch-{hamra}": "cedar-1", "collected": "CSH"}
    secrets = {"token": TOKEN, "client_secret": SECRET}
    page = maya.post("/channels/new/hubrise", data=form | secrets, follow_redirects=True).text
    address = page.partition('id="address" readonly dir="ltr" value="')[2].partition('"')[0]
    return "/" + address.partition("//")[2].partition("/")[2]


def _orders(till: httpx.Client, *states: dict[str, Any]) -> list[str]:
    """The ids of these orders here, once all of them are there, and none twice."""
    items = till.get("/api/v1/orders").json()["items"]
    came = sorted(each["reference"] for each in items)
    return [each["id"] for each in items] if came == sorted(each["ref"] for each in states) else []


def _told(hubrise: HubRise, state: dict[str, Any]) -> list[str]:
    """Without that it was received: an order that is accepted at once is told as that."""
    told = [status for order_id, status in hubrise.told if order_id == state["id"]]
    return [status for status in told if status != "received"]
