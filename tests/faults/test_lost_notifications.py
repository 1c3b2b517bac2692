"""A notification that never comes: the log is read all the same, at the next one or before long."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from faults.history_of import confirm_in_silence
from faults.load import Load
from ordertrack.database.config import ROOT, Settings
from ordertrack.database.session import tenant_context
from ordertrack.live.lookout import LONGEST_REST
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.server import environment_of, wait_for


def test_the_next_notification_repairs_the_gap_at_once_and_in_order(
    settings: Settings, cedar: House, place: Callable[..., uuid.UUID], under_load: Callable[[], Load]
) -> None:
    orders = [place(cedar) for _ in range(5)]
    with under_load() as load:
        for order_id in orders:
            lost = confirm_in_silence(settings, cedar, order_id)
            load.goes_on(3)
            wait_for(lambda: load.boards.is_current(lost), "the boards to be told", 1)  # noqa: B023
            wait_for(lambda: load.programs.is_current(lost), "the programs to be told", 1)  # noqa: B023


@pytest.mark.timeout(60)
def test_with_no_notification_following_the_log_is_asked_before_long(
    settings: Settings, cedar: House, place: Callable[..., uuid.UUID], under_load: Callable[[], Load]
) -> None:
    order_id = place(cedar)
    with under_load() as load:
        load.rests = True
        wait_for(lambda: load.programs.is_current(load.log.seqs()[-1]), "the writers to rest")
        lost = confirm_in_silence(settings, cedar, order_id)
        began = time.monotonic()
        wait_for(lambda: load.boards.is_current(lost), "the boards to be told", LONGEST_REST + 2)
        assert time.monotonic() - began < LONGEST_REST + 2


_DIES_AFTER_THE_COMMIT = """
import os, signal, uuid
from ordertrack import create_app
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.log import waking
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal

app = create_app()
waking.tell = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
tenant_id = uuid.UUID({tenant!r})
with tenant_context(app, tenant_id):
    by = Principal(tenant_id, "key:of-a-writer", "Writer")
    transitions.advance(uuid.UUID({order!r}), OrderStatus.CONFIRMED, by=by)
"""


def test_a_writer_that_dies_between_commit_and_wake_up_has_written_and_is_found_by_a_look(
    app: Flask,
    settings: Settings,
    cedar: House,
    place: Callable[..., uuid.UUID],
    under_load: Callable[[], Load],
) -> None:
    order_id = place(cedar)
    program = _DIES_AFTER_THE_COMMIT.format(tenant=str(cedar.tenant_id), order=str(order_id))
    with under_load() as load:
        load.rests = True
        wait_for(lambda: load.programs.is_current(load.log.seqs()[-1]), "the writers to rest")
        before = load.log.seqs()[-1]
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment_of(settings, settings.data_folder),
            cwd=ROOT,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        written = load.log.seqs()[-1]
        assert written == before + 1, "it was written"
        wait_for(lambda: load.boards.is_current(written), "the boards to be told", LONGEST_REST)
    with tenant_context(app, cedar.tenant_id):
        again = transitions.advance(order_id, OrderStatus.CONFIRMED, by=cedar.nour.principal)
    assert not again.moved
