"""What is asked of a tenant: its pages, calls and streams, each as a function that asks it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from age.tenant import PASSWORD, Tenant
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.restaurants import versioned
from ordertrack.sla.estimates import expected_end

Ask = Callable[[], Any]
_PAGE = 25  # orders of an answer


def of(app: Flask, tenant: Tenant) -> dict[str, Ask]:
    """By name. A process knows nothing yet of the restaurant or of how long things take, at each of them."""
    client = app.test_client()
    signed_in = client.post("/login", data={"email": tenant.email, "password": PASSWORD})
    assert signed_in.status_code == 302, signed_in.text
    bearer = {"Authorization": f"Bearer {tenant.key}"}

    def page(path: str, status: int = 200, **options: Any) -> Ask:
        def ask() -> None:
            versioned.forget_all()
            expected_end.forget()
            answer = client.get(path, **options)
            assert answer.status_code == status and answer.data, (path, answer.status, answer.text[:500])

        return ask

    def call(path: str) -> Ask:
        return page(f"/api/v1{path}", headers=bearer)

    def log(read: Callable[..., Any], seq: int, limit: int) -> Ask:
        def ask() -> None:
            with tenant_context(app, tenant.id):
                assert len(read(tenant.id, seq, limit)) == limit

        return ask

    def after(seq: int) -> str:
        return f"{tenant.epoch}-{seq}"

    half, recent = tenant.entries // 2, tenant.entries - 200
    day = tenant.middle.placed_at.date()
    return {
        "kitchen board": page("/r/busy/kitchen"),
        "dispatch board": page("/r/busy/dispatch"),
        "pickup board": page("/r/busy/pickup"),
        "board of a quiet restaurant": page("/r/quiet/kitchen"),
        "found on a board after it left": page("/r/busy/kitchen/recent"),
        "open orders on paper": page("/r/busy/open"),
        "overview": page("/"),
        "screens": page("/screens"),
        "orders of today": page("/orders?restaurant=busy"),
        "orders of a day long ago": page(f"/orders?restaurant=busy&day={day}"),
        "orders of a quiet restaurant": page("/orders?restaurant=quiet"),
        "an order by its number": page(f"/orders?restaurant=busy&day={day}&number=7"),
        "story of an open order": page(f"/orders/{tenant.open.id}"),
        "story of an old order": page(f"/orders/{tenant.first.id}"),
        "tracking, on its way": page(f"/track/{tenant.open.token}"),
        "tracking, over": page(f"/track/{tenant.newest.token}"),
        "API: newest orders": call(f"/orders?limit={_PAGE}"),
        "API: orders of a restaurant": call(f"/orders?restaurant=busy&limit={_PAGE}"),
        "API: orders of a quiet restaurant": call(f"/orders?restaurant=quiet&limit={_PAGE}"),
        **{
            f"API: {status} orders": call(f"/orders?status={status}&limit={_PAGE}")
            for status in ("pending", "preparing", "completed", "cancelled")
        },
        **{
            f"API: {status} orders of a {place} restaurant": call(
                f"/orders?restaurant={place}&status={status}&limit={_PAGE}"
            )
            for place in ("busy", "quiet")
            for status in ("pending", "preparing", "completed", "cancelled")
        },
        "API: an order": call(f"/orders/{tenant.middle.id}"),
        "API: an order's events": call(f"/orders/{tenant.middle.id}/events?include=actions"),
        "API: restaurants": call("/restaurants"),
        "API: a quote": call("/restaurants/busy/quote?fulfilment=delivery"),
        "feed from its beginning": call("/events?limit=100"),
        "feed from the middle": call(f"/events?after={after(half)}&limit=100"),
        "feed of everything from the middle": call(f"/events?after={after(half)}&limit=100&include=actions"),
        "feed from its end": call(f"/events?after={after(tenant.entries)}&limit=100&include=actions"),
        "stream: what has just been written": log(event_log.changes_after, recent, 8),
        "stream: catching up": log(event_log.changes_after, recent, 150),
        "stream: catching up from long ago": log(event_log.log_after, half, 150),
    }
