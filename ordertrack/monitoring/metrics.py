"""What Prometheus may ask: one registry, summed over the worker processes of a server."""

from __future__ import annotations

import os

from flask import Blueprint, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

orders_placed = Counter("ordertrack_orders_placed_total", "Orders taken in")
transitions = Counter("ordertrack_transitions_total", "Attempts to move an order", ["to", "outcome"])
actions = Counter("ordertrack_actions_total", "Attempts to do something else to an order", ["act", "outcome"])
event_reads = Counter("ordertrack_event_reads_total", "Reads of the log by the live path")
told_at_hand = Counter("ordertrack_told_at_hand_total", "Entries told of without reading them")
renders = Counter("ordertrack_renders_total", "Frames rendered", ["channel"])
snapshots = Counter("ordertrack_snapshots_total", "Full snapshots read", ["channel"])
frames_written = Counter("ordertrack_frames_written_total", "Frames handed to subscriptions")
subscriptions = Gauge("ordertrack_subscriptions", "Open streams", multiprocess_mode="livesum")
refused_writes = Counter("ordertrack_refused_writes_total", "Writes refused because too many were under way")
refused_requests = Counter(
    "ordertrack_refused_requests_total", "Requests refused because one asked too often", ["limit"]
)
turned_away = Counter(
    "ordertrack_turned_away_total", "Requests and connections that a worker had no room for", ["why"]
)
handed_over = Counter("ordertrack_streams_handed_over_total", "Streams given to their tenant's owner")
kept_bytes = Gauge(
    "ordertrack_kept_bytes",
    "Memory of recent events and snapshots, kept for screens that come back",
    multiprocess_mode="livesum",
)
cut = Counter("ordertrack_subscriptions_cut_total", "Streams closed by the server", ["why"])
failed_sign_ins = Counter("ordertrack_failed_sign_ins_total", "Sign-ins refused", ["shown", "why"])
listener_connected = Counter("ordertrack_listener_connects_total", "Times the listener connected")
bus_connected = Gauge(
    "ordertrack_bus_connected", "Processes that hear the bus now", multiprocess_mode="livesum"
)
# Of the one process that follows: what it said last holds, also after it was started again.
follower_lag = Gauge(
    "ordertrack_follower_lag_seconds",
    "How long the log's oldest entry has waited that a follower has not followed, of all tenants",
    ["follower"],
    multiprocess_mode="mostrecent",
)
follower_delay = Histogram(
    "ordertrack_follower_delay_seconds",
    "From an entry of the log to its follower",
    ["follower"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60, 600, 3600),
)
followed_at = Gauge(
    "ordertrack_followed_timestamp_seconds",
    "When the process that follows the log was last round",
    multiprocess_mode="mostrecent",
)
jobs_ended = Counter("ordertrack_jobs_total", "Runs of jobs, by what came of them", ["kind", "outcome"])
backups = Counter("ordertrack_backups_total", "Backups by the clock, by what came of them", ["outcome"])
backup_succeeded_at = Gauge(
    "ordertrack_backup_timestamp_seconds",
    "Of which moment the newest backup in the folder of ORDERTRACK_BACKUP is",
    multiprocess_mode="mostrecent",
)
backup_bytes = Gauge("ordertrack_backup_bytes", "How large that backup is", multiprocess_mode="mostrecent")

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Everything counted so far, in Prometheus' text form."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
