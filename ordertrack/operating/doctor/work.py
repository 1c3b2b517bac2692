"""What is done beside the workers: reports, what follows the log, backups, what leaves the house."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, text

from ordertrack.channels import troubles as channel_troubles
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import BACKUP, Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.operating.backup import making
from ordertrack.operating.doctor.finding import Finding, broken, look, ok
from ordertrack.server.consistency import is_zone
from ordertrack.webhooks import troubles as webhook_troubles

# Seconds. The roll-up lets entries settle, and a follower that a company does not concern looks now and then.
BEHIND_LOOK, BEHIND_BROKEN = 300.0, 3600.0
_NAMED = 5
_ENTER = text("SELECT set_config('ordertrack.tenant_id', :tenant, false)")
_TENANTS = text("SELECT id, slug FROM tenants ORDER BY slug")
# How long the first entry has waited that each has not come to.
_LAGS = text("""
    SELECT name, extract(epoch FROM clock_timestamp() - (
        SELECT min(at) FROM (
            (SELECT coalesce(recorded_at, occurred_at) AS at FROM order_status_events
              WHERE tenant_id = :tenant AND seq > places.seq ORDER BY seq LIMIT 1)
            UNION ALL
            (SELECT coalesce(recorded_at, occurred_at) FROM order_actions
              WHERE tenant_id = :tenant AND seq > places.seq ORDER BY seq LIMIT 1)) AS waiting)) AS lag
      FROM (
        SELECT '' AS name, coalesce((SELECT seq FROM sla_progress WHERE tenant_id = :tenant), 0) AS seq
        UNION ALL SELECT follower, seq FROM follower_positions WHERE tenant_id = :tenant) AS places
     WHERE seq < (SELECT seq FROM tenant_streams WHERE tenant_id = :tenant)
""")
_ZONES = text("SELECT slug, timezone FROM restaurants WHERE tenant_id = :tenant")
_OF_THE_DATABASE = text("SELECT name FROM pg_timezone_names")


def check(settings: Settings) -> Iterator[Finding]:
    lags: dict[str, list[tuple[float, str]]] = defaultdict(list)
    unknown: list[str] = []
    with operator_connection(settings.operator_url) as connection:
        tenants = [(row.id, row.slug) for row in connection.execute(_TENANTS)]
        zones = set(connection.execute(_OF_THE_DATABASE).scalars())
        for tenant_id, slug in tenants:
            connection.execute(_ENTER, {"tenant": str(tenant_id)})
            for name, lag in connection.execute(_LAGS, {"tenant": tenant_id}).all():
                lags[name].append((float(lag or 0.0), slug))
            unknown += _unknown_zones(connection, tenant_id, slug, zones)
    yield _lag("reports", lags.pop("", []))
    behind = [(lag, f"{name} of {slug}") for name, each in lags.items() for lag, slug in each]
    yield _lag("what follows the log", behind)
    if unknown:
        said = f"there is none such as {', '.join(unknown[:_NAMED])}"
        yield broken("zones of restaurants", said, "Choose another on the restaurant's settings page.")
    else:
        yield ok("zones of restaurants", "this machine and the database know all of them")
    yield from _troubles(settings, tenants)
    yield _backups(settings)


def _unknown_zones(connection: Connection, tenant_id: uuid.UUID, slug: str, known: set[str]) -> Iterator[str]:
    for restaurant, zone in connection.execute(_ZONES, {"tenant": tenant_id}).all():
        if zone not in known or not is_zone(zone):
            yield f"{zone} of {slug}/{restaurant}"


def _lag(what: str, lags: list[tuple[float, str]]) -> Finding:
    worst, whose = max(lags, default=(0.0, ""))
    if worst < BEHIND_LOOK:
        return ok(what, "up to date" if worst < 60 else f"{worst:.0f} s behind")
    said = f"{worst / 60:,.0f} minutes behind ({whose}; {len(lags)} in all)"
    do = "See whether `ordertrack beside` runs beside the server, and what its log says."
    return broken(what, said, do) if worst >= BEHIND_BROKEN else look(what, said, do)


def _troubles(settings: Settings, tenants: list[tuple[uuid.UUID, str]]) -> Iterator[Finding]:
    failing: dict[str, list[str]] = {"channels": [], "webhooks": []}
    app = make_bare_app(settings, as_operator=True)
    try:
        for tenant_id, slug in tenants:
            with tenant_context(app, tenant_id):
                failing["channels"] += [
                    f"{x.restaurant} of {slug}" for x in channel_troubles.lines(tenant_id)
                ]
                failing["webhooks"] += [
                    f"{x.restaurant} of {slug}" for x in webhook_troubles.lines(tenant_id)
                ]
    finally:
        with app.app_context():
            db.engine.dispose()
    for what, named in failing.items():
        if named:
            said = f"{len(named)} fail or were turned off: {', '.join(named[:_NAMED])}"
            yield look(what, said, f"The company's page of {what} says why (/{what}).")
        else:
            yield ok(what, "none fails")


def _backups(settings: Settings) -> Finding:
    times = settings.backup
    if times is None:
        return look(
            "backups",
            "none is made by itself",
            f"Say where in {BACKUP}, such as '/srv/backups every 6 keep 30', on a disk of another machine.",
        )
    try:
        if times.folder.exists():
            os.listdir(times.folder)  # looking for names says nothing of a folder that it may not read
        kept = making.in_folder(times.folder)
    except OSError as error:
        return broken(
            "backups",
            f"{times.folder} cannot be read: {error.strerror}",
            "It must belong to the user whom the server runs as, and its disk be there.",
        )
    if not kept:
        return broken(
            "backups", f"there is none in {times.folder}", "Its log says why; try: ordertrack backup"
        )
    age = dt.datetime.now(dt.UTC) - kept[-1].at
    hours = age.total_seconds() / 3600
    said = f"the newest of {len(kept)} is {hours:.1f} h old, {kept[-1].path.stat().st_size / 1e6:,.1f} MB"
    if hours > 2 * times.every_hours:
        return broken("backups", said, "Its log says why; try: ordertrack backup")
    if hours > 1.2 * times.every_hours + 0.5:
        return look("backups", said, "One is overdue: its log says why.")
    return ok("backups", said)
