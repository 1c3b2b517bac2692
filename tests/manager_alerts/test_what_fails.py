"""What fails of rooms that call others is trouble, in the process that follows the log."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs, periodic
from ordertrack.manager_alerts import delivery, troubles
from ordertrack.manager_alerts.kinds import AlertKind
from ordertrack.messages.push import ending
from ordertrack.server import following
from ordertrack.webhooks import endpoints
from ordertrack.webhooks.models import Disabled
from support.cast import House


def test_the_process_that_follows_looks_for_troubles_and_tells_them() -> None:
    following.register()
    assert all(jobs.kind_of(kind) for kind in (delivery.PUSH, delivery.MAIL, ending.FORGET))
    assert "manager alerts" in periodic._registered


def test_a_webhook_that_fails_for_a_while_or_was_given_up_is_trouble(app: Flask, cedar: House) -> None:
    following.register()
    now = dt.datetime.now(dt.UTC)
    with tenant_context(app, cedar.tenant_id):
        made = [
            endpoints.make(cedar.maya.principal, f"https://{name}.example/hook?secret=1").endpoint
            for name in ("fine", "failing", "gone", "off")
        ]
        _, failing, gone, off = made
        failing.failing_since = off.failing_since = now - dt.timedelta(hours=2)
        gone.disabled_at, gone.disabled_why = now, Disabled.GONE
        off.disabled_at, off.disabled_why = now, Disabled.MANAGER
        db.session.commit()
        found = troubles.read(cedar.tenant_id)
        assert {(each.kind, each.title(), each.path) for each in found} == {
            (AlertKind.WEBHOOK, f"The webhook {name}.example fails", f"/webhooks/{endpoint.id}")
            for name, endpoint in (("failing", failing), ("gone", gone))
        }
