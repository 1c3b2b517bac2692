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
    "Of which moment the newest backup in the folder of ORDERTRACK_BACKUP is; 0 where there is none",
    multiprocess_mode="mostrecent",
)
backup_bytes = Gauge("ordertrack_backup_bytes", "How large that backup is", multiprocess_mode="mostrecent")
backup_interval = Gauge(
    "ordertrack_backup_interval_seconds",
    "How often ORDERTRACK_BACKUP has one made",
    multiprocess_mode="mostrecent",
)

# Of processes. What is said of one moment by several is summed over those that live, or the oldest of theirs.
build = Gauge(
    "ordertrack_build_info",
    "1, with what this server is",
    ["version", "python"],
    multiprocess_mode="mostrecent",
)
started_at = Gauge(
    "ordertrack_start_timestamp_seconds", "When this server began", multiprocess_mode="mostrecent"
)
workers = Gauge("ordertrack_workers", "Worker processes that serve now", multiprocess_mode="livesum")
worker_starts = Counter("ordertrack_worker_starts_total", "Workers that began to serve")
# A name without labels stands in every process with 0, which would be the oldest.
looked_at = Gauge(
    "ordertrack_log_looked_timestamp_seconds",
    "When the log was last looked at, by the worker whose last look is oldest",
    ["process"],
    multiprocess_mode="livemin",
)
beside_starts = Counter(
    "ordertrack_beside_starts_total", "Times that work beside the workers began", ["work"]
)
beside_at = Gauge(
    "ordertrack_beside_timestamp_seconds",
    "When each kind of work beside the workers was last round",
    ["work"],
    multiprocess_mode="mostrecent",
)
rollup_lag = Gauge(
    "ordertrack_rollup_lag_seconds",
    "How long what reports read has waited for an entry of the log that it was told of, of all tenants",
    multiprocess_mode="mostrecent",
)
later_overdue = Gauge(
    "ordertrack_later_overdue_seconds",
    "How long the order that is longest due by the clock waits for it: to be begun, confirmed or cancelled",
    multiprocess_mode="mostrecent",
)
later_next_at = Gauge(
    "ordertrack_later_next_timestamp_seconds",
    "When the next order is due by the clock; 0 where none is",
    multiprocess_mode="mostrecent",
)
settled = Counter("ordertrack_settled_by_clock_total", "Orders begun, confirmed or cancelled by the clock")

# Of the database's connections in the pools of the workers.
pool_size = Gauge(
    "ordertrack_pool_size", "Connections that all workers may hold", multiprocess_mode="livesum"
)
pool_in_use = Gauge("ordertrack_pool_in_use", "Connections in use now", multiprocess_mode="livesum")
pool_waiting = Gauge("ordertrack_pool_waiting", "Who waits for one now", multiprocess_mode="livesum")
pool_waits = Counter("ordertrack_pool_waits_total", "Times that somebody waited for a connection")
pool_waited = Counter("ordertrack_pool_waited_seconds_total", "How long they waited together")
pool_refused = Counter("ordertrack_pool_refused_total", "Who waited for one in vain and was told 503")

# Of requests. `route` is the pattern of an address, never what stands in it.
requests = Counter("ordertrack_requests_total", "Requests answered", ["method", "route", "status"])
request_seconds = Histogram(
    "ordertrack_request_seconds",
    "From a request that was read to its answer",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
errors = Counter("ordertrack_errors_total", "Requests that failed by our fault: answers with 500")
refusals = Counter("ordertrack_refusals_total", "Requests refused, by the kinds of /problems", ["kind"])
refused_streams = Counter(
    "ordertrack_refused_streams_total", "Streams refused because as many were open as may be", ["limit"]
)
tap_to_screen = Histogram(
    "ordertrack_tap_to_screen_seconds",
    "From an entry of the log to the sockets of all who watch",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
)

# Known from the beginning, so that the first of each is seen to have come.
for _why in ("busy", "place needed", "answer not taken"):
    turned_away.labels(_why)
for _outcome in ("made", "failed"):
    backups.labels(_outcome)

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Everything counted so far, in Prometheus' text form."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
