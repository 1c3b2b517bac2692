"""What a real server tells those who watch it, and what it leaves out of its log."""

from __future__ import annotations

import json
from typing import Any

from monitoring import reading
from support import processes
from support.cast import House
from support.http_client import Caller, EventStream, sign_in
from support.server import START, Server, wait_for

# What a server has no reason to tell of before it happens, or unless it is to make backups.
_MAYBE = {
    "ordertrack_backup_timestamp_seconds",
    "ordertrack_backup_interval_seconds",
    "ordertrack_backup_bytes",
    "ordertrack_jobs_total",
    "ordertrack_follower_delay_seconds",
    "ordertrack_refused_requests_total",
    "ordertrack_refused_streams_total",
    "ordertrack_subscriptions_cut_total",
    "ordertrack_actions_total",
}


def lines_of(server: Server) -> list[dict[str, Any]]:
    """What it said since it began; another test may have ended and begun it before."""
    said = server.log.read_bytes()[server.log_begins :].decode()
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_its_page_of_metrics_is_what_the_guide_says(server: Server, cedar: House) -> None:
    seen = processes.metric(server, "ordertrack_tap_to_screen_seconds_count")
    took = processes.metric(server, "ordertrack_tap_to_screen_seconds_sum")
    maya = sign_in(server.port, cedar.maya)
    board = EventStream(server.port, "/r/hamra/kitchen/stream", maya.headers)
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}
    placed = Caller(server.port, cedar.bearer).call("/api/v1/orders", body=order)
    assert placed.status == 201
    moved = maya.call(f"/orders/{placed.json['id']}/transitions", form={"to": "confirmed", "seen": "pending"})
    assert moved.status == 200
    Caller(server.port, {"Authorization": "Bearer wrong"}).call("/api/v1/orders")

    def told() -> str | None:
        """The page, once all that works has been round, and screens were told of both entries."""
        page = Caller(server.port).call("/metrics").text
        kinds = reading.on_page(page)
        is_there = kinds.keys() >= reading.kept().keys() - _MAYBE
        count = processes.metric(server, "ordertrack_tap_to_screen_seconds_count")
        return page if is_there and count >= seen + 2 else None

    page = wait_for(told, "all that is to be told", START)
    board.close()
    kinds, listed = reading.on_page(page), reading.in_guide()
    assert {name: kind for name, kind in kinds.items() if listed.get(name) != kind} == {}
    assert (
        'ordertrack_requests_total{method="POST",route="/orders/<uuid:order_id>/transitions",status="200"}'
        in page
    )
    assert placed.json["id"] not in page and str(cedar.tenant_id) not in page
    assert processes.metric(server, "ordertrack_tap_to_screen_seconds_sum") >= took
    assert processes.metric(server, "ordertrack_workers") == 2
    assert processes.metric(server, "ordertrack_pool_size") == 16


def test_probes_are_counted_and_not_logged(server: Server) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert Caller(server.port).call(path).status == 200
    assert Caller(server.port).call("/login").status == 200
    for path in ("/healthz", "/readyz", "/metrics"):
        assert processes.metric(server, "ordertrack_requests_total", f'route="{path}"') >= 1
    routes = {line.get("route") for line in lines_of(server) if line["event"] == "request"}
    assert "/login" in routes and routes.isdisjoint({"/healthz", "/readyz", "/metrics"})


def test_a_request_is_found_in_every_line_of_it(server: Server) -> None:
    asked = Caller(server.port, {"Authorization": "Bearer wrong"}).call("/api/v1/orders")
    said = asked.headers["X-Request-Id"]
    own = [line for line in lines_of(server) if said in (line.get("id"), line.get("request"))]
    assert {line["event"] for line in own} == {"request", "sign-in failed"}


def test_all_workers_together_warn_once_of_a_proxy_that_nobody_counted(server: Server) -> None:
    for _ in range(20):  # each by a connection of its own, which the kernel deals out
        Caller(server.port, {"X-Forwarded-For": "192.0.2.1"}).call("/login")
    warned = [line for line in lines_of(server) if "ORDERTRACK_PROXIES is 0" in line["event"]]
    assert len(warned) == 1 and warned[0]["level"] == "warning"
