"""The process beside the server: what was tapped is in the reports soon after, though nobody asked."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.cells import read
from support.cast import House
from support.http_client import EventStream, sign_in
from support.processes import beside
from support.server import Server, wait_for


def test_a_tap_is_in_the_roll_up_and_told_to_open_reports_within_seconds(
    server: Server, app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    maya = sign_in(server.port, cedar.maya)
    stream = EventStream(server.port, "/sla/stream", maya.headers)
    confirm(app, cedar, place(cedar))
    wait_for(lambda: counted(app, cedar) == 1, "the tap in the roll-up")
    while (frame := stream.next()) is not None and frame.event != "sla":
        pass
    assert frame is not None
    stream.close()


def test_if_the_process_dies_another_one_goes_on(
    server: Server, app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    first = wait_for(lambda: beside(server, "background"), "the process")
    os.kill(first, signal.SIGKILL)
    confirm(app, cedar, place(cedar))
    wait_for(lambda: beside(server, "background") not in (None, first), "another process")
    wait_for(lambda: counted(app, cedar) == 1, "the tap in the roll-up", patience=40)


def test_the_process_ends_with_its_server(settings: object, tmp_path: Path) -> None:
    own = Server(settings, tmp_path, workers=1)  # type: ignore[arg-type]
    own.start()
    keeper = wait_for(lambda: beside(own, "background"), "the process")
    own.stop()
    wait_for(lambda: not Path(f"/proc/{keeper}").exists(), "its end")


def confirm(app: Flask, house: House, order_id: uuid.UUID) -> None:
    with tenant_context(app, house.tenant_id):
        transitions.advance(order_id, OrderStatus.CONFIRMED, by=house.nour.principal)


def counted(app: Flask, house: House) -> int:
    """How many times of the first stage the house's roll-up holds."""
    with tenant_context(app, house.tenant_id):
        rows = db.session.execute(
            text("SELECT by_hour FROM sla_tenant_days WHERE stage = :stage"), {"stage": Stage.ACCEPT.value}
        )
        return sum(int(read(row.by_hour)["count"].sum()) for row in rows)
