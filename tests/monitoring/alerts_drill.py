"""Brings about what each alert is for, on a real server, until a real Prometheus says that it fires.

The rules are those that come along, with their own thresholds and times: it takes a quarter of an hour.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click
import psycopg
from flask import Flask

from monitoring import reading
from ordertrack.database import embedded, schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support import processes
from support.cast import House, make_house
from support.database import connect
from support.database_proxy import by_way_of, proxy_to
from support.http_client import Caller, EventStream, sign_in
from support.network_proxy import NetworkProxy
from support.programs.prometheus import Prometheus
from support.server import Server, wait_for
from support.suite import left_behind

PATIENCE = 480.0  # seconds for an alert: five minutes behind, and what it waits besides
QUIET = 20.0
NEEDED = dt.timedelta(minutes=45)  # from an order for later to its promise, as long as nothing was learned


@dataclass
class Alerts:
    """When each fired first, and how: looked at once a second beside all that goes on."""

    prometheus: Prometheus
    fired: dict[str, tuple[float, str]] = field(default_factory=dict)
    now: set[str] = field(default_factory=set)

    def watch(self) -> None:
        while True:
            with suppress(OSError):
                active = [each for each in self.prometheus.alerts() if each["state"] == "firing"]
                self.now = {each["labels"]["alertname"] for each in active}
                for each in active:
                    self.fired.setdefault(each["labels"]["alertname"], (time.monotonic(), _said(each)))
            time.sleep(1)


def _said(alert: dict[str, Any]) -> str:
    return f"{alert['annotations']['summary']} (value {float(alert['value']):.4g})"


@dataclass
class Stage:
    """The house that the drill is about, and the ways to its database: of queries, and of sessions."""

    settings: Settings
    app: Flask
    server: Server
    house: House
    queries: NetworkProxy
    direct: NetworkProxy
    alerts: Alerts
    began: dict[str, tuple[float, str]] = field(default_factory=dict)

    def expect(self, alert: str, fault: str) -> None:
        self.began[alert] = time.monotonic(), fault
        click.echo(f"{fault} ...")

    def wait(self, *alerts: str) -> None:
        wait_for(lambda: self.alerts.fired.keys() >= set(alerts), f"{alerts} to fire", PATIENCE)
        for alert in alerts:
            at, said = self.alerts.fired[alert]
            click.echo(f"  {alert} fired after {at - self.began[alert][0]:.0f} s: {said}")

    def wait_until_over(self, *alerts: str) -> None:
        wait_for(lambda: self.alerts.now.isdisjoint(alerts), f"{alerts} to be over", PATIENCE)

    def program(self) -> Caller:
        return Caller(self.server.port, self.house.bearer)

    def place(self, promised_at: dt.datetime | None = None) -> uuid.UUID:
        order = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Tea", 1),), promised_at=promised_at)
        with tenant_context(self.app, self.house.tenant_id):
            return intake.place(order, by=self.house.program)[0]


def slow_ones(stage: Stage, operator: psycopg.Connection[Any]) -> Iterator[None]:
    """What lasts for minutes; goes on when the others are done."""
    role = stage.settings.app_role
    stage.expect("OrdertrackReportsBehind", "the application may not write the progress of reports")
    operator.execute(f"REVOKE INSERT, UPDATE ON sla_progress FROM {role}")
    stage.expect("OrdertrackFollowerBehind", "nor that of followers")
    operator.execute(f"REVOKE INSERT, UPDATE ON follower_positions FROM {role}")
    stage.expect("OrdertrackLaterOverdue", "an order for later is locked when it should begin")
    later = stage.place(dt.datetime.now(dt.UTC) + NEEDED + dt.timedelta(seconds=15))
    with connect(stage.settings.operator_url) as holder:
        holder.execute("SELECT FROM orders WHERE id = %s FOR UPDATE", [later])
        yield
        stage.wait("OrdertrackReportsBehind", "OrdertrackFollowerBehind", "OrdertrackLaterOverdue")
    operator.execute(f"GRANT INSERT, UPDATE ON sla_progress, follower_positions TO {role}")


def wrong_keys(stage: Stage) -> None:
    stage.expect("OrdertrackSignInsFail", "a program shows an ended key, 400 times")
    wrong = Caller(stage.server.port, {"Authorization": "Bearer wrong"})
    for _ in range(400):
        wrong.call("/api/v1/orders")
    stage.wait("OrdertrackSignInsFail")


def error(stage: Stage, operator: psycopg.Connection[Any]) -> None:
    stage.expect("OrdertrackErrors", "a table is not there that a page reads")
    operator.execute("ALTER TABLE webhook_endpoints RENAME TO away")
    maya = sign_in(stage.server.port, stage.house.maya)
    assert maya.call("/webhooks").status == 500
    operator.execute("ALTER TABLE away RENAME TO webhook_endpoints")
    assert maya.call("/webhooks").status == 200
    stage.wait("OrdertrackErrors")


def too_many_streams(stage: Stage) -> None:
    stage.expect("OrdertrackRefusing", "30 streams more are asked for than a worker may have")
    streams = [EventStream(stage.server.port, "/api/v1/stream", stage.house.bearer) for _ in range(34)]
    assert sum(stream.status == 503 for stream in streams) >= 25
    for stream in streams:
        stream.close()
    stage.wait("OrdertrackRefusing")


def locked(stage: Stage) -> None:
    stage.expect("OrdertrackConnectionsExhausted", "24 taps wait for an order that somebody locked")
    order = stage.place()
    program = stage.program()

    def tap(_: int) -> None:
        with suppress(OSError):  # it waited longer than this program does
            program.call(f"/api/v1/orders/{order}/transitions", body={"to": "confirmed"})

    with connect(stage.settings.operator_url) as holder, ThreadPoolExecutor(24) as taps:
        holder.execute("SELECT FROM orders WHERE id = %s FOR UPDATE", [order])
        list(taps.map(tap, range(24)))
    stage.wait("OrdertrackConnectionsExhausted")


def stopped_workers(stage: Stage) -> None:
    stage.expect("OrdertrackSlowToScreen", "the workers stand still for six seconds while orders come in")
    board = EventStream(
        stage.server.port, "/r/hamra/kitchen/stream", sign_in(stage.server.port, stage.house.maya).headers
    )
    pids = processes.workers(stage.server)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for _ in range(20):
        stage.place()
    time.sleep(6)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    stage.wait("OrdertrackSlowToScreen")
    board.close()


def killed_workers(stage: Stage) -> None:
    stage.expect("OrdertrackRestarting", "workers are killed, one after the other")
    for _ in range(10):
        before = set(processes.workers(stage.server))
        os.kill(min(before), signal.SIGKILL)
        wait_for(lambda before=before: set(processes.workers(stage.server)) - before, "another worker", 60)  # type: ignore[misc]
        time.sleep(3)
    stage.wait("OrdertrackRestarting")


def cut_from_the_bus(stage: Stage) -> None:
    stage.expect("OrdertrackDeaf", "the way past the pooler is cut")
    stage.expect("OrdertrackWorkStopped", "and with it the turn of this host")
    stage.direct.cut()
    stage.wait("OrdertrackDeaf", "OrdertrackWorkStopped")
    stage.direct.let_through()
    stage.wait_until_over("OrdertrackDeaf", "OrdertrackWorkStopped")


def cut_from_the_database(stage: Stage) -> None:
    stage.expect("OrdertrackScreensNotLive", "the way to the database is cut while somebody watches")
    maya = sign_in(stage.server.port, stage.house.maya)
    board = EventStream(stage.server.port, "/r/hamra/kitchen/stream", maya.headers)
    stage.queries.cut()
    stage.wait("OrdertrackScreensNotLive")
    board.close()
    stage.queries.let_through()
    stage.wait_until_over("OrdertrackScreensNotLive")


def ended(stage: Stage) -> None:
    stage.expect("OrdertrackDown", "the server is ended")
    stage.server.stop()
    stage.wait("OrdertrackDown")


@contextmanager
def on_stage(folder: Path) -> Iterator[Stage]:
    left_behind.end_database_with_us(folder)
    settings = Settings.from_environment({"ORDERTRACK_DATA": str(folder), "PORT": "0"})
    schema.upgrade(settings)
    own, backups = folder / "host", folder / "backups"
    own.mkdir()
    backups.mkdir()
    (backups / "ordertrack-20261101T000000Z.tar").write_bytes(b"of weeks ago")
    with ExitStack() as stack:
        stack.callback(embedded.stop, folder)
        operator, app = make_bare_app(settings, as_operator=True), make_bare_app(settings)
        for made in (operator, app):
            stack.callback(_dispose, made)
        house = make_house(operator, "Cedar", ("hamra",))
        queries, direct = proxy_to(settings), proxy_to(settings)
        nowhere = by_way_of(direct, settings).operator_url.set(database="away", drivername="postgresql")
        server = Server(
            by_way_of(queries, settings),
            own,
            ORDERTRACK_DIRECT_DATABASE_URL=_address(by_way_of(direct, settings)),
            ORDERTRACK_CONNECTIONS="2",
            ORDERTRACK_LIMITS="streams=4,requests_per_key=100000,burst_per_key=100000",
            ORDERTRACK_BACKUP=f"{backups} every 1 keep 30",
            ORDERTRACK_BACKUP_DATABASE_URL=nowhere.render_as_string(hide_password=False),
        )
        began = time.monotonic()
        server.start()
        stack.callback(_end, server)
        prometheus = Prometheus(server.port, reading.RULES, folder)
        stack.callback(prometheus.stop)
        alerts = Alerts(prometheus)
        threading.Thread(target=alerts.watch, daemon=True).start()
        stage = Stage(settings, app, server, house, queries, direct, alerts)
        stage.began["OrdertrackBackupOld"] = began, "the newest backup is of weeks ago, and none is made"
        try:
            yield stage
        except BaseException:
            click.echo(server.log.read_text()[-6000:], err=True)
            raise


def _address(settings: Settings) -> str:
    return settings.operator_url.set(drivername="postgresql").render_as_string(hide_password=False)


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _end(server: Server) -> None:
    assert server._process is not None
    if server._process.poll() is None:
        server.stop()


def ordinary(stage: Stage) -> None:
    """Nothing fires without a fault."""
    wait_for(lambda: processes.metric(stage.server, "ordertrack_beside_timestamp_seconds") > 0, "all", 60)
    time.sleep(QUIET)
    assert stage.alerts.fired.keys() <= {"OrdertrackBackupOld"}, stage.alerts.fired
    click.echo(f"{QUIET:.0f} s of an ordinary house: nothing fires that should not")


def faults_inside(stage: Stage) -> None:
    """What lasts for minutes, and meanwhile all that is soon over."""
    with connect(stage.settings.operator_url, autocommit=True) as operator:
        waiting = slow_ones(stage, operator)
        next(waiting)
        stopped_workers(stage)
        wrong_keys(stage)
        error(stage, operator)
        too_many_streams(stage)
        locked(stage)
        killed_workers(stage)
        stage.wait("OrdertrackBackupOld")
        next(waiting, None)
    stage.wait_until_over("OrdertrackReportsBehind", "OrdertrackFollowerBehind", "OrdertrackLaterOverdue")
    click.echo("  reports, followers and the clock went on by themselves")


ACTS = {
    "inside": faults_inside,
    "bus": cut_from_the_bus,
    "database": cut_from_the_database,
    "end": ended,
}


@click.command(help=__doc__)
@click.option("--only", type=click.Choice(list(ACTS)), multiple=True, help="Of the faults these alone.")
def main(only: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory(prefix="ordertrack-drill-") as name, on_stage(Path(name)) as stage:
        ordinary(stage)
        for act in only or ACTS:
            ACTS[act](stage)
        fired = stage.alerts.fired
        wanted = stage.began.keys() if only else {rule["alert"] for rule in reading.rules()}
        wanted = set(wanted) - ({"OrdertrackBackupOld"} - fired.keys() if only else set())
        for alert in sorted(wanted, key=lambda each: fired[each][0]):
            began, fault = stage.began[alert]
            at, said = fired[alert]
            click.echo(f"{alert}: {fault}; fired after {at - began:.0f} s: {said}")
        assert fired.keys() == wanted or only
    click.echo(f"{len(wanted)} alerts, each fired by its fault.")


if __name__ == "__main__":
    main()
